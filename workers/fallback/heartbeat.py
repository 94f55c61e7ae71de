"""This process as a producer: one sign of life for all that it streams, which also tells what is over."""

import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from ashao_site.lib.aio import background_loop, run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError
from workers import jobs
from workers.providers.watch import Interest

log = structlog.get_logger("ashao.fallback")

HEARTBEAT_S = 1.0
"""How long a stop may go unheard while the provider says nothing."""
HEARTBEAT_WAIT_S = 3.0

HOLDER = jobs.Holder(id=f"cloud-{uuid.uuid4().hex[:12]}-{os.getpid()}", kind="cloud")
"""This process as a holder: its heartbeat renews the leases of all jobs that it streams."""


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
