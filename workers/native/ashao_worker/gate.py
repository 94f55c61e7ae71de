"""Keeps a worker with a broken model server from claiming jobs only to fail them."""

import asyncio
import time
from collections.abc import Callable

from .errors import UpstreamError
from .limits import UNSURE_MAX, UPSTREAM_FIRST_S, UPSTREAM_FRESH_S, UPSTREAM_MAX_S, UPSTREAM_WATCH_S
from .retries import Backoff
from .upstream import Upstream


class UpstreamGate:
    """Open while the model server works.

    A failure of the server shuts it for a while, longer each time in a row. A failure that may have been the
    conversation's has the server asked before the next job, and shuts nothing: else one person's long
    conversation would keep a worker from everybody's. `shut` is set while it is shut, `turned` by each change.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._backoff = Backoff(UPSTREAM_FIRST_S, UPSTREAM_MAX_S)
        self._doubts = 0
        self._doubtful = False
        self._asking = False
        self.shut = asyncio.Event()
        self.turned = asyncio.Event()
        self.trouble: str | None = None

    @property
    def ready(self) -> bool:
        """Whether a job that came now would be produced."""
        return not (self.shut.is_set() or self._asking)

    def failed(self, reason: str) -> None:
        """The model server failed."""
        self.trouble = reason
        if not self.shut.is_set():
            self.shut.set()
            self.turned.set()

    def doubted(self, reason: str) -> None:
        """A job failed, and the model server may be why. Many in a row are reason enough."""
        self._doubts += 1
        self._doubtful = True
        if self._doubts >= UNSURE_MAX:
            self.failed(reason)

    def worked(self) -> None:
        """A job was produced."""
        self._doubts, self._doubtful = 0, False
        self._open()
        self._backoff.reset()

    async def passed(self) -> None:
        """Returns once it is worth claiming a job."""
        if self.shut.is_set():
            pass
        elif self._doubtful or not self._upstream.probed:
            await self._ask()
        elif self._age_s() > UPSTREAM_FRESH_S:
            await self._look()
        while self.shut.is_set():
            await asyncio.sleep(self._backoff.pause_s())
            await self._ask()

    async def watch(self, idle: Callable[[], bool]) -> None:
        """Looks after the server while nothing runs, for ever: a claim that waits must not wait for a dead one.

        While something runs it is not asked: servers that do one thing at a time would not answer.
        """
        while True:
            await asyncio.sleep(UPSTREAM_WATCH_S)
            if idle() and self.ready and self._age_s() > UPSTREAM_WATCH_S:
                await self._look()

    def _age_s(self) -> float:
        return time.monotonic() - self._upstream.answered_s

    def _open(self) -> None:
        self.trouble = None
        if self.shut.is_set():
            self.shut.clear()
            self.turned.set()

    async def _look(self) -> None:
        """Whether it is there at all."""
        try:
            await self._upstream.models()
        except UpstreamError as error:
            self.failed(str(error))

    async def _ask(self) -> None:
        """Whether its model answers. The pauses start anew only once it has produced a job."""
        self._asking = True
        try:
            await self._upstream.probe()
        except UpstreamError as error:
            self.failed(str(error))
        else:
            self._doubtful = False
            self._open()
        finally:
            self._asking = False
