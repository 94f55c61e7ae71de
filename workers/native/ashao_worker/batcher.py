"""Gathers an answer's deltas into numbered chunks and sends them in order, each exactly once."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from .errors import LeaseLost, OutOfOrder
from .limits import BUFFER_MAX_CHARS, CHUNK_GATHER_S, CHUNK_MAX_CHARS, REWINDS_MAX
from .thinking import Kind, Piece

# Sends chunk `seq`, repeating it until it is accepted; True when the person has stopped the answer.
Send = Callable[[int, Piece], Awaitable[bool]]


class Batcher:
    """One lease's chunks, numbered from 0.

    The first text goes out at once, for the person waits for it; after that a chunk carries what came in
    `gather_s`, or while the chunk before was under way. A chunk's text never changes once it has its
    number, so that repeating it can neither double nor lose a token. Answer and reasoning are never in one.
    """

    def __init__(self, send: Send, *, gather_s: float = CHUNK_GATHER_S) -> None:
        self._send = send
        self._gather_s = gather_s
        self._pending: list[Piece] = []
        self._chars = 0
        self._closed = False
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        # Kept for a network that lost its memory and asks for earlier chunks again; an answer's length
        # is limited, and so is this.
        self._chunks: list[Piece] = []

    async def put(self, text: str, kind: Kind = "text") -> None:
        """Takes text; waits while too much of it has not been sent yet."""
        await self._room.wait()
        if not text or self._closed:
            return
        self._add(text, kind)
        self._some.set()
        if self._chars > BUFFER_MAX_CHARS:
            self._room.clear()

    def close(self, last: str = "") -> None:
        """Takes the last text without waiting; `run` ends when all is sent."""
        self._add(last, "text")
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

    def _add(self, text: str, kind: Kind) -> None:
        if not text:
            return
        self._chars += len(text)
        if self._pending and self._pending[-1].kind == kind:
            text = self._pending.pop().text + text
        self._pending.append(Piece(kind, text))

    def _take(self) -> Piece:
        first = self._pending.pop(0)
        chunk, rest = first.text[:CHUNK_MAX_CHARS], first.text[CHUNK_MAX_CHARS:]
        if rest:
            self._pending.insert(0, Piece(first.kind, rest))
        self._chars -= len(chunk)
        if not (self._pending or self._closed):
            self._some.clear()
        if self._chars <= BUFFER_MAX_CHARS:
            self._room.set()
        return Piece(first.kind, chunk)

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
