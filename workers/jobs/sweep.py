"""The sweeper: what a dead process, a lost lease or an empty Redis left behind is put right, from Postgres.

It runs every second, in one process at a time. Everything that it does is safe to do twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import structlog
from django.conf import settings

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db, run_sync
from ashao_site.lib.db import only_one
from ledger.books import actions as ledger
from workers.jobs.actions.ending import give_up, settle
from workers.jobs.actions.handing_over import hand_over, repair
from workers.jobs.actions.queueing import ask_cloud_soon, put_in
from workers.jobs.postgres import live_rows, rows
from workers.jobs.postgres.live_rows import Cursor, Live
from workers.jobs.redis import leases, production, texts
from workers.jobs.states import Finish, State

log = structlog.get_logger("ashao.sweep")

EXPIRED_MAX = 200
PAGE_MAX = 1_000
"""The most live rows that one sweep looks at. The next goes on after them, so that each row has its turn."""
AT_ONCE_MAX = 50
"""How many jobs are put right at the same time."""
ASK_MAX = 100
"""How many jobs one sweep offers to the cloud again."""
YOUNG_MS = 2_000
"""A job younger than this is left alone: whoever put it in is still telling Redis."""
LOSS_PAUSE_S = 2
"""After Redis started anew, listeners get this long to give back what they have seen."""
ASK_AGAIN_MS = 3_000
"""A job this much past its grace window is offered to the cloud again."""
SWEEP_TIMEOUT_S = 60.0


def sweep() -> int:
    """Put right what needs it; returns how many jobs were touched, 0 if another process is sweeping."""
    with only_one("sweep") as mine:
        return run_sync(_sweep(), timeout_s=SWEEP_TIMEOUT_S) if mine else 0


async def _sweep() -> int:
    touched = await leases.clamp()
    for job_id in await leases.expired(limit=EXPIRED_MAX, now_ms=clock.now_ms()):
        touched += await _guarded(job_id, _expired)
    touched += await _sweep_page()
    await in_db(ledger.expire_holds, now=clock.now())
    return touched


async def _sweep_page() -> int:
    """Hold the next live rows against Redis; the cursor is there too, so that a lost Redis is filled from the start."""
    young = clock.now() - clock.milliseconds(YOUNG_MS)
    after = Cursor.parse(await leases.sweep_cursor())
    page = await in_db(live_rows.page, after=after, queued_before=young, limit=PAGE_MAX)
    if await leases.uptime_s() < LOSS_PAUSE_S:
        return await _reconcile([job for job in page if job.state == State.QUEUED])
    touched = await _reconcile(page)
    more = len(page) == PAGE_MAX
    await leases.move_sweep_cursor(str(Cursor(page[-1].queued_at, page[-1].pk)) if more else "")
    return touched


async def _guarded(job_id: str, step: Callable[[str], Awaitable[None]]) -> int:
    try:
        await step(job_id)
    except Exception as error:
        log.warning("sweep_failed", job=job_id, error=type(error).__name__, exc_info=True)
        return 0
    return 1


async def _expired(job_id: str) -> None:
    status = await leases.status_of(job_id)
    if status == "running":
        if await production.revoke(job_id=job_id) == "ok":
            log.info("lease_expired", job=job_id)
            await hand_over(job_id)
    elif status == "handover":
        await hand_over(job_id)
    elif status == "finishing":
        await _settle_again(job_id)
    else:
        await repair(job_id)


async def _settle_again(job_id: str) -> None:
    tier = await in_db(rows.tier_of, job_id)
    if tier is None:
        await leases.forget_lease(job_id)
        return
    ended = await production.finish(
        job_id=job_id, tier=tier, holder="", lease="", tokens=0, finish=Finish.STOP
    )
    if isinstance(ended, production.Finished) and await settle(job_id, ended) is None:
        await repair(job_id)


async def _reconcile(page: Sequence[Live]) -> int:
    """Hold live rows against Redis; returns for how many something had to be done."""
    known = await leases.standings([job.public_id for job in page])
    late, lost, waiting, grown, overdue = [], [], [], {}, []
    for job in page:
        status, length = known[job.public_id]
        if job.deadline_at < clock.now() and status != "finishing":
            late.append(job.public_id)
        elif status == "running" and job.state == State.RUNNING:
            if length > job.kept_bytes:
                grown[job.public_id] = job.pk
        elif status == "" and job.state == State.RUNNING:
            lost.append(job)
        elif status == "" and job.state == State.QUEUED:
            waiting.append(job.public_id)
        elif status == "queued" and job.state == State.QUEUED and _waits_long(job):
            overdue.append(job.public_id)
    await _keep(grown)
    touched = await _each(late, _out_of_time)
    touched += await _after_loss(lost)
    touched += await _put_in(waiting)
    return touched + await _ask_again(overdue)


async def _each(ids: Sequence[str], step: Callable[[str], Awaitable[None]]) -> int:
    """Do something for each of these jobs, some at the same time; returns for how many it was done."""
    done = 0
    for first in range(0, len(ids), AT_ONCE_MAX):
        done += sum(await asyncio.gather(*[_guarded(id_, step) for id_ in ids[first : first + AT_ONCE_MAX]]))
    return done


async def _keep(grown: Mapping[str, int]) -> None:
    """Keep in Postgres what has been streamed: if Redis is lost, the next producer goes on from there."""
    for ids in batched(grown, AT_ONCE_MAX):
        kept = await asyncio.gather(*[texts.text_of(job_id) for job_id in ids])
        await in_db(
            live_rows.keep_texts, {grown[job_id]: text for job_id, text in zip(ids, kept, strict=True)}
        )


async def _after_loss(lost: Sequence[Live]) -> int:
    """Redis lost what these jobs had, and their producers with it: they go to the next ones, or end."""
    if not lost:
        return 0
    log.info("redis_lost_jobs", jobs=len(lost))
    again, ended = await in_db(live_rows.put_back, lost)
    return await _put_in(again) + await _each(ended, _tried_enough)


async def _tried_enough(job_id: str) -> None:
    text = await in_db(rows.kept_text, job_id)
    await give_up(job_id, text=text, reason="attempts or time used up")


async def _put_in(ids: Sequence[str]) -> int:
    """Put jobs that Postgres says are queued before the workers again."""
    done = 0
    for some in batched(ids, AT_ONCE_MAX):
        waiting = {job.id: job for job in await in_db(live_rows.queued, some)}
        done += await _each(list(waiting), lambda job_id, of=waiting: put_in(of[job_id]))  # type: ignore[misc]
    return done


def batched(ids: Iterable[str], most: int) -> Iterator[list[str]]:
    """These ids in order, so many at a time."""
    left = iter(ids)
    while some := list(islice(left, most)):
        yield some


def _waits_long(job: Live) -> bool:
    waited_ms = int((clock.now() - job.queued_at).total_seconds() * 1000)
    return waited_ms - settings.WORKER_GRACE_MS > ASK_AGAIN_MS


async def _ask_again(overdue: Sequence[str]) -> int:
    """Offer jobs to the cloud again, each now and then: the task may be on its way, or the cloud busy."""
    asking = await leases.take_turns(overdue, most=ASK_MAX, every_ms=2 * ASK_AGAIN_MS)
    for job_id in asking:
        await ask_cloud_soon(job_id, delay_ms=0)
    return len(asking)


async def _out_of_time(job_id: str) -> None:
    await production.revoke(job_id=job_id, holder="")
    text = await texts.text_of(job_id)
    await give_up(job_id, text=text, reason="the job took too long")
