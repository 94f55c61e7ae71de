"""Redis for a process: one connection for commands, one for what is published, however many wait.

`Pipe` gathers the commands of all coroutines of a loop into pipelines on one connection. `Hub` holds one
pub/sub connection and hands what arrives to bounded queues. Each event loop of a process has one of each
(a web process has two loops: the server's, and the background loop that synchronous code uses).
"""

import asyncio
import weakref
from dataclasses import dataclass

from ashao_site.lib.redis.commands import Pipe, Reply, Script, WritesRefused
from ashao_site.lib.redis.published import RESYNC, Hub, Listener, Resync

__all__ = [
    "RESYNC",
    "Hub",
    "Listener",
    "LoopRedis",
    "Pipe",
    "Reply",
    "Resync",
    "Script",
    "WritesRefused",
    "redis",
]


@dataclass(slots=True)
class LoopRedis:
    """What one event loop has of Redis."""

    pipe: Pipe
    hub: Hub


_by_loop: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, LoopRedis]" = weakref.WeakKeyDictionary()


def redis() -> LoopRedis:
    """The running loop's Redis, made when first asked for."""
    loop = asyncio.get_running_loop()
    mine = _by_loop.get(loop)
    if mine is None:
        hub = Hub()
        mine = _by_loop[loop] = LoopRedis(Pipe(refused=hub.renew), hub)
    return mine
