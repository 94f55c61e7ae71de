"""What dead processes, lost leases and an empty Redis leave behind is put right, on a real PostgreSQL and Valkey."""

import asyncio

import pytest

from ashao_site.lib.errors import Conflict
from ledger.books import chart, queries
from tests.workers.support import (
    CREDIT,
    ask,
    claim,
    collect,
    complete,
    job_row,
    person,
    run,
    worker_of,
    write,
)
from workers import jobs
from workers.jobs import Claimed, State, Tier
from workers.jobs.models import Job
from workers.jobs.redis import production, queues
from workers.jobs.sweep import _sweep, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lease_that_runs_out_is_swept_and_handed_on(settings):
    settings.WORKER_LEASE_MS = 50
    alice, bob = person("alice", credits=10), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    job = claim(worker)
    write(job, worker, "begun")
    run(asyncio.sleep(0.1))
    sweep()
    assert job_row(job_id).state == State.QUEUED
    with pytest.raises(Conflict):
        write(job, worker, "late", first=1)
    assert claim(worker) == "none"
    assert claim(worker_of(person("charlie"))).prefix == "begun"


def test_heartbeats_renew_a_lease_but_not_for_one_that_makes_no_progress(settings):
    settings.WORKER_LEASE_MS, settings.WORKER_FIRST_TOKEN_MS = 4_000, 8_000
    alice, bob = person("alice", credits=10), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    claim(worker)
    states = []
    for _ in range(9):
        run(asyncio.sleep(1.2))
        run(jobs.heartbeat(holder=worker.id, tiers=[Tier.PRO]))
        sweep()
        states.append(job_row(job_id).state)
    assert states[:4] == ["running"] * 4, "after 5 s, longer than the lease"
    assert states[-1] == "queued"


def test_an_empty_redis_is_filled_again_from_postgres(empty_redis, settings, monkeypatch):
    monkeypatch.setattr("workers.jobs.sweep.YOUNG_MS", 0)
    monkeypatch.setattr("workers.jobs.sweep.LOSS_PAUSE_S", 0)
    alice, bob = person("alice", credits=20), person("bob")
    waiting, begun = ask(alice, text="waits"), None
    worker = worker_of(bob)
    job = claim(worker)
    begun = job.id
    other = ask(alice, text="second")
    write(job, worker, "kept ")
    sweep()  # keeps what was streamed
    empty_redis.flushall()
    with pytest.raises(Conflict):
        write(job, worker, "lost", first=1)
    sweep()
    got = {}
    for _ in range(2):
        again = claim(worker)
        got[again.id] = again.prefix
    assert got == {begun: "kept ", other: ""}
    assert waiting == begun


def test_a_listener_gives_back_what_redis_lost(empty_redis, monkeypatch):
    monkeypatch.setattr("workers.jobs.sweep.YOUNG_MS", 0)
    monkeypatch.setattr("workers.jobs.sweep.LOSS_PAUSE_S", 0)
    monkeypatch.setattr("workers.jobs.stream.QUIET_S", 0.2)
    alice, bob = person("alice", credits=20), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    job = claim(worker)

    async def scenario():
        reader = asyncio.create_task(collect(job_id))
        await asyncio.sleep(0.3)
        await jobs.append(job_id=job_id, holder=worker.id, lease=job.lease, seq=0, value="seen by alice, ")
        await asyncio.sleep(0.2)
        empty_redis.flushall()
        await asyncio.sleep(1.0)
        await _sweep()
        again = await jobs.claim_now(tier=Tier.PRO, holder=worker)
        assert again.prefix == "seen by alice, "
        await jobs.append(job_id=job_id, holder=worker.id, lease=again.lease, seq=0, value="and ended")
        await jobs.complete(
            job_id=job_id, tier=None, holder=worker.id, lease=again.lease, tokens=2, finish="stop"
        )
        return await reader

    text, last = run(scenario())
    assert text == "seen by alice, and ended"
    assert isinstance(last, jobs.Ended)


def test_a_claim_that_died_before_postgres_heard_of_it_is_given_again(settings):
    settings.WORKER_LEASE_MS = 50
    alice, bob = person("alice", credits=10), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    popped = run(queues.claim(tier=Tier.PRO, holder=worker.id, avoid="", lease="ls_x", jobs_max=4))
    assert popped.id == job_id
    run(asyncio.sleep(0.1))
    sweep()
    again = claim(worker)
    assert isinstance(again, Claimed)


def test_an_ending_that_died_before_postgres_heard_of_it_is_settled_by_the_sweeper(monkeypatch):
    monkeypatch.setattr("workers.jobs.redis.production.SETTLE_MS", 50)
    alice, bob = person("alice", credits=10), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    job = claim(worker)
    write(job, worker, "whole")
    run(
        production.finish(
            job_id=job_id,
            tier=Tier.PRO,
            holder=worker.id,
            lease=job.lease,
            tokens=1,
            finish="stop",
            judged_bytes=len("whole"),
        )
    )
    run(asyncio.sleep(0.1))
    sweep()
    assert job_row(job_id).state == State.DONE
    assert queries.balance(chart.user_earnings(bob.pk)) == 70_000
    assert run(collect(job_id)) == ("whole", jobs.Ended(tokens=1, finish="stop"))
    assert complete(job, worker) == 70_000


def test_a_job_out_of_time_fails_and_the_credits_are_back(monkeypatch):
    monkeypatch.setattr("workers.jobs.sweep.YOUNG_MS", 0)
    alice = person("alice", credits=10)
    job_id = ask(alice)
    Job.objects.update(deadline_at="2001-01-01T00:00:00Z")
    sweep()
    assert job_row(job_id).state == State.FAILED
    assert queries.available(chart.user_credits(alice.pk)) == 10 * CREDIT
