"""Worker and cloud at the same moment: exactly one of them produces each job."""

import asyncio
import random

import pytest

from ashao_site.lib.aio import background_loop, in_db
from ledger.books import chart, queries
from ledger.books.models import Transfer
from tests.workers.support import ask, books_are_true, cloud, person, run, worker_of
from workers import jobs
from workers.jobs import Claimed, Tier
from workers.jobs.models import Job
from workers.jobs.waiting_claims import waiting_claims

pytestmark = pytest.mark.django_db(transaction=True)

RACES = 500
GRACE_S = 0.03


async def _race(job_id: str, worker: jobs.Holder, seed: int) -> list[str]:
    """A claim and the fallback, both around the end of the grace window; each producer writes and completes."""
    chance = random.Random(seed)

    async def by_worker() -> Claimed | None:
        await asyncio.sleep(GRACE_S + chance.uniform(-0.002, 0.002))
        claimed = await jobs.claim_now(tier=Tier.PRO, holder=worker)
        return claimed if isinstance(claimed, Claimed) else None

    async def by_cloud() -> Claimed | None:
        await asyncio.sleep(GRACE_S + chance.uniform(-0.002, 0.002))
        return await jobs.claim_for_cloud(job_id, holder=cloud())

    produced = []
    for name, holder, claimed in zip(
        ("worker", "cloud"), (worker, cloud()), await asyncio.gather(by_worker(), by_cloud()), strict=True
    ):
        if claimed is not None:
            await jobs.append(job_id=claimed.id, holder=holder.id, lease=claimed.lease, seq=0, value=name)
            await jobs.complete(
                job_id=claimed.id,
                tier=None,
                holder=holder.id,
                lease=claimed.lease,
                tokens=1,
                finish="stop",
            )
            produced.append(f"{claimed.id} {name}")
    return produced


def test_500_claims_against_an_expiring_grace_window():
    alice, bob = person("alice", credits=10 * RACES), person("bob")
    worker = worker_of(bob)
    produced: list[str] = []
    for number in range(RACES):
        produced += run(_race(ask(alice), worker, number))
    jobs_done = [line.split()[0] for line in produced]
    assert len(jobs_done) == len(set(jobs_done)) == RACES
    assert Job.objects.filter(state="done", attempts=1).count() == RACES
    assert Transfer.objects.filter(kind="job").count() == RACES
    by_worker = sum(line.endswith("worker") for line in produced)
    assert 0 < by_worker < RACES, "the two never met: the race was not one"
    assert queries.balance(chart.user_earnings(bob.pk)) == by_worker * 70_000
    assert queries.balance(chart.POOL_CLOUD) == (RACES - by_worker) * 70_000
    books_are_true()


def test_a_waiting_claim_gets_the_job_before_the_grace_window_ends():
    alice, bob = person("alice", credits=10), person("bob")
    worker = worker_of(bob)

    async def wait() -> object:
        return await waiting_claims().claim(holder=worker, tiers=[Tier.MAX, Tier.PRO], wait_ms=20_000)

    waiting = asyncio.run_coroutine_threadsafe(wait(), background_loop())
    run(asyncio.sleep(0.2))
    job_id = ask(alice)
    claimed = waiting.result(60)
    assert isinstance(claimed, Claimed)
    assert claimed.id == job_id


def test_a_waiting_claim_of_the_one_who_asked_does_not_stand_in_the_way():
    alice, bob = person("alice", credits=10), person("bob")
    own, other = worker_of(alice), worker_of(bob)

    async def both() -> tuple[object, object]:
        first = asyncio.create_task(waiting_claims().claim(holder=own, tiers=[Tier.PRO], wait_ms=2_500))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(waiting_claims().claim(holder=other, tiers=[Tier.PRO], wait_ms=10_000))
        return await asyncio.gather(first, second)

    waiting = asyncio.run_coroutine_threadsafe(both(), background_loop())
    run(asyncio.sleep(0.3))
    job_id = ask(alice)
    mine, theirs = waiting.result(60)
    assert not isinstance(mine, Claimed)
    assert isinstance(theirs, Claimed)
    assert theirs.id == job_id


def test_a_claimer_that_leaves_as_the_job_comes_gives_it_back():
    alice, bob = person("alice", credits=10), person("bob")
    gone, stays = worker_of(bob), worker_of(bob)

    async def scenario(ask_now) -> object:
        task = asyncio.create_task(waiting_claims().claim(holder=gone, tiers=[Tier.MAX], wait_ms=10_000))
        await asyncio.sleep(0.2)
        waiter = next(iter(waiting_claims()._waiting[Tier.MAX]))
        await ask_now()
        # The job is in its hands, and in the same moment its request is cut.
        waiter.result.set_result(await jobs.claim_now(tier=Tier.PRO, holder=gone))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.5)
        return await jobs.claim_now(tier=Tier.PRO, holder=stays)

    async def ask_now() -> None:
        await in_db(ask, alice)

    assert isinstance(run(scenario(ask_now)), Claimed)
