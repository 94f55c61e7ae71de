"""A guest signs in: their conversations become the person's."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.sign_ins import guest_signed_in
from ashao_site.lib.aio import run_sync
from ashao_site.lib.redis import redis
from chat import personal
from chat.conversation.models import Conversation
from tests.chat.support import CREDIT, CSRF, Browser, Production, answer, open_stream, read_stream
from tests.ledger.support import deposit
from workers import jobs
from workers.jobs.models import Job
from workers.jobs.redis.keys import queue_key

ALICE = Account.from_key("0x" + "a1" * 32)
BOB = Account.from_key("0x" + "b0" * 32)


def verify(browser: Browser, account: LocalAccount) -> Any:
    nonce = browser.call("POST", "/api/auth/nonce").json()["nonce"]
    text = (
        f"testserver wants you to sign in with your Ethereum account:\n{account.address}\n\nSign in.\n\n"
        f"URI: http://testserver\nVersion: 1\nChain ID: {settings.CHAIN_ID}\nNonce: {nonce}\n"
        f"Issued At: {datetime.now(UTC).isoformat()}"
    )
    signature = "0x" + bytes(account.sign_message(encode_defunct(text=text)).signature).hex()
    return browser.call("POST", "/api/auth/verify", {"message": text, "signature": signature})


def sign_in(browser: Browser, account: LocalAccount) -> User:
    answered = verify(browser, account)
    assert answered.status_code == 200, answered.content
    browser.client.cookies["csrftoken"] = CSRF  # another one came with the sign-in
    return User.objects.get(wallet=account.address)


def listed(browser: Browser) -> list[str]:
    return [one["id"] for one in browser.get("/api/chat/conversations").json()["conversations"]]


def test_a_guest_s_conversations_come_along(guest: Browser) -> None:
    job_id, first = guest.sent("Hello")
    answer(job_id, "Hi there")
    _, second = guest.sent("And this?")
    assert listed(guest) == [second, first]

    alice = sign_in(guest, ALICE)

    assert listed(guest) == [second, first]
    assert [one["content"] for one in guest.messages(first)] == ["Hello", "Hi there"]
    assert set(Conversation.objects.values_list("user_id", "guest_id")) == {(alice.pk, "")}
    job_id, third = guest.sent("More", conversationId=first)
    answer(job_id)
    assert third == first
    guest.call("POST", "/api/auth/logout")
    assert guest.get(f"/api/chat/conversations/{first}").status_code == 401
    stranger = Browser()
    sign_in(stranger, BOB)
    assert stranger.get(f"/api/chat/conversations/{first}").status_code == 404
    again = Browser()
    sign_in(again, ALICE)
    assert listed(again) == [first, second]


def test_only_this_session_s(guest: Browser) -> None:
    _, mine = guest.sent()
    other = Browser()
    _, theirs = other.sent()
    sign_in(guest, ALICE)
    assert listed(guest) == [mine]
    assert listed(other) == [theirs]


def test_the_old_session_is_over(guest: Browser) -> None:
    """Whoever has planted it, or kept its cookie, reads nothing in it any more."""
    _, conversation = guest.sent()
    old = Browser()
    old.client.cookies["sessionid"] = guest.client.cookies["sessionid"].value
    assert old.get(f"/api/chat/conversations/{conversation}").status_code == 200
    sign_in(guest, ALICE)
    assert old.get(f"/api/chat/conversations/{conversation}").status_code == 401


def test_an_answer_that_is_being_written_goes_on(guest: Browser) -> None:
    job_id, conversation = guest.sent()
    production = Production(job_id)
    production.say("Hi ")
    before = open_stream(guest, job_id)
    sign_in(guest, ALICE)
    after = open_stream(guest, job_id)
    production.say("there")
    production.complete()
    for stream in (before.result(60), after.result(20), read_stream(guest, job_id)):
        assert "".join(event.get("value", "") for _, event in stream.events()) == "Hi there"
        assert stream.events()[-1][1]["type"] == "done"
    assert guest.messages(conversation)[-1]["status"] == "done"


def test_who_paid_stays(guest: Browser) -> None:
    """The budget for guests pays, and the receipt says that it cost nothing; what is sent afterwards costs credits."""
    finished, conversation = guest.sent()
    answer(finished)
    pending, _ = guest.sent("And this?")
    alice = sign_in(guest, ALICE)
    deposit(f"user:{alice.pk}:credits", 100 * CREDIT, key="deposit:alice")
    credits = guest.credits()
    answer(pending)
    assert guest.credits() == credits
    for job_id in (finished, pending):
        assert guest.get(f"/api/chat/receipt?jobId={job_id}").json()["receipt"]["credits"] == 0
    retried = guest.call("POST", "/api/chat/retry", {"jobId": finished}).json()["jobId"]
    answer(retried, "Otherwise")
    assert guest.get(f"/api/chat/receipt?jobId={retried}").json()["receipt"]["credits"] == 10
    assert guest.credits() == credits - 10
    assert [one["content"] for one in guest.messages(conversation)] == ["Hello", "Otherwise"]


async def _nothing_waits() -> None:
    await redis().pipe.command("DEL", queue_key(jobs.Tier.PRO))


def test_one_s_own_worker_is_not_given_it_any_more(guest: Browser) -> None:
    run_sync(_nothing_waits())  # ids of other tests' jobs, each of which a claim looks at first
    job_id, _ = guest.sent()
    alice = sign_in(guest, ALICE)
    assert Job.objects.get(public_id=job_id).avoid == jobs.owner_tag(alice.pk)

    def claim(owner_id: int) -> object:
        holder = jobs.Holder(id=f"wrk_{owner_id:016d}", kind="native", avoid=jobs.owner_tag(owner_id))
        return run_sync(jobs.claim_now(tier=jobs.Tier.PRO, holder=holder))

    assert claim(alice.pk) == "none"
    claimed = claim(alice.pk + 1)
    assert isinstance(claimed, jobs.Claimed)
    assert claimed.id == job_id


def test_a_message_sent_again_with_its_key_is_the_same(guest: Browser) -> None:
    sent = guest.send("Hello", key="k").json()
    sign_in(guest, ALICE)
    again = guest.send("Hello", key="k")
    assert (again.status_code, again.json()) == (201, sent)
    assert guest.send("Otherwise", key="k").status_code == 409


def test_a_failure_leaves_the_guest_as_they_were(guest: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    _, conversation = guest.sent()

    def fail(**_: Any) -> None:
        raise RuntimeError("no")

    guest_signed_in.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            verify(guest, ALICE)
    finally:
        guest_signed_in.disconnect(fail)
    assert listed(guest) == [conversation]
    assert guest.get("/api/me").json()["user"] is None


def test_there_is_a_limit(guest: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    _, first = guest.sent()
    _, second = guest.sent()
    monkeypatch.setattr(personal, "COME_ALONG_MAX", 1)
    sign_in(guest, ALICE)
    assert listed(guest) == [second]
    assert Conversation.objects.get(public_id=first).user_id is None


def test_who_wrote_nothing_brings_nothing(guest: Browser) -> None:
    sign_in(guest, ALICE)
    assert listed(guest) == []
