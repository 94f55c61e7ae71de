"""A job goes to who can read it whole, else to the cloud; what nobody can read whole is cut in the open."""

import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashao_site.accounts.models import User
from ashao_site.lib.aio import background_loop
from tests.chat.support import Browser
from tests.workers.calls import Client
from tests.workers.held import Held
from tests.workers.support import cloud, job_row, person, run
from workers import jobs
from workers.jobs import Claimed, Tier, WorkerKind
from workers.jobs.fit import estimate_tokens, fit, needs_of, reading_room
from workers.jobs.postgres.machines import NATIVE_CONTEXT_TOKENS
from workers.jobs.postgres.settling import NO_PRODUCER
from workers.jobs.redis import presence
from workers.machines import actions

LONG = ("It is a long story about a network of people. " * 200)[:7_900]
ASKS = "Summarise the following text in three lines, in German. "


def said(*texts: str) -> jobs.Messages:
    """Turns, the person's first."""
    return [
        {"role": "assistant" if number % 2 else "user", "content": text} for number, text in enumerate(texts)
    ]


def worker(name: str, *, context: int | None = None, kind: WorkerKind = WorkerKind.NATIVE) -> Client:
    """A worker over HTTP that has said how much its model reads."""
    return worker_of_user(person(name), context=context, kind=kind)


def worker_of_user(
    owner: User, *, context: int | None = None, kind: WorkerKind = WorkerKind.NATIVE
) -> Client:
    new = actions.register_worker(
        owner=owner, kind=kind, model="tiny", tiers=[Tier.PRO], context_tokens=context
    )
    client = Client(new.worker.public_id, new.token, background_loop())
    client.call("heartbeat")
    return client


@dataclass
class Asked:
    """What the cloud was asked for, and after how many ms."""

    delays: dict[str, int] = field(default_factory=dict)

    def note(self, job_id: str, *, delay_ms: int) -> None:
        self.delays[job_id] = delay_ms


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    cloud = Asked()
    monkeypatch.setattr("workers.jobs.actions.queueing.ask_cloud", cloud.note)
    return cloud


def conversation(alice: Browser, *texts: str) -> str:
    """Send these one after the other, each but the last answered by the cloud; returns the last job's id."""
    conversation_id, job_id = None, ""
    for text in texts:
        body: dict[str, str] = {} if conversation_id is None else {"conversationId": conversation_id}
        job_id, conversation_id = alice.sent(text, **body)
        if text != texts[-1]:
            by_cloud(job_id, "Noted.")
    return job_id


def by_cloud(job_id: str, text: str) -> jobs.Messages:
    holder = cloud()
    job = run(jobs.claim_for_cloud(job_id, holder=holder))
    assert isinstance(job, Claimed)
    run(jobs.append(job_id=job_id, holder=holder.id, lease=job.lease, seq=0, value=text))
    run(
        jobs.complete(
            job_id=job_id,
            tier=None,
            holder=holder.id,
            lease=job.lease,
            tokens=1,
            finish="stop",
            last_word=True,
        )
    )
    return job.messages


@pytest.mark.django_db(transaction=True)
def test_a_conversation_too_long_for_every_live_worker_goes_to_the_cloud_at_once(asked: Asked) -> None:
    alice = Browser(person("alice", credits=100))
    small, tab = worker("bob"), worker("charlie", context=1_024, kind=WorkerKind.BROWSER)
    job_id = conversation(alice, f"1 {LONG[2:]}", f"2 {LONG[2:]}", f"3 {LONG[2:]}")
    assert asked.delays[job_id] == 0, "nobody waits for who cannot read it"
    for one in (small, tab):
        assert one.call("claim", waitMs=0)[1] == {"job": None, "reason": "no_job_for_you"}
    messages = by_cloud(job_id, "An answer to all of it.")
    assert [message["content"][:1] for message in messages] == ["1", "N", "2", "N", "3"]


@pytest.mark.django_db(transaction=True)
def test_it_goes_to_the_worker_that_can_read_it(asked: Asked, settings: Any) -> None:
    alice = Browser(person("alice", credits=100))
    small, large = worker("bob"), worker("charlie", context=32_768)
    job_id = conversation(alice, f"1 {LONG[2:]}", f"2 {LONG[2:]}")
    assert asked.delays[job_id] == settings.WORKER_GRACE_MS
    assert small.call("claim", waitMs=0)[1]["job"] is None
    held = Held(large)
    assert [len(message["content"]) for message in held.messages] == [7_900, 6, 7_900]
    held.say("An answer.")
    assert held.complete()[0] == 200
    assert alice.get(f"/api/chat/receipt?jobId={job_id}").json()["receipt"]["read"] is None


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_the_first_edition_gets_what_fits_a_usual_context(asked: Asked) -> None:
    alice = Browser(person("alice", credits=100))
    old = worker("bob")
    job_id, _ = alice.sent(ASKS + LONG[:7_900])
    held = Held(old)
    assert held.id == job_id
    assert held.messages[0]["content"].startswith(ASKS)


@pytest.mark.django_db(transaction=True)
def test_where_there_is_no_cloud_the_oldest_turns_go_and_the_receipt_says_so(asked: Asked) -> None:
    alice = Browser(person("alice", credits=100))
    small = worker("bob", context=1_024, kind=WorkerKind.BROWSER)
    larger = worker("charlie", context=2_048)
    question = ASKS + LONG[:900]
    job_id = conversation(alice, LONG, "What was it about?", question)
    run(jobs.end_without_cloud(job_id, holder=cloud()))
    assert small.call("claim", waitMs=0)[1]["job"] is None, "another reads more of it"
    held = Held(larger)
    contents = [message["content"] for message in held.messages]
    assert contents == ["What was it about?", "Noted.", question]
    held.say("Eine Antwort.")
    assert held.complete()[0] == 200
    read = sum(len(content) for content in contents)
    receipt = alice.get(f"/api/chat/receipt?jobId={job_id}").json()["receipt"]
    assert receipt["read"] == {"characters": read, "of": read + len(LONG) + len("Noted.")}


@pytest.mark.django_db(transaction=True)
def test_what_the_chat_leaves_out_is_on_the_receipt(asked: Asked) -> None:
    alice = Browser(person("alice", credits=100))
    texts = [f"{number} {LONG[2:]}" for number in range(4)]
    job_id = conversation(alice, *texts)
    assert [message["content"][:1] for message in by_cloud(job_id, "Noted.")] == ["1", "N", "2", "N", "3"]
    whole = 4 * len(LONG) + 3 * len("Noted.")
    left_out = len(LONG) + len("Noted.")
    receipt = alice.get(f"/api/chat/receipt?jobId={job_id}").json()["receipt"]
    assert receipt["read"] == {"characters": whole - left_out, "of": whole}
    small = worker("bob")
    again = alice.call("POST", "/api/chat/retry", {"jobId": job_id}).json()["jobId"]
    run(jobs.end_without_cloud(again, holder=cloud()))
    held = Held(small)
    held.say("An answer to the last of it.")
    assert held.complete()[0] == 200
    receipt = alice.get(f"/api/chat/receipt?jobId={again}").json()["receipt"]
    assert receipt["read"] == {"characters": len(LONG), "of": whole}


@pytest.mark.django_db(transaction=True)
def test_messages_beyond_the_most_that_a_model_is_given_are_on_the_receipt(asked: Asked) -> None:
    alice = Browser(person("alice", credits=1_000))
    job_id = conversation(alice, *[f"{number:02}" for number in range(25)])
    messages = by_cloud(job_id, "Noted.")
    assert (len(messages), messages[0]["content"]) == (39, "05")
    read, left_out = 20 * 2 + 19 * len("Noted."), 5 * 2 + 5 * len("Noted.")
    receipt = alice.get(f"/api/chat/receipt?jobId={job_id}").json()["receipt"]
    assert receipt["read"] == {"characters": read, "of": read + left_out}


@pytest.mark.django_db(transaction=True)
def test_a_question_that_nobody_can_read_is_not_cut_and_fails(asked: Asked) -> None:
    alice = Browser(person("alice", credits=100))
    tab = worker("bob", context=1_024, kind=WorkerKind.BROWSER)
    job_id, _ = alice.sent(ASKS + LONG[:7_844])
    assert asked.delays[job_id] == 0
    run(jobs.end_without_cloud(job_id, holder=cloud()))
    assert tab.call("claim", waitMs=0)[1]["job"] is None
    assert (job_row(job_id).state, alice.credits()) == ("failed", 100)


@pytest.mark.django_db(transaction=True)
def test_where_all_who_are_live_have_lost_it_and_there_is_no_cloud_it_ends(asked: Asked) -> None:
    alice = Browser(person("alice", credits=100))
    bob = worker("bob")
    job_id, _ = alice.sent()
    Held(bob).fail()
    run(jobs.end_without_cloud(job_id, holder=cloud()))
    assert (job_row(job_id).state, alice.credits()) == ("failed", 100)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_ones_own_machines(asked: Asked, settings: Any) -> None:
    alice = Browser(person("alice", credits=100))
    assert alice.user is not None
    own = worker_of_user(alice.user)
    job_id, _ = alice.sent()
    assert asked.delays[job_id] == 0
    assert own.call("claim", waitMs=0)[1] == {"job": None, "reason": "no_job_for_you"}
    run(jobs.end_without_cloud(job_id, holder=cloud()))
    assert (job_row(job_id).state, job_row(job_id).error) == ("failed", NO_PRODUCER)
    assert alice.credits() == 100
    worker("bob")
    job_id, _ = alice.sent()
    assert asked.delays[job_id] == settings.WORKER_GRACE_MS
    job_id, _ = Browser(person("charlie", credits=100)).sent()
    assert asked.delays[job_id] == settings.WORKER_GRACE_MS


@pytest.mark.django_db(transaction=True)
def test_nor_for_ones_own_where_those_of_others_read_too_little(asked: Asked, settings: Any) -> None:
    alice = Browser(person("alice", credits=100))
    assert alice.user is not None
    worker_of_user(alice.user, context=32_768)
    worker("bob")
    job_id = conversation(alice, f"1 {LONG[2:]}", f"2 {LONG[2:]}")
    assert asked.delays[job_id] == 0
    worker("charlie", context=32_768)
    job_id = conversation(alice, f"1 {LONG[2:]}", f"2 {LONG[2:]}")
    assert asked.delays[job_id] == settings.WORKER_GRACE_MS


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_owner_who_has_lost_it(asked: Asked) -> None:
    alice = Browser(person("alice", credits=100))
    bob = worker("bob")
    job_id, _ = alice.sent()
    held = Held(bob)
    assert asked.delays.pop(job_id) > 0
    held.fail()
    assert asked.delays[job_id] == 0


@pytest.mark.django_db(transaction=True)
def test_those_who_wait_in_a_claim_are_known_by_their_owners(asked: Asked, settings: Any) -> None:
    alice, bob = person("alice", credits=100), person("bob", credits=100)
    waiting = {(reading_room(NATIVE_CONTEXT_TOKENS), jobs.owner_tag(alice.pk)), (0, jobs.owner_tag(alice.pk))}
    now_ms = int(time.time() * 1000)
    run(presence.say_live(tier=Tier.PRO, holders=["wrk_1", "wrk_2"], now_ms=now_ms, contexts=waiting))
    assert asked.delays[Browser(alice).sent()[0]] == 0
    assert asked.delays[Browser(bob).sent()[0]] == settings.WORKER_GRACE_MS


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_registers_is_checked() -> None:
    bob = Browser(person("bob"))
    body = {"type": "native", "model": "tiny"}
    assert bob.call("POST", "/api/worker/register", {**body, "contextTokens": 8_192}).status_code == 201
    assert bob.call("POST", "/api/worker/register", body).status_code == 201
    for wrong in (0, -1, "8192", 1.5, 10**9, True):
        refused = bob.call("POST", "/api/worker/register", {**body, "contextTokens": wrong})
        assert refused.status_code == 400, wrong


def test_the_question_is_never_what_is_cut() -> None:
    talk = said("old " * 500, "yes", "newer " * 100, "no", "the question")
    assert fit(talk, reads_tokens=100_000).messages == talk
    fitted = fit(talk, reads_tokens=400)
    assert fitted.messages == talk[2:]
    assert fitted.read_chars == sum(len(message["content"]) for message in talk[2:])
    assert fitted.asked_chars == sum(len(message["content"]) for message in talk)
    assert fit(talk, reads_tokens=64).messages == talk[-1:]
    assert fit(said("x" * 9_000), reads_tokens=64).messages == said("x" * 9_000)


@given(st.lists(st.text(max_size=400), min_size=1, max_size=9), st.integers(64, 4_000))
def test_what_is_given_fits_where_the_question_does(texts: list[str], room: int) -> None:
    talk = said(*texts[: len(texts) - (len(texts) + 1) % 2])
    fitted, needs = fit(talk, reads_tokens=room), needs_of(talk)
    assert needs.least <= needs.whole
    assert fitted.messages[0]["role"] == "user"
    assert fitted.messages[-1] == talk[-1]
    if room >= needs.least:
        assert needs_of(fitted.messages).whole <= room
    assert (fitted.messages == talk) == (room >= needs.whole or len(talk) == 1)


@pytest.mark.parametrize(
    ("text", "least"),
    [("The quick brown fox.", 5), ("1234567890", 10), ("你好世界", 4), ("f(x)=[1,2];", 10), ("👍", 2)],
)
def test_the_estimate_errs_upwards(text: str, least: int) -> None:
    assert least <= estimate_tokens(text) <= len(text.encode()) + 1


def test_the_usual_context_takes_the_longest_message() -> None:
    assert needs_of(said(LONG)).whole <= reading_room(NATIVE_CONTEXT_TOKENS)
    assert (reading_room(4_096), reading_room(1_024), reading_room(512), reading_room(64)) == (
        3_584,
        512,
        256,
        32,
    )
