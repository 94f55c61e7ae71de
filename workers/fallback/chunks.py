"""What a provider writes, on its way into a job: numbered chunks, sent again while Redis is away."""

import time

from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import Conflict, Unavailable
from workers import jobs
from workers.fallback.heartbeat import HOLDER

GATHER_S = 0.03
"""Pieces that come faster than this are sent together: a fast provider must not mean a hundred calls a second."""
RETRY_S = 15.0
"""How long a chunk or an ending is tried again while Redis or PostgreSQL is away."""
RETRY_PAUSE_S = 0.2


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
