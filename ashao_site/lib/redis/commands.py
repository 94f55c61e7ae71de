"""The commands of all coroutines of a loop, gathered into pipelines on one connection."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ResponseError

log = structlog.get_logger("ashao.redis")

CONNECT_TIMEOUT_S = 3.0
COMMAND_TIMEOUT_S = 10.0
BATCH_MAX = 512
"""The most commands in one pipeline."""
WAITING_MAX = 20_000
"""The most commands that may wait for the connection; more is an outage, and is answered as one."""

REFUSALS = frozenset(
    {"READONLY", "MASTERDOWN", "NOREPLICAS", "MISCONF", "OOM", "LOADING"}
    | {"MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"}  # what a cluster says
)
"""How a server says that it does not serve writes now, or not this one: demoted, full, not the right node."""

Arg = str | bytes | int
Reply = Any


class WritesRefused(RedisConnectionError):
    """The server answers and carried nothing out: an outage, as if it were away. The connection is dropped."""


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script; its keys and arguments are named at the top of its file."""

    source: str
    sha: str

    @classmethod
    def load(cls, path: Path) -> "Script":
        """Read a script from its file."""
        source = path.read_text()
        return cls(source, sha1(source.encode(), usedforsecurity=False).hexdigest())


@dataclass(slots=True)
class _Call:
    args: tuple[Arg, ...]
    reply: "asyncio.Future[Reply]"


def connect() -> "Redis":
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=COMMAND_TIMEOUT_S,
        decode_responses=True,
        max_connections=1,
        retry=Retry(NoBackoff(), 0),  # callers know what may be repeated; a hidden repeat could claim twice
    )


class Pipe:
    """Commands of many coroutines, sent as pipelines over one connection.

    While one pipeline is on its way, the commands that come meanwhile are gathered for the next. A command
    that fails raises its own error; a lost connection raises redis-py's `ConnectionError` in every command
    of the pipeline, which may or may not have been carried out: callers make their commands repeatable.
    Where the server refuses to write, `refused` is called and the next pipeline connects anew: another server
    may be behind the name by then.
    """

    def __init__(self, refused: Callable[[], None]) -> None:
        self._client = connect()
        self._refused = refused
        self._waiting: deque[_Call] = deque()
        self._sender: asyncio.Task[None] | None = None

    async def command(self, *args: Arg) -> Reply:
        """Run one command and return its reply."""
        if len(self._waiting) >= WAITING_MAX:
            raise RedisConnectionError("too many commands are waiting for Redis")
        call = _Call(args, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())
        return await call.reply

    async def script(self, script: Script, keys: Sequence[str], args: Sequence[Arg] = ()) -> Reply:
        """Run a script by its hash; the server is given its source when it does not know it (any more)."""
        tail = (len(keys), *keys, *args)
        try:
            return await self.command("EVALSHA", script.sha, *tail)
        except NoScriptError:
            return await self.command("EVAL", script.source, *tail)

    async def _send(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MAX))]
            try:
                replies = await self._exchange(batch)
            except Exception as error:
                replies = [error] * len(batch)
            for call, reply in zip(batch, replies, strict=True):
                if call.reply.done():  # its coroutine was cancelled
                    continue
                if isinstance(reply, Exception):
                    call.reply.set_exception(reply)
                else:
                    call.reply.set_result(reply)

    async def _exchange(self, batch: list[_Call]) -> list[Reply]:
        pipe = self._client.pipeline(transaction=False)
        for call in batch:
            pipe.execute_command(*call.args)
        replies = [_told(reply) for reply in await pipe.execute(raise_on_error=False)]
        if any(isinstance(reply, WritesRefused) for reply in replies):
            await self._client.connection_pool.disconnect()
            self._refused()
        return replies

    async def close(self) -> None:
        await self._client.aclose()


def _told(reply: Reply) -> Reply:
    """A reply, with a refusal by its own name."""
    if isinstance(reply, ResponseError) and _first_word(reply) in REFUSALS:
        return WritesRefused(f"{_first_word(reply)}: {reply}")
    return reply


def _first_word(error: ResponseError) -> str:
    return error.status_code or str(error).partition(" ")[0]  # redis-py takes the words away that it knows
