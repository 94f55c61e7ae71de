"""Celery's side of the network: parse, call one action."""

from typing import Any

from celery.signals import worker_ready

from ashao_site.celery import app
from workers.fallback import serving
from workers.jobs.sweep import sweep as sweep_jobs
from workers.providers.registry import providers
from workers.trust import actions as trust


@app.task(name="workers.tasks.serve_by_cloud", ignore_result=True)
def serve_by_cloud(job_id: str) -> None:
    """Serve a job that no worker has claimed; nothing where one has."""
    serving.serve(job_id)


@app.task(name="workers.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Put right what a dead process, a lost lease or an empty Redis left behind."""
    sweep_jobs()


@worker_ready.connect
def _warm_up(sender: Any, **_kwargs: object) -> None:
    """Import the providers' SDKs before the first person waits for them; only where jobs are served."""
    if "fallback" in {queue.name for queue in sender.task_consumer.queues}:
        providers()


@app.task(name="workers.tasks.release_escrow", ignore_result=True)
def release_escrow() -> None:
    """Set free what owners whom staff trust may have of their escrow."""
    trust.release_escrow()
