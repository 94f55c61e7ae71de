"""The cloud as a producer: takes a job by the workers' own atomic step and streams a provider's answer into it."""

import os
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import structlog

from ashao_site.lib.aio import background_loop, run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError, Conflict, Unavailable
from workers import jobs
from workers.providers.base import Completion, InferenceProvider, ProviderError
from workers.providers.registry import providers
from workers.providers.watch import Interest, Unwanted

log = structlog.get_logger("ashao.fallback")

GATHER_S = 0.03
"""Pieces that come faster than this are sent together: a fast provider must not mean a hundred calls a second."""
RETRY_S = 15.0
"""How long a chunk or an ending is tried again while Redis or PostgreSQL is away."""
RETRY_PAUSE_S = 0.2
HEARTBEAT_S = 1.0
"""How long a stop may go unheard while the provider says nothing."""
HEARTBEAT_WAIT_S = 3.0
BACK_OFF_MS = 1_000
"""Before the cloud is asked again after all providers failed."""

HOLDER = jobs.Holder(id=f"cloud-{uuid.uuid4().hex[:12]}-{os.getpid()}", kind="cloud")
"""This process as a holder: its heartbeat renews the leases of all jobs that it streams."""


class StopStream(Exception):
    """The person stopped, or the job has gone to somebody else: the provider's stream is cut."""


class Chunks:
    """Sends an answer's text in numbered chunks, gathered a little; `text` is all of it so far."""

    def __init__(self, job: jobs.Claimed) -> None:
        self.job = job
        self.text = job.prefix
        self._seq = 0
        self._kind: jobs.ChunkKind = "text"
        self._gathered: list[str] = []
        self._sent_at = 0.0

    def add(self, piece: str) -> None:
        """Take a piece of text from a provider. Raises `StopStream`."""
        self._add(piece, "text")

    def think(self, piece: str) -> None:
        """Take a piece of what the model thinks: it has its place in the numbers, and is no answer."""
        self._add(piece, "reasoning")

    def _add(self, piece: str, kind: jobs.ChunkKind) -> None:
        if kind != self._kind:
            self.flush()
            self._kind = kind
        self._gathered.append(piece)
        if time.monotonic() - self._sent_at >= GATHER_S:
            self.flush()

    def flush(self) -> None:
        """Send what was gathered. Raises `StopStream`."""
        value = "".join(self._gathered)
        self._gathered.clear()
        if not value:
            return
        if self._kind == "text":
            self.text += value
        self._sent_at = time.monotonic()
        stop = self._send(value)
        self._seq += 1
        if stop:
            raise StopStream

    def _send(self, value: str) -> bool:
        until = time.monotonic() + RETRY_S
        while True:
            try:
                return run_sync(
                    jobs.append(
                        job_id=self.job.id,
                        holder=HOLDER.id,
                        lease=self.job.lease,
                        seq=self._seq,
                        value=value,
                        kind=self._kind,
                    )
                )
            except Conflict:
                raise StopStream from None
            except (*OUTAGES, Unavailable):
                if time.monotonic() > until:
                    raise StopStream from None
                time.sleep(RETRY_PAUSE_S)


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


class _Heart:
    """One thread of the process that says, for all its streams, that it is alive, and hears which are over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._streams: set[tuple[str, Interest]] = set()

    def start(self) -> None:
        """Begin to beat, once."""
        with self._lock:
            if self._thread is None:
                background_loop()
                self._thread = threading.Thread(target=self._beat, name="cloud-heartbeat", daemon=True)
                self._thread.start()

    @contextmanager
    def beating_for(self, job_id: str) -> Iterator[None]:
        """While this job is streamed in this thread: once it is not ours any more, its provider's stream is cut."""
        with Interest() as interest:
            stream = (job_id, interest)
            with self._lock:
                self._streams.add(stream)
            try:
                yield
            finally:
                with self._lock:
                    self._streams.discard(stream)

    def _beat(self) -> None:
        while True:
            try:
                self._beat_once()
            except (*OUTAGES, AppError) as error:
                log.warning("cloud_heartbeat_failed", error=type(error).__name__)
            time.sleep(HEARTBEAT_S)

    def _beat_once(self) -> None:
        with self._lock:
            streams = list(
                self._streams
            )  # before Redis is asked: what is claimed meanwhile is not in its answer
        pulse = run_sync(jobs.heartbeat(holder=HOLDER.id, tiers=[]), timeout_s=HEARTBEAT_WAIT_S)
        held = set(pulse.jobs)
        for job_id, interest in streams:
            if job_id not in held:
                interest.lose()


heart = _Heart()
