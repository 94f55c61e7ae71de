"""What a worker is paid for, and what it is not: the worker calls, the person's calls and the books."""

import pytest

from ashao_site.lib.redis import redis
from ledger.books import chart, queries
from tests.chat.support import Browser
from tests.workers.calls import Client, client_of
from tests.workers.held import Held, until
from tests.workers.support import CREDIT, books_are_true, cloud, job_row, person, run
from workers import jobs
from workers.jobs import Claimed, Tier
from workers.jobs.models import Job
from workers.jobs.sweep import sweep
from workers.jobs.waiting_claims import waiting_claims

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None) -> Browser:
    return Browser(person("alice", credits=1_000))


def worker_named(name: str) -> tuple[Client, int]:
    """A worker of a new owner, and that owner's id."""
    owner = person(name)
    return client_of(owner), owner.pk


def earned(owner_id: int) -> int:
    return queries.balance(chart.user_earnings(owner_id)) + queries.balance(chart.user_escrow(owner_id))


def by_cloud(job_id: str, *texts: str) -> None:
    """The cloud takes the job and ends it, as its task does."""
    holder = cloud()
    job = run(jobs.claim_for_cloud(job_id, holder=holder))
    assert isinstance(job, Claimed)
    for seq, text in enumerate(texts):
        run(jobs.append(job_id=job_id, holder=holder.id, lease=job.lease, seq=seq, value=text))
    run(
        jobs.complete(
            job_id=job_id,
            tier=None,
            holder=holder.id,
            lease=job.lease,
            tokens=9,
            finish="stop",
            last_word=True,
        )
    )


NOTHING = ["", " ", "\n\n\n", "\u200b", "\u00a0\u2060", "\u0301", "!" * 600, "ha" * 300, "- " * 80]


@pytest.mark.parametrize("nothing", NOTHING)
def test_an_answer_that_says_nothing_pays_nobody_and_is_handed_on(alice: Browser, nothing: str) -> None:
    job_id, _ = alice.sent()
    bob, bob_id = worker_named("bob")
    held = Held(bob)
    held.say(nothing)
    status, refused = held.complete(tokens=300)
    assert (status, refused["code"]) == (409, "empty_answer")
    assert (job_row(job_id).state, earned(bob_id)) == ("queued", 0)
    charlie, charlie_id = worker_named("charlie")
    second = Held(charlie)
    second.say("An answer.")
    assert second.complete() == (200, {"earned": 70_000})
    assert (earned(bob_id), earned(charlie_id)) == (0, 70_000)
    books_are_true()


@pytest.mark.parametrize("nothing", NOTHING)
def test_who_adds_nothing_after_a_hand_over_is_not_paid(alice: Browser, nothing: str) -> None:
    job_id, _ = alice.sent()
    first = Held(worker_named("bob")[0])
    first.say("It is known that")
    first.fail()
    charlie, charlie_id = worker_named("charlie")
    second = Held(charlie)
    assert second.prefix == "It is known that"
    second.say(nothing)
    assert second.complete(tokens=100)[1]["code"] == "empty_answer"
    dave, dave_id = worker_named("dave")
    third = Held(dave)
    third.say(" the earth is round.")
    assert third.complete() == (200, {"earned": 70_000})
    assert (earned(charlie_id), earned(dave_id)) == (0, 70_000)
    assert alice.credits() == 990
    assert job_row(job_id).attempts == 3
    books_are_true()


def test_where_everybody_adds_nothing_it_ends_and_the_credits_are_back(alice: Browser, settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 3
    job_id, _ = alice.sent()
    for name in ("bob", "charlie", "dave"):
        held = Held(worker_named(name)[0])
        held.say(" ")
        assert held.complete()[1]["code"] == "empty_answer"
    assert (job_row(job_id).state, alice.credits()) == ("failed", 1_000)
    books_are_true()


def test_a_whole_answer_to_which_the_cloud_has_nothing_to_add_is_one_answer_at_one_charge(
    alice: Browser,
) -> None:
    job_id, conversation = alice.sent()
    held = Held(worker_named("bob")[0])
    held.say("Yes.")
    held.fail()
    by_cloud(job_id)
    answer = alice.messages(conversation)[-1]
    assert (answer["content"], answer["status"]) == ("Yes.", "done")
    assert (job_row(job_id).charged_micros, alice.credits()) == (10 * CREDIT, 990)
    assert queries.balance(chart.POOL_CLOUD) == 7 * CREDIT
    books_are_true()


def test_what_the_cloud_ends_without_an_answer_in_it_costs_nothing(alice: Browser) -> None:
    job_id, _ = alice.sent()
    held = Held(worker_named("bob")[0])
    held.say("!" * 600)
    held.fail()
    by_cloud(job_id)
    assert (job_row(job_id).state, job_row(job_id).charged_micros, alice.credits()) == ("done", 0, 1_000)
    books_are_true()


def test_nobody_is_paid_for_a_letter_and_a_stop_a_few_times_a_day(alice: Browser) -> None:
    bob, bob_id = worker_named("bob")
    for number in range(6):
        job_id, _ = alice.sent()
        held = Held(bob)
        held.say("I")
        assert alice.call("POST", "/api/chat/stop", {"jobId": job_id}).status_code == 200
        assert held.say(" see")[1]["stop"] is True
        free = number < 5
        assert held.complete() == (200, {"earned": 0 if free else 70_000})
        assert job_row(job_id).charged_micros == (0 if free else 10 * CREDIT)
    assert (earned(bob_id), alice.credits()) == (70_000, 990)
    books_are_true()


def test_a_stop_of_what_could_be_read_is_paid(alice: Browser) -> None:
    bob, bob_id = worker_named("bob")
    long, _ = alice.sent()
    Held(bob).say("This is more than forty characters of an answer.")
    alice.call("POST", "/api/chat/stop", {"jobId": long})
    assert earned(bob_id) == 70_000
    slow, _ = alice.sent()
    Held(bob).say("Short")
    run(_first_text_before(slow, 2_100))
    alice.call("POST", "/api/chat/stop", {"jobId": slow})
    assert (earned(bob_id), alice.credits()) == (140_000, 980)


async def _first_text_before(job_id: str, ms: int) -> None:
    """As if the first text of a job had come earlier."""
    await redis().pipe.command("HINCRBY", f"ashao:job:{job_id}", "firstAt", -ms)


def test_a_stop_pays_nobody_for_what_an_earlier_worker_wrote(alice: Browser) -> None:
    job_id, _ = alice.sent()
    first = Held(worker_named("bob")[0])
    first.say("This is more than forty characters of an answer.")
    first.fail()
    charlie, charlie_id = worker_named("charlie")
    Held(charlie).say("\n")
    alice.call("POST", "/api/chat/stop", {"jobId": job_id})
    assert (job_row(job_id).state, earned(charlie_id), alice.credits()) == ("done", 0, 1_000)


def test_there_is_no_token_without_a_byte(alice: Browser) -> None:
    job_id, conversation = alice.sent()
    held = Held(worker_named("bob")[0])
    held.say("thinking of a number", "reasoning")
    held.say("forty-two")
    assert held.complete(tokens=1_000_000)[0] == 200
    assert job_row(job_id).tokens == len("forty-two")
    assert alice.messages(conversation)[-1]["receipt"]["tokens"] == 9
    assert run(jobs.network_status())["tokensPerMinute"] == 9


def test_a_job_is_not_given_again_to_an_owner_that_lost_it(alice: Browser, empty_redis, monkeypatch) -> None:
    monkeypatch.setattr("workers.jobs.sweep.YOUNG_MS", 0)
    monkeypatch.setattr("workers.jobs.sweep.LOSS_PAUSE_S", 0)
    job_id, _ = alice.sent()
    bob = person("bob")
    one, other = client_of(bob), client_of(bob)
    Held(one).fail()
    assert other.call("claim", waitMs=0)[1] == {"job": None, "reason": "no_job_for_you"}
    assert one.call("claim", waitMs=0)[1] == {"job": None, "reason": "no_job_for_you"}
    empty_redis.flushall()
    sweep()
    assert other.call("claim", waitMs=0)[1]["reason"] == "no_job_for_you", "Postgres remembers it"
    charlie = Held(worker_named("charlie")[0])
    charlie.worker.call("release")
    assert charlie.worker.call("claim", waitMs=0)[1]["reason"] == "no_job_for_you"
    by_cloud(job_id, "The cloud's answer.")
    assert job_row(job_id).state == "done"


def test_a_lease_that_ran_out_is_lost_by_its_owner(alice: Browser, settings) -> None:
    settings.WORKER_LEASE_MS = 500
    alice.sent()
    bob = person("bob")
    held = Held(client_of(bob))
    until(lambda: held.state == "queued")
    assert client_of(bob).call("claim", waitMs=0)[1]["reason"] == "no_job_for_you"


def test_a_worker_has_no_more_claims_waiting_than_jobs_that_it_may_take(alice: Browser) -> None:
    bob, charlie = client_of(person("bob")), client_of(person("charlie"))
    parked = [bob.start("claim", waitMs=20_000) for _ in range(40)]
    until(lambda: sum(claim.done() for claim in parked) == 24)
    refused = [claim.result() for claim in parked if claim.done()]
    assert refused == [(200, {"job": None, "reason": "too_many_jobs"})] * 24
    other = charlie.start("claim", waitMs=20_000)
    until(lambda: charlie.run(_waiting()) == 17)
    alice.sent()
    alice.sent()
    assert other.result(60)[1]["job"] is not None, "owners take turns, though bob came first sixteen times"
    until(lambda: sum(claim.done() for claim in parked) == 25)
    bob.run(_send_away(bob.id))
    until(lambda: all(claim.done() for claim in parked))


async def _send_away(holder: str) -> None:
    waiting_claims().send_away(holder)


async def _waiting() -> int:
    return len(list(waiting_claims()._waiting[Tier.PRO]))


def test_who_asked_and_who_lost_it_are_forgotten_at_the_end(alice: Browser) -> None:
    done, failed = alice.sent()[0], alice.sent()[0]
    held = Held(worker_named("bob")[0])
    assert held.id == done
    held.fail()
    assert job_row(done).avoid != ""
    assert len(job_row(done).lost_by) == 1
    by_cloud(done, "An answer.")
    Job.objects.filter(public_id=failed).update(
        deadline_at="2001-01-01T00:00:00Z", queued_at="2001-01-01T00:00:00Z"
    )
    sweep()
    assert [(row.state, row.avoid, row.lost_by) for row in Job.objects.order_by("id")] == [
        ("done", "", []),
        ("failed", "", []),
    ]


def test_the_garbage_walk(alice: Browser) -> None:
    """Fifteen ways to write nothing, each with every trick that was paid once: $0 at the end."""
    mallory, mallory_id = worker_named("mallory")
    for garbage in (*NOTHING, "\ufeff", "\u2028", "\u3164", "\u2800", "。" * 99, "\t"):
        job_id, _ = alice.sent()
        held = Held(mallory)
        held.say(garbage)
        held.say("thinking", "reasoning")
        assert held.complete(tokens=1_000_000)[0] == 409
        assert mallory.call("claim", waitMs=0)[1]["job"] is None, "nor a second time"
        by_cloud(job_id, "A real answer.")
    assert earned(mallory_id) == 0
    assert mallory.call("heartbeat")[0] == 200
    assert Job.objects.filter(state="done", earned_micros=0).count() == 15
    books_are_true()
