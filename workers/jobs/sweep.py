"""The sweeper: what a dead process, a lost lease or an empty Redis left behind is put right, from Postgres.

It runs every second, in one process at a time. Everything that it does is safe to do twice.
"""

from collections.abc import Awaitable, Callable

import structlog
from django.conf import settings
from django.db import connection, transaction

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db, run_sync
from ledger import actions as ledger
from workers.jobs import actions, records, store
from workers.jobs.dispatch import ask_cloud_soon
from workers.jobs.models import Job
from workers.jobs.states import Finish, State

log = structlog.get_logger("ashao.sweep")

EXPIRED_MAX = 200
LIVE_MAX = 500
"""The most jobs that one sweep looks at; the longest waiting come first."""
YOUNG_MS = 2_000
"""A job younger than this is left alone: whoever put it in is still telling Redis."""
LOSS_PAUSE_S = 2
"""After Redis started anew, listeners get this long to give back what they have seen."""
ASK_AGAIN_MS = 3_000
"""A job this much past its grace window is offered to the cloud again."""
SWEEP_TIMEOUT_S = 60.0
LOCK_ID = 0x61736861_6F01


def sweep() -> int:
    """Put right what needs it; returns how many jobs were touched, 0 if another process is sweeping."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK_ID])
        row = cursor.fetchone()
        if row is None or not row[0]:
            return 0
        # The work is done on other connections; this transaction only holds the lock, and dies with it.
        return run_sync(_sweep(), timeout_s=SWEEP_TIMEOUT_S)


async def _sweep() -> int:
    touched = 0
    for job_id in await store.expired(limit=EXPIRED_MAX, now_ms=clock.now_ms()):
        touched += await _guarded(job_id, _expired)
    fresh_redis = await store.uptime_s() < LOSS_PAUSE_S
    young = clock.now() - clock.milliseconds(YOUNG_MS)
    for job in await in_db(records.live_jobs, queued_before=young, limit=LIVE_MAX):
        if fresh_redis and job.state == State.RUNNING:
            continue
        touched += await _reconcile(job)
    await in_db(ledger.expire_holds, now=clock.now())
    return touched


async def _guarded(job_id: str, step: Callable[[str], Awaitable[None]]) -> int:
    try:
        await step(job_id)
    except Exception as error:
        log.warning("sweep_failed", job=job_id, error=type(error).__name__, exc_info=True)
        return 0
    return 1


async def _expired(job_id: str) -> None:
    status, _ = await store.status_of(job_id)
    if status == "running":
        if await store.revoke(job_id=job_id) == "ok":
            log.info("lease_expired", job=job_id)
            await actions.hand_over(job_id)
    elif status == "handover":
        await actions.hand_over(job_id)
    elif status == "finishing":
        await _settle_again(job_id)
    else:
        await actions.repair(job_id)


async def _settle_again(job_id: str) -> None:
    tier = await in_db(records.tier_of, job_id)
    if tier is None:
        await store.forget_lease(job_id)
        return
    ended = await store.finish(job_id=job_id, tier=tier, holder="", lease="", tokens=0, finish=Finish.STOP)
    if isinstance(ended, store.Finished) and await actions.settle(job_id, ended) is None:
        await actions.repair(job_id)


async def _reconcile(job: Job) -> int:
    """Hold a live row against Redis; returns 1 if something had to be done."""
    job_id = job.public_id
    status, _ = await store.status_of(job_id)
    if job.deadline_at < clock.now() and status != "finishing":
        return await _guarded(job_id, _out_of_time)
    if status == "running" and job.state == State.RUNNING:
        await _keep(job)
        return 0
    if status == "" and job.state == State.RUNNING:
        log.info("redis_lost_job", job=job_id)
        return await _guarded(job_id, actions.hand_over)
    if status == "" and job.state == State.QUEUED:
        return await _guarded(job_id, actions.enqueue)
    if status == "queued" and job.state == State.QUEUED:
        waited_ms = int((clock.now() - job.queued_at).total_seconds() * 1000)
        overdue_ms = waited_ms - settings.WORKER_GRACE_MS
        # Every few sweeps, not in each: the task may be on its way, or the cloud busy.
        if overdue_ms > ASK_AGAIN_MS and overdue_ms % (2 * ASK_AGAIN_MS) < 1_000:
            await ask_cloud_soon(job_id, delay_ms=0)
            return 1
    return 0


async def _out_of_time(job_id: str) -> None:
    await store.revoke(job_id=job_id, holder="")
    text = await store.text_of(job_id)
    await actions.give_up(job_id, text=text, reason="the job took too long")


async def _keep(job: Job) -> None:
    """Keep in Postgres what has been streamed: if Redis is lost, the next producer goes on from there."""
    text = await store.text_of(job.public_id)
    if len(text) > len(job.payload.partial):
        await in_db(records.keep_text, job_id=job.public_id, text=text)
