"""A server that sends what a row says."""

import asyncio
import threading
from types import TracebackType
from typing import Any

from ..http_server import Cut, Exchange, Server
from .words import CUT, Quirk


class QuirkServer:
    """Sends what `quirk` says to every request; in a thread of its own, for readers that block."""

    def __init__(self) -> None:
        self.quirk: Quirk | None = None
        self.requests: list[dict[str, Any]] = []
        self.broken_off = 0
        self._server = Server(self._handle)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="quirks", daemon=True)

    def __enter__(self) -> "QuirkServer":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        assert self._server.crashes == []

    @property
    def url(self) -> str:
        return f"{self._server.url}/v1"

    def stop(self) -> None:
        """It is gone, and whoever listens to it is cut off."""
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)

    async def _handle(self, exchange: Exchange) -> None:
        if not exchange.path.endswith("/chat/completions"):
            await exchange.json(404, {"error": "no such page"})
            return
        assert self.quirk is not None
        self.requests.append(exchange.data)
        try:
            await self._send(exchange, self.quirk)
        except (asyncio.CancelledError, ConnectionError):
            self.broken_off += 1
            raise

    async def _send(self, exchange: Exchange, quirk: Quirk) -> None:
        await exchange.start_stream(quirk.content_type)
        for step in quirk.steps:
            if step is CUT:
                raise Cut
            if isinstance(step, float):
                await asyncio.sleep(step)
                continue
            # In two pieces, cut in the middle of whatever is there.
            for part in (step[: len(step) // 2], step[len(step) // 2 :]):
                if part:
                    await exchange.write(part)
        await exchange.end_stream()
