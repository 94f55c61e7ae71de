"""Serving a job by the cloud: taken by the workers' own atomic step, answered by the first provider that can."""

import time
from collections.abc import Sequence
from dataclasses import replace

import structlog

from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import Conflict, Unavailable
from workers import jobs
from workers.fallback.chunks import RETRY_PAUSE_S, RETRY_S, Chunks, StopStream
from workers.fallback.heartbeat import HOLDER, heart
from workers.providers.base import Completion, InferenceProvider, ProviderError
from workers.providers.registry import providers
from workers.providers.watch import Unwanted

log = structlog.get_logger("ashao.fallback")

BACK_OFF_MS = 1_000
"""Before the cloud is asked again after all providers failed."""


def serve(job_id: str) -> bool:
    """Serve a job by the cloud, if nobody has it; returns whether an answer was produced here."""
    heart.start()
    choices = providers()
    if not choices:
        run_sync(jobs.end_without_cloud(job_id, holder=HOLDER))
        return False
    model = next((provider.model for provider in choices if provider.available()), "")
    job = run_sync(jobs.claim_for_cloud(job_id, holder=replace(HOLDER, model=model)))
    if job is None:
        return False
    chunks = Chunks(job)
    try:
        with heart.beating_for(job_id):
            completion = _stream(job, chunks, choices, noted=model)
    except (StopStream, Unwanted):
        return False
    if completion is None:
        _give_up(job)
        return False
    return _complete(job, completion)


def _stream(
    job: jobs.Claimed, chunks: Chunks, choices: Sequence[InferenceProvider], *, noted: str
) -> Completion | None:
    """Stream from the first provider that can; where one breaks off, the next goes on from its text.

    `noted` is the model that the claim has written down.
    """
    for provider in choices:
        if not provider.available():
            continue
        if provider.model != noted:
            _note_model(job, provider.model)
            noted = provider.model
        if provider.simulated:
            _make_free(job)
        try:
            completion = provider.stream(job.messages, chunks.text, chunks.add, chunks.think)
            chunks.flush()
        except ProviderError as error:
            chunks.flush()
            log.warning("provider_failed", provider=provider.id, fault=error.fault, job=job.id)
            continue
        if chunks.text:
            return completion
    return None


def _note_model(job: jobs.Claimed, model: str) -> None:
    """Put the model that answers now on the receipt. An answer is not held up for it."""
    try:
        run_sync(jobs.note_model(job_id=job.id, lease=job.lease, model=model))
    except (*OUTAGES, Unavailable) as error:
        log.warning("model_not_noted", job=job.id, error=type(error).__name__)


def _make_free(job: jobs.Claimed) -> None:
    """Nobody pays for simulated text: where that can't be written down, none of it is sent. Raises `StopStream`."""
    try:
        held = run_sync(jobs.make_free(job_id=job.id, lease=job.lease))
    except (*OUTAGES, Unavailable):
        held = False
    if not held:
        raise StopStream


def _complete(job: jobs.Claimed, completion: Completion) -> bool:
    until = time.monotonic() + RETRY_S
    while True:
        try:
            run_sync(
                jobs.complete(
                    job_id=job.id,
                    tier=job.tier,
                    holder=HOLDER.id,
                    lease=job.lease,
                    tokens=completion.tokens,
                    finish=completion.finish,
                    last_word=True,
                )
            )
        except Conflict:
            return False
        except (*OUTAGES, Unavailable):
            if time.monotonic() > until:
                return False  # the sweeper settles it
            time.sleep(RETRY_PAUSE_S)
        else:
            return True


def _give_up(job: jobs.Claimed) -> None:
    """No provider could answer: hand the job on, so that its tries come to an end."""
    try:
        run_sync(jobs.fail(job_id=job.id, holder=HOLDER.id, lease=job.lease, delay_ms=BACK_OFF_MS))
    except (Conflict, *OUTAGES, Unavailable) as error:
        log.warning("fallback_lost", job=job.id, error=type(error).__name__)
