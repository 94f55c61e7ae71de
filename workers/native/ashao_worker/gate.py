"""Keeps a worker with a broken model server from claiming jobs only to fail them."""

import asyncio
import time

from .backoff import Backoff
from .errors import UpstreamError
from .limits import UPSTREAM_FIRST_S, UPSTREAM_FRESH_S, UPSTREAM_MAX_S
from .upstream import Upstream


class UpstreamGate:
    """Open while the model server works. A failed job closes it for a while, longer each time in a row."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._backoff = Backoff(UPSTREAM_FIRST_S, UPSTREAM_MAX_S)
        self._failed = False
        self.trouble: str | None = None

    def failed(self, reason: str) -> None:
        """A job failed because of the model server."""
        self._failed = True
        self.trouble = reason

    def worked(self) -> None:
        """A job was produced."""
        self._failed = False
        self.trouble = None
        self._backoff.reset()

    async def passed(self) -> None:
        """Returns once it is worth claiming a job."""
        if time.monotonic() - self._upstream.answered_s > UPSTREAM_FRESH_S:
            await self._ask()
        while self._failed:
            await asyncio.sleep(self._backoff.pause_s())
            await self._ask()

    async def _ask(self) -> None:
        try:
            await self._upstream.models()
        except UpstreamError as error:
            self.failed(str(error))
        else:
            # It answers again; the pauses start anew only once it has produced a job.
            self._failed = False
            self.trouble = None
