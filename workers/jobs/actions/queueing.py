"""Jobs are put before the workers, and the cloud is asked for later."""

import asyncio
from collections.abc import Collection, Sequence

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError
from workers.jobs.models import owner_tag
from workers.jobs.postgres import rows
from workers.jobs.pricing import Tier
from workers.jobs.redis import leases, queues
from workers.jobs.values import Messages, Queued

log = structlog.get_logger("ashao.jobs")
SERVE_TASK = "workers.tasks.serve_by_cloud"
"""Sent by its name: what is below does not import tasks."""
TELL_TIMEOUT_S = 3.0
"""How long the process that has committed tries to tell Redis: the sweeper does it otherwise."""


def submit(
    *,
    tier: Tier,
    messages: Messages,
    sources: Sequence[str],
    owner_id: int | None,
    left_out_chars: int = 0,
) -> str:
    """Put a job in, within the caller's transaction; returns its id.

    The price is held on the ledger accounts `sources`, in that order. The job reaches the workers after the
    commit. What of the conversation is not among the messages (`left_out_chars`) is on the receipt as not read.
    Raises `InsufficientCredits`, and then nothing was written.
    """
    job = rows.create(
        tier=tier, messages=messages, sources=sources, owner_id=owner_id, left_out_chars=left_out_chars
    )
    job_id = job.public_id
    transaction.on_commit(lambda: _announce(job_id))
    return job_id


def _announce(job_id: str) -> None:
    try:
        waiting = rows.queued(job_id)
        if waiting is None:
            return
        went_in, live = run_sync(queues.enqueue(waiting), timeout_s=TELL_TIMEOUT_S)
        if went_in:
            ask_cloud(job_id, delay_ms=grace_ms(live, for_workers=waiting.for_workers))
    except (*OUTAGES, AppError) as error:
        log.warning("job_not_announced", job=job_id, error=type(error).__name__)


def assign_owner(*, job_ids: Collection[str], owner_id: int) -> None:
    """Jobs of nobody are this person's from now on: their own workers are not given them any more.

    Within the caller's transaction. Whoever holds a job already goes on with it, and who pays for it stays. In Redis it
    is so after the commit; where that fails, from the next time on that the job is put in.
    """
    tag = owner_tag(owner_id)
    live = rows.avoid_owner(job_ids, tag=tag)
    transaction.on_commit(lambda: _tell_owner(live, tag))


def _tell_owner(job_ids: list[str], tag: str) -> None:
    try:
        for job_id in job_ids:
            run_sync(queues.avoid(job_id=job_id, tag=tag), timeout_s=TELL_TIMEOUT_S)
    except (*OUTAGES, AppError) as error:
        log.warning("owner_not_told", error=type(error).__name__)


async def put_in(waiting: Queued, *, delay_ms: int | None = None) -> None:
    """Put a queued job before the workers, unless Redis knows more of it, and ask the cloud for later."""
    went_in, live = await queues.enqueue(waiting)
    if went_in:
        await leases.forget_lease(waiting.id)
        wait_ms = grace_ms(live, for_workers=waiting.for_workers) if delay_ms is None else delay_ms
        await ask_cloud_soon(waiting.id, delay_ms=wait_ms)


def ask_cloud(job_id: str, *, delay_ms: int) -> None:
    """Have the cloud try to take a job after `delay_ms`. A broker that is away is made good by the sweeper."""
    try:
        current_app.send_task(
            SERVE_TASK,
            args=[job_id],
            countdown=delay_ms / 1000,
            queue="fallback",
            expires=delay_ms / 1000 + settings.JOB_MAX_MS / 1000,
            retry=False,
            ignore_result=True,
        )
    except (OperationalError, OSError) as error:
        log.warning("fallback_not_asked", job=job_id, error=type(error).__name__)


async def ask_cloud_soon(job_id: str, *, delay_ms: int) -> None:
    """The same from a coroutine: sending waits for the broker, so a thread does it."""
    await asyncio.to_thread(ask_cloud, job_id, delay_ms=delay_ms)


def grace_ms(live_workers: int, *, for_workers: bool) -> int:
    """How long workers have a job to themselves. When none is live, nobody waits."""
    return settings.WORKER_GRACE_MS if live_workers > 0 and for_workers else 0
