"""Everything that is held of a person: taken away as one file, and deleted."""

import json
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from rest_framework.test import APIClient

from ashao_site.account.data.everything import CONFIRMATION
from ashao_site.account.data.serializers import AccountExportSerializer
from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.models import SignIn
from ashao_site.lib.clock import now
from chat.conversation.models import Conversation
from ledger.books import chart
from ledger.books.queries import balance, check_books
from ledger.deposits.models import Booked, Direction, SentDeposit, TreasuryTransfer
from ledger.payouts.actions import reject_payout, request_payout
from ledger.payouts.models import Payout, PayoutWallet
from tests.chat.support import Browser, answer, download, refused
from tests.ledger.support import deposit
from workers import jobs
from workers.jobs import WorkerKind
from workers.jobs.models import Worker
from workers.machines.actions import register_worker, remove_worker

pytestmark = pytest.mark.django_db(transaction=True)

EXPORT = "/api/account/export"
DATA = "/api/account/data"
DOLLAR = 1_000_000
OTHER_WALLET = to_checksum_address("0x" + "e9" * 20)
HASH = "0x" + "ab" * 32


def by_key(user: User) -> APIClient:
    client = APIClient()
    secret = create_api_key(user=user, name="a script").secret
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def everything_of(user: User) -> Browser:
    """Somebody who has one of everything."""
    browser = Browser(user)
    deposit(chart.user_credits(user.pk), DOLLAR, key=f"deposit:{user.pk}")
    deposit(chart.user_earnings(user.pk), 20 * DOLLAR, key=f"earned:{user.pk}")
    job_id, _ = browser.sent("What are owls?")
    answer(job_id, "Birds.")
    create_api_key(user=user, name="my script")
    for name, model in (("the tower", "tiny"), ("", "old")):
        new = register_worker(owner=user, kind=WorkerKind.NATIVE, model=model, tiers=None, name=name)
    remove_worker(owner=user, public_id=new.worker.public_id)
    PayoutWallet.objects.create(user_id=user.pk, wallet=OTHER_WALLET, confirmed_at=now())
    sent = {"chain_id": 1, "user_id": user.pk, "tx_hash": HASH, "amount_micros": DOLLAR}
    SentDeposit.objects.create(sent_at=now(), **sent)
    TreasuryTransfer.objects.create(
        log_index=user.pk,
        block=5,
        block_at=now(),
        direction=Direction.IN,
        counterparty=OTHER_WALLET,
        booked=Booked.DEPOSIT,
        **sent,
    )
    request_payout(user=user, amount_micros=15 * DOLLAR, wallet=OTHER_WALLET, key=None)
    return browser


def exported(browser: Browser) -> dict[str, Any]:
    response = browser.get(EXPORT)
    assert response.headers["Content-Disposition"] == 'attachment; filename="ashao-account.json"'
    return dict(json.loads(download(response)))


def delete(browser: Browser, confirm: object = CONFIRMATION) -> Any:
    return browser.call("DELETE", DATA, {"confirm": confirm})


def test_the_file_has_all_of_one_person_and_no_secret(alice: User, bob: User) -> None:
    browser = everything_of(alice)
    everything_of(bob)
    held = exported(browser)
    assert set(held) == set(AccountExportSerializer().fields)
    assert held["person"]["id"] == alice.public_id
    assert held["person"]["wallet"] == alice.wallet
    assert [key["name"] for key in held["keys"]] == ["my script"]
    assert [one["device"] for one in held["sessions"]] == ["Unknown device"]
    assert [(one["name"], one["removedAt"] is None) for one in held["workers"]] == [
        ("the tower", True),
        ("", False),
    ]
    assert [one["wallet"] for one in held["payoutWallets"]] == [OTHER_WALLET]
    assert [(one["amount"], one["state"]) for one in held["payouts"]] == [(15 * DOLLAR, "requested")]
    assert [one["amount"] for one in held["deposits"]] == [DOLLAR]
    assert [one["txHash"] for one in held["announcedDeposits"]] == [HASH]
    assert [(row["part"], row["balance"]) for row in held["statement"]][-1] == ("earnings", 5 * DOLLAR)
    (conversation,) = held["conversations"]
    assert [one["content"] for one in conversation["messages"]] == ["What are owls?", "Birds."]

    text = json.dumps(held)
    hashes = [
        *ApiKey.objects.values_list("key_hash", flat=True),
        *Worker.objects.values_list("token_hash", flat=True),
    ]
    cookies = SignIn.objects.values_list("session_id", flat=True)
    assert not [secret for secret in (*hashes, *cookies, bob.public_id) if secret in text]


def test_the_file_of_somebody_new(alice: User) -> None:
    held = exported(Browser(alice))
    assert [len(held[name]) for name in ("keys", "workers", "payouts", "statement", "conversations")] == [
        0
    ] * 5


def test_everything_is_deleted_but_the_books(alice: User, bob: User) -> None:
    browser, other = everything_of(alice), everything_of(bob)
    staff = User.objects.create_user("charlie")
    reject_payout(staff=staff, public_id=Payout.objects.get(user_id=alice.pk).public_id, note="a test")
    phone = Browser(alice)
    job_id, _ = phone.sent("Still being answered")
    before = {part: balance(f"{chart.user_prefix(alice.pk)}{part}") for part in chart.USER_PARTS}

    assert delete(browser).status_code == 204
    assert [one.get("/api/keys").status_code for one in (browser, phone, other)] == [401, 401, 200]
    assert jobs.state_of(job_id) not in (jobs.State.QUEUED, jobs.State.RUNNING)
    assert set(Conversation.objects.values_list("user", flat=True)) == {bob.pk}
    assert set(ApiKey.objects.values_list("user", flat=True)) == {bob.pk}
    assert set(SignIn.objects.values_list("user", flat=True)) == {bob.pk}
    assert set(PayoutWallet.objects.values_list("user_id", flat=True)) == {bob.pk}
    assert not Worker.objects.filter(owner=alice, removed_at=None).exists()
    assert not Worker.objects.filter(owner=alice).exclude(name="").exists()
    assert Worker.objects.filter(owner=bob, removed_at=None, name="the tower").exists()
    entry = AuditEntry.objects.get(action="account.data_deleted")
    assert (entry.actor, entry.subject, entry.detail) == (alice, alice.public_id, "")

    again = Browser(alice)
    assert {part: balance(f"{chart.user_prefix(alice.pk)}{part}") for part in chart.USER_PARTS} == before
    assert again.get("/api/statement").json()["rows"]
    assert exported(again)["conversations"] == []
    assert check_books() == []


def test_nothing_is_deleted_while_a_payout_is_on_its_way(alice: User) -> None:
    browser = everything_of(alice)
    assert refused(delete(browser)) == (409, "payout_under_way")
    assert exported(browser)["conversations"]
    assert browser.get("/api/keys").json()["keys"]


def test_it_is_not_deleted_by_accident(alice: User) -> None:
    browser = everything_of(alice)
    for confirm in ("", "yes", "Delete everything", f"{CONFIRMATION} ", 5, None, True, [CONFIRMATION]):
        assert refused(delete(browser, confirm))[0] == 400
    assert refused(browser.call("DELETE", DATA))[0] == 400
    assert exported(browser)["conversations"]


def test_it_is_a_sessions_business(alice: User) -> None:
    client = by_key(alice)
    assert refused(client.get(EXPORT)) == (401, "session_needed")
    assert refused(client.delete(DATA, {"confirm": CONFIRMATION}, format="json")) == (401, "session_needed")
    assert refused(Browser().get(EXPORT)) == (401, "not_signed_in")
    without_token = Browser(alice).client.delete(DATA, {"confirm": CONFIRMATION}, format="json")
    assert refused(without_token) == (403, "csrf_failed")
    assert ApiKey.objects.count() == 1
