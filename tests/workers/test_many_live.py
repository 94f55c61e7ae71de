"""Thousands of live jobs, and a Redis that has lost them all: each row is seen, in a known number of sweeps."""

import time
from datetime import timedelta
from itertools import count

import pytest
from django.conf import settings as site

from ashao_site.lib import clock
from ashao_site.lib.text import hash_secret
from tests.workers.support import ask, person
from workers import jobs
from workers.jobs import State, Tier, sweep
from workers.jobs.models import Job, JobPayload
from workers.jobs.redis import keys

pytestmark = pytest.mark.django_db(transaction=True)

QUEUED, RUNNING = 3_200, 800
SWEEPS = -(-(QUEUED + RUNNING) // sweep.PAGE_MAX)
"""At one a second, less than ten seconds for five thousand."""


@pytest.fixture(autouse=True)
def old_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "YOUNG_MS", 0)
    monkeypatch.setattr(sweep, "LOSS_PAUSE_S", 0)


def live(number: int, state: State, **fields: object) -> list[Job]:
    """So many rows as they would be without their money, queued in the same moment, as many are under load."""
    now = clock.now()
    numbers = count()
    jobs = Job.objects.bulk_create(
        Job(
            tier=(Tier.PRO, Tier.MAX)[next(numbers) % 2],
            model="ashao",
            price_micros=0,
            state=state,
            queued_at=now - timedelta(minutes=1),
            deadline_at=now + timedelta(hours=1),
            **fields,
        )
        for _ in range(number)
    )
    messages = [{"role": "user", "content": "hello"}]
    JobPayload.objects.bulk_create(JobPayload(job=job, messages=messages) for job in jobs)
    return jobs


def waiting_ids(client) -> set[str]:
    """What waits in Redis."""
    return {id_.decode() for tier in Tier for id_ in client.lrange(keys.queue_key(tier), 0, -1)}


def test_all_of_thousands_come_back_after_redis_was_lost(empty_redis):
    assert SWEEPS <= 5
    queued = live(QUEUED, State.QUEUED)
    running = live(RUNNING, State.RUNNING, attempts=1, holder="wrk_x", lease_hash=hash_secret("ls_x"))
    empty_redis.flushall()
    began = time.monotonic()
    touched = [sweep.sweep() for _ in range(SWEEPS)]
    print(f"{SWEEPS} sweeps, {time.monotonic() - began:.1f} s, {touched}")
    assert waiting_ids(empty_redis) == {job.public_id for job in [*queued, *running]}
    assert Job.objects.filter(state=State.QUEUED).count() == QUEUED + RUNNING
    assert not Job.objects.exclude(lease_hash="").exists()


def test_the_text_of_all_that_runs_is_kept(empty_redis):
    rows = live(RUNNING * 2, State.RUNNING, attempts=1, holder="wrk_x", lease_hash=hash_secret("ls_x"))
    for job in rows:
        empty_redis.hset(keys.job_key(job.public_id), mapping={"status": "running", "claimedBy": "wrk_x"})
        empty_redis.set(keys.tokens_key(job.public_id), f"Grüße, {job.public_id}")
    began = time.monotonic()
    for _ in range(-(-len(rows) // sweep.PAGE_MAX)):
        sweep.sweep()
    print(f"{time.monotonic() - began:.1f} s")
    kept = dict(JobPayload.objects.values_list("job__public_id", "partial"))
    assert kept == {job.public_id: f"Grüße, {job.public_id}" for job in rows}
    assert not Job.objects.exclude(state=State.RUNNING).exists()


def test_a_job_that_was_claimed_anew_meanwhile_is_left_alone(empty_redis):
    (job,) = live(1, State.RUNNING, attempts=1, holder="wrk_x", lease_hash=hash_secret("ls_x"))
    (seen,) = sweep.live_rows.page(after=None, queued_before=clock.now(), limit=10)
    Job.objects.filter(pk=job.pk).update(lease_hash=hash_secret("ls_new"), holder="wrk_y")
    assert sweep.live_rows.put_back([seen]) == ([], [])
    assert Job.objects.get(pk=job.pk).holder == "wrk_y"


def test_what_has_no_more_tries_ends_with_what_was_kept(empty_redis):
    alice = person("alice", credits=10)
    job_id = ask(alice)
    lost = {"attempts": site.JOB_MAX_ATTEMPTS, "holder": "wrk_x", "lease_hash": hash_secret("ls_x")}
    Job.objects.update(state=State.RUNNING, **lost)
    JobPayload.objects.update(partial="as far as it came")
    ended = []
    jobs.job_finished.connect(note := lambda outcome, **_: ended.append(outcome.text))
    empty_redis.flushall()
    sweep.sweep()
    jobs.job_finished.disconnect(note)
    assert Job.objects.get(public_id=job_id).state == State.FAILED
    assert ended == ["as far as it came"]


def test_the_cloud_is_asked_for_all_that_wait_a_few_at_a_time(empty_redis, monkeypatch):
    asked = []

    async def note(job_id: str, *, delay_ms: int) -> None:
        asked.append((job_id, delay_ms))

    monkeypatch.setattr(sweep, "ask_cloud_soon", note)
    monkeypatch.setattr(sweep, "ASK_MAX", 30)
    rows = live(50, State.QUEUED)
    for job in rows:
        empty_redis.hset(keys.job_key(job.public_id), mapping={"status": "queued"})
    assert [sweep.sweep(), sweep.sweep(), sweep.sweep()] == [30, 20, 0], "each once in a while"
    assert sorted(asked) == sorted((job.public_id, 0) for job in rows)
    assert 0 < empty_redis.pttl(keys.asked_key(rows[0].public_id)) <= 2 * sweep.ASK_AGAIN_MS
