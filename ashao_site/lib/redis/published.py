"""What is published, handed from one pub/sub connection to the bounded queues of those who listen."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from ashao_site.lib.redis.commands import COMMAND_TIMEOUT_S, connect

log = structlog.get_logger("ashao.redis")

RECONNECT_MIN_S = 0.05
RECONNECT_MAX_S = 1.0
PUBSUB_POLL_S = 5.0
KEEP_OPEN_CHANNEL = "ashao:hub"
"""Nothing is published there: it keeps the connection in subscriber mode while nobody listens."""


class Resync:
    """Put into a queue instead of messages that may have been missed: read the log again."""


RESYNC = Resync()


@dataclass(eq=False, slots=True)
class Listener:
    """One subscriber of one channel, with a queue of its own that never holds more than `limit`."""

    channel: str
    limit: int
    queue: "asyncio.Queue[str | Resync]" = field(init=False)

    def __post_init__(self) -> None:
        self.queue = asyncio.Queue()

    def put(self, message: "str | Resync") -> None:
        """Hand a message on; what overflows becomes one `RESYNC`."""
        if self.queue.qsize() >= self.limit or message is RESYNC:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(RESYNC)
            return
        self.queue.put_nowait(message)

    async def get(self, timeout_s: float) -> "str | Resync | None":
        """The next message, or None when there is none within `timeout_s`."""
        if not self.queue.empty():
            return self.queue.get_nowait()
        try:
            return await asyncio.wait_for(self.queue.get(), timeout_s)
        except TimeoutError:
            return None


class Hub:
    """One pub/sub connection for all listeners of a loop; reconnects by itself and says `RESYNC`."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._confirmed: dict[str, asyncio.Event] = {}
        self._pubsub: PubSub | None = None
        self._reader: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._connected_at = 0.0
        self._order = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def listen(self, channel: str, *, limit: int = 1_000) -> AsyncIterator[Listener]:
        """Subscribe; when the body starts, the server has confirmed it, so nothing published later is missed."""
        listener = Listener(channel, limit)
        self._listeners.setdefault(channel, set()).add(listener)
        confirmed = self._confirmed.setdefault(channel, asyncio.Event())
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._run())
        try:
            if not confirmed.is_set():
                await self._subscribe(channel)
                try:
                    await asyncio.wait_for(confirmed.wait(), COMMAND_TIMEOUT_S)
                except TimeoutError:
                    raise RedisTimeoutError("Redis did not confirm a subscription in time") from None
            yield listener
        finally:
            await self._leave(listener)

    async def _subscribe(self, channel: str) -> None:
        async with self._order:
            await self._tell("SUBSCRIBE", channel)

    async def _tell(self, command: Literal["SUBSCRIBE", "UNSUBSCRIBE"], channel: str) -> None:
        """Change what this connection hears; without one, the reader asks for all channels when it has one."""
        pubsub = self._pubsub
        # redis-py would connect anew in the middle of it, beside the reader that is about to do so.
        if pubsub is None or pubsub.connection is None or not pubsub.connection.is_connected:
            return
        try:
            await (pubsub.subscribe(channel) if command == "SUBSCRIBE" else pubsub.unsubscribe(channel))
        except Exception as error:  # redis-py's own kinds, and any other where its connection goes meanwhile
            log.warning("pubsub_lost", error=type(error).__name__)
            if self._reading is not None and self._pubsub is pubsub:
                self._reading.cancel()

    async def _leave(self, listener: Listener) -> None:
        channel = listener.channel
        group = self._listeners.get(channel, set())
        group.discard(listener)
        if group:
            return
        # One at a time with `_subscribe`: whoever comes for this channel now either finds the subscription
        # standing, or subscribes after it has gone.
        async with self._order:
            if self._listeners.get(channel):
                return
            self._listeners.pop(channel, None)
            self._confirmed.pop(channel, None)
            await self._tell("UNSUBSCRIBE", channel)

    def renew(self) -> None:
        """Connect anew, unless that was just done: the server refuses commands, so it may be the wrong one."""
        young = self._now() - self._connected_at < PUBSUB_POLL_S
        if self._reading is not None and not young:
            self._reading.cancel()

    async def close(self) -> None:
        """Close the connection; nobody listens any more."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})
        if self._reading is not None:
            await asyncio.wait({self._reading})

    async def _run(self) -> None:
        pause_s = RECONNECT_MIN_S
        while True:
            self._reading = asyncio.create_task(self._read())
            try:
                await asyncio.wait({self._reading})
            finally:
                self._reading.cancel()
            error = None if self._reading.cancelled() else self._reading.exception()
            if error is None:
                pause_s = RECONNECT_MIN_S
            else:
                log.warning("pubsub_lost", error=type(error).__name__)
            for event in self._confirmed.values():
                event.clear()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RECONNECT_MAX_S)

    async def _read(self) -> None:
        """Hand out what is published, until the connection ends. On a server that may not write: for a moment."""
        client = connect()
        pubsub = client.pubsub()
        try:
            leave_at = math.inf if await _is_primary(client) else self._now() + PUBSUB_POLL_S
            # Whoever comes for a channel meanwhile waits for its turn, and then subscribes to it.
            async with self._order:
                await pubsub.subscribe(KEEP_OPEN_CHANNEL, *self._listeners)
                self._pubsub = pubsub
            self._connected_at = self._now()
            for group in self._listeners.values():
                for listener in group:
                    listener.put(RESYNC)
            while self._now() < leave_at:
                message = await pubsub.get_message(timeout=PUBSUB_POLL_S)
                if message is None:
                    await pubsub.ping()
                else:
                    self._dispatch(message)
        finally:
            self._pubsub = None
            with contextlib.suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]
            await client.aclose()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _dispatch(self, message: dict[str, Any]) -> None:
        channel = message["channel"]
        if message["type"] == "subscribe":
            confirmed = self._confirmed.get(channel)
            if confirmed is not None and confirmed.is_set():  # redis-py has reconnected on its own
                for listener in self._listeners.get(channel, ()):
                    listener.put(RESYNC)
            elif confirmed is not None:
                confirmed.set()
        elif message["type"] == "message":
            for listener in self._listeners.get(channel, ()):
                listener.put(message["data"])


async def _is_primary(client: "Redis") -> bool:
    """Whether the server takes writes, as it says itself (`HELLO` is allowed to everybody)."""
    said: dict[str, object] | list[object] = await client.execute_command("HELLO")  # type: ignore[no-untyped-call]
    pairs = said if isinstance(said, dict) else dict(zip(said[::2], said[1::2], strict=False))
    return pairs.get("role", "master") == "master"
