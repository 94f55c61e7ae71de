"""The machine's clock is set back by 90 s: what was written before lies that far ahead."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery

from ashao_site.beat import SteadyScheduler
from ashao_site.celery import app
from tests.chat.support import Browser
from tests.workers.calls import client_of
from tests.workers.held import Held, until
from tests.workers.support import job_row, person, run
from workers.jobs import Tier
from workers.jobs.redis import leases, presence
from workers.jobs.sweep import sweep

BACK_MS = 90_000


def set_back(redis: Any, *job_ids: str) -> None:
    """What Redis holds, as it is after its clock was set back."""
    for key in ("ashao:leases", "ashao:live:pro", "ashao:live:max"):
        for member in redis.zrange(key, 0, -1):
            redis.zincrby(key, BACK_MS, member)
    for job_id in job_ids:
        for field in ("leaseUntil", "progressUntil", "claimedAt", "paceAt", "firstAt"):
            if redis.hexists(f"ashao:job:{job_id}", field):
                redis.hincrby(f"ashao:job:{job_id}", field, BACK_MS)


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_worker_that_fell_silent_is_handed_on_in_time(empty_redis, settings) -> None:
    settings.WORKER_LEASE_MS = 1_000
    Browser(person("alice", credits=10)).sent()
    held = Held(client_of(person("bob")))
    held.say("It began")
    set_back(empty_redis, held.id)
    until(lambda: held.state == "queued", limit_s=30)


@pytest.mark.django_db(transaction=True)
def test_heartbeats_do_not_make_up_for_progress_then_either(empty_redis, settings) -> None:
    settings.WORKER_FIRST_TOKEN_MS = settings.WORKER_STALL_MS = 2_000
    Browser(person("alice", credits=10)).sent()
    held = Held(client_of(person("bob")))
    set_back(empty_redis, held.id)
    held.worker.call("heartbeat")

    def beats() -> bool:
        held.worker.call("heartbeat")
        return held.state == "queued"

    until(beats, limit_s=30)


@pytest.mark.django_db(transaction=True)
def test_one_that_goes_on_keeps_its_job(empty_redis, settings) -> None:
    Browser(person("alice", credits=10)).sent()
    held = Held(client_of(person("bob")))
    held.say("It began, ")
    set_back(empty_redis, held.id)
    assert held.state == "running"
    assert held.say("and goes on.")[0] == 200
    assert held.state == "running"
    assert held.complete()[0] == 200
    assert job_row(held.id).state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_dead_worker_is_live_no_longer_than_otherwise(empty_redis, settings) -> None:
    settings.WORKER_LIVE_MS = 1_000
    worker = client_of(person("bob"))
    worker.call("heartbeat")
    set_back(empty_redis)
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    assert run(presence.tier_counts(Tier.PRO, now_ms=now_ms + 30_000))[0] == 1, "as it was"
    sweep()
    assert run(presence.tier_counts(Tier.PRO, now_ms=now_ms + 30_000))[0] == 0


@pytest.mark.django_db(transaction=True)
def test_what_lies_where_it_may_is_left_alone(empty_redis) -> None:
    Browser(person("alice", credits=10)).sent()
    held = Held(client_of(person("bob")))
    before = empty_redis.zscore("ashao:leases", held.id)
    assert run(leases.clamp()) == 0
    assert empty_redis.zscore("ashao:leases", held.id) == before


class Sent(SteadyScheduler):
    """Keeps what it would send."""

    def __init__(self, app: Celery, path: str) -> None:
        self.sent: list[str] = []
        super().__init__(app=app, schedule_filename=path)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent.append(entry.name)


def test_what_is_due_every_second_is_sent_though_it_last_ran_ahead_of_now(tmp_path) -> None:
    scheduler = Sent(app, str(tmp_path / "schedule"))
    scheduler.setup_schedule()
    for entry in scheduler.schedule.values():
        entry.last_run_at = datetime.now(UTC) + timedelta(seconds=90)
    until(lambda: scheduler.tick() >= 0 and "sweep" in scheduler.sent, limit_s=30)
    scheduler.close()
