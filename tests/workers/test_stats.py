"""`GET /api/worker/stats`: every figure against jobs that were made by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.accounts.models import User
from ashao_site.lib import clock
from tests.chat.support import Browser, refused
from tests.workers.support import ask, books_are_true, person, run, worker_of
from workers import jobs
from workers.jobs import Tier
from workers.jobs.models import Job, Worker
from workers.machines.queries import _RECENT, stats_of

pytestmark = pytest.mark.django_db(transaction=True)

QUERIES = 6
NOW = datetime(2026, 5, 4, 12, 30, 40, tzinfo=UTC)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 12:30:40."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def done(
    worker: Worker,
    *,
    ago: timedelta,
    tokens: int = 100,
    seconds: float = 10,
    earned: int = 70_000,
    state: str = "done",
    count: int = 1,
) -> None:
    at = NOW - ago
    Job.objects.bulk_create(
        Job(
            tier="pro",
            model="ashao-pro",
            price_micros=100_000,
            state=state,
            worker=worker,
            holder=worker.public_id,
            served_by=worker.kind,
            queued_at=at,
            claimed_at=at - timedelta(seconds=seconds),
            finished_at=at,
            deadline_at=at,
            finish="stop",
            tokens=tokens,
            earned_micros=earned,
        )
        for _ in range(count)
    )


def a_worker(owner: User) -> Worker:
    return Worker.objects.get(public_id=worker_of(owner, kind="browser").id)


def stats(owner: User) -> dict:
    response = Browser(owner).get("/api/worker/stats")
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.usefixtures("noon")
def test_figures_of_nobodys_jobs() -> None:
    figures = stats(person("bob"))
    hour = figures.pop("hour")
    assert figures == {
        "workers": [],
        "jobs": 0,
        "tokens": 0,
        "earned": 0,
        "earnedToday": 0,
        "shareBps": 7_000,
        "escrow": 0,
        "available": 0,
        "averageTokensPerSecond": None,
        "recent": [],
    }
    assert len(hour) == 60
    assert hour[0] == {"at": "2026-05-04T11:31:00.000Z", "jobs": 0, "tokens": 0, "earned": 0}
    assert hour[-1]["at"] == "2026-05-04T12:30:00.000Z"


@pytest.mark.usefixtures("noon")
def test_the_hour_by_minutes_and_the_average_speed() -> None:
    bob, charlie = person("bob"), person("charlie")
    first, second, others = a_worker(bob), a_worker(bob), a_worker(charlie)
    done(first, ago=timedelta(seconds=5), tokens=30, seconds=3, earned=1)
    done(second, ago=timedelta(seconds=40), tokens=50, seconds=5, earned=2)  # 12:30:00: this minute
    done(second, ago=timedelta(seconds=41), tokens=20, seconds=12, earned=4)  # the minute before
    done(first, ago=timedelta(minutes=59, seconds=40), tokens=100, seconds=5, earned=8)  # 11:31:00
    done(first, ago=timedelta(minutes=59, seconds=41), tokens=9_000, seconds=1, earned=16)  # an hour ago
    done(first, ago=timedelta(seconds=9), tokens=7, earned=32, state="failed")
    done(others, ago=timedelta(seconds=5), tokens=5_000, earned=64)
    figures = stats(bob)
    busy = {
        row["at"][11:16]: (row["jobs"], row["tokens"], row["earned"])
        for row in figures["hour"]
        if row["jobs"]
    }
    assert busy == {"11:31": (1, 100, 8), "12:29": (1, 20, 4), "12:30": (2, 80, 3)}
    assert figures["averageTokensPerSecond"] == 8.0  # 200 tokens in 25 seconds
    assert (figures["jobs"], figures["tokens"], figures["earned"]) == (5, 9_200, 31)


@pytest.mark.usefixtures("noon")
def test_without_a_job_in_the_last_hour_the_average_is_that_of_all() -> None:
    bob = person("bob")
    worker = a_worker(bob)
    done(worker, ago=timedelta(hours=2), tokens=30, seconds=3)
    done(worker, ago=timedelta(days=40), tokens=10, seconds=5)
    assert stats(bob)["averageTokensPerSecond"] == 5.0


@pytest.mark.usefixtures("noon")
def test_the_last_jobs_of_all_workers_the_newest_first() -> None:
    bob, charlie = person("bob"), person("charlie")
    first, removed, others = a_worker(bob), a_worker(bob), a_worker(charlie)
    for minute in range(15):
        done(first, ago=timedelta(minutes=2 * minute), tokens=minute, seconds=1.5)
        done(removed, ago=timedelta(minutes=2 * minute + 1), tokens=1_000 + minute)
    done(others, ago=timedelta(seconds=1))
    done(first, ago=timedelta(seconds=1), state="failed")
    Worker.objects.filter(pk=removed.pk).update(removed_at=NOW)
    figures = stats(bob)
    assert len(figures["workers"]) == 1
    assert figures["recent"][0] == {
        "finishedAt": "2026-05-04T12:30:40.000Z",
        "workerId": first.public_id,
        "tier": "pro",
        "tokens": 0,
        "seconds": 1.5,
        "earned": 70_000,
        "finish": "stop",
    }
    expected = [tokens for minute in range(10) for tokens in (minute, 1_000 + minute)]
    assert [row["tokens"] for row in figures["recent"]] == expected
    assert figures["recent"][1]["workerId"] == removed.public_id


@pytest.mark.usefixtures("noon")
def test_a_long_history_takes_no_more_queries() -> None:
    bob = person("bob")
    workers = [a_worker(bob) for _ in range(3)]

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            stats_of(bob)
        return len(captured)

    assert queries() == QUERIES
    for number, worker in enumerate(workers):
        done(worker, ago=timedelta(minutes=number), count=500)
    assert queries() == QUERIES
    figures = stats(bob)
    assert (figures["jobs"], len(figures["recent"])) == (1_500, 20)


def test_the_index_serves_the_last_jobs() -> None:
    """The planner is asked as if the tables were large: with what only small ones are read by out of the way."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off; DROP INDEX job_finished_at")
        cursor.execute("EXPLAIN " + _RECENT, [20, 1, 20])
        plan = "\n".join(row[0] for row in cursor.fetchall())
        transaction.set_rollback(True)
    assert "job_done_by_worker" in plan, plan


def test_a_job_that_was_really_served() -> None:
    alice, bob = person("alice", granted=4, credits=6), person("bob")
    worker = worker_of(bob, kind="browser")
    job_id = ask(alice)
    claimed = run(jobs.claim_now(tier=Tier.PRO, holder=worker))
    assert [row["status"] for row in stats(bob)["workers"]] == ["busy"]
    run(jobs.append(job_id=job_id, holder=worker.id, lease=claimed.lease, seq=0, value="Hello, there!"))
    run(
        jobs.complete(
            job_id=job_id, tier=None, holder=worker.id, lease=claimed.lease, tokens=12, finish="length"
        )
    )
    figures = stats(bob)
    assert (figures["escrow"], figures["available"], figures["earned"]) == (28_000, 42_000, 70_000)
    assert figures["hour"][-1]["earned"] + figures["hour"][-2]["earned"] == 70_000
    (recent,) = figures["recent"]
    assert (recent["workerId"], recent["tokens"], recent["finish"]) == (worker.id, 12, "length")
    assert recent["seconds"] >= 0
    assert "Hello" not in str(figures)
    books_are_true()


def test_the_status_of_a_worker() -> None:
    bob = person("bob")
    worker = worker_of(bob)

    def status() -> tuple[str, bool]:
        (row,) = stats(bob)["workers"]
        return row["status"], row["paused"]

    assert status() == ("offline", False)
    run(jobs.heartbeat(holder=worker.id, tiers=[Tier.PRO]))
    assert status() == ("waiting", False)
    Worker.objects.update(paused_at=clock.now())
    assert status() == ("paused", True)
    run(jobs.release(holder=worker.id))
    assert status() == ("paused", True)
    done(Worker.objects.get(), ago=timedelta(), state="running")
    assert status() == ("busy", True)
    Worker.objects.update(paused_at=None)
    assert status() == ("offline", False)


def test_who_may_ask() -> None:
    bob = person("bob")
    a_worker(bob)
    assert refused(Browser().get("/api/worker/stats")) == (401, "not_signed_in")
    assert stats(person("charlie"))["workers"] == []
    key = create_api_key(user=bob, name="figures").secret
    response = Browser().client.get("/api/worker/stats", HTTP_AUTHORIZATION=f"Bearer {key}")
    assert len(response.json()["workers"]) == 1
