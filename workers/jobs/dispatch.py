"""Asking the cloud: the Celery task is sent by its name, because what is below does not import tasks."""

import asyncio

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

log = structlog.get_logger("ashao.jobs")

SERVE_TASK = "workers.tasks.serve_by_cloud"


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
