"""Gathers an answer's deltas into numbered chunks and sends them in order, each exactly once."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from .errors import LeaseLost, OutOfOrder
from .limits import BUFFER_MAX_CHARS, CHUNK_GATHER_S, CHUNK_MAX_CHARS, REWINDS_MAX

# Sends chunk `seq`, repeating it until it is accepted; True when the person has stopped the answer.
Send = Callable[[int, str], Awaitable[bool]]


class Batcher:
    """One lease's chunks, numbered from 0.

    The first text goes out at once, for the person waits for it; after that a chunk carries what came in
    `gather_s`, or while the chunk before was under way. A chunk's text never changes once it has its
    number, so that repeating it can neither double nor lose a token.
    """

    def __init__(self, send: Send, *, gather_s: float = CHUNK_GATHER_S) -> None:
        self._send = send
        self._gather_s = gather_s
        self._pending = ""
        self._closed = False
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        # Kept for a network that lost its memory and asks for earlier chunks again; an answer's length
        # is limited, and so is this.
        self._chunks: list[str] = []

    async def put(self, text: str) -> None:
        """Takes text; waits while too much of it has not been sent yet."""
        await self._room.wait()
        if not text or self._closed:
            return
        self._pending += text
        self._some.set()
        if len(self._pending) > BUFFER_MAX_CHARS:
            self._room.clear()

    def close(self, last: str = "") -> None:
        """Takes the last text without waiting; `run` ends when all is sent."""
        self._pending += last
        self._closed = True
        self._some.set()
        self._room.set()

    async def run(self) -> bool:
        """Sends until closed and empty. True when the network said stop."""
        sent_s = -self._gather_s
        while True:
            await self._some.wait()
            if not self._pending:
                return False
            if not self._closed:
                await asyncio.sleep(max(0.0, sent_s + self._gather_s - time.monotonic()))
            sent_s = time.monotonic()
            self._chunks.append(self._take())
            if await self._send_from(len(self._chunks) - 1):
                return True

    def _take(self) -> str:
        chunk, self._pending = self._pending[:CHUNK_MAX_CHARS], self._pending[CHUNK_MAX_CHARS:]
        if not (self._pending or self._closed):
            self._some.clear()
        if len(self._pending) <= BUFFER_MAX_CHARS:
            self._room.set()
        return chunk

    async def _send_from(self, seq: int) -> bool:
        rewinds = 0
        while seq < len(self._chunks):
            try:
                if await self._send(seq, self._chunks[seq]):
                    return True
            except OutOfOrder as wrong:
                rewinds += 1
                if rewinds > REWINDS_MAX or not 0 <= wrong.expected <= len(self._chunks):
                    raise LeaseLost("The network asks for chunks that never were.") from wrong
                seq = wrong.expected
            else:
                seq += 1
        return False
