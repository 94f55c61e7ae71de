"""The bridge between asynchronous and synchronous code, both ways, with bounded threads.

The web process is asynchronous where people and workers wait; the ORM is not. `in_db` runs a piece of ORM
code in a small pool of threads of its own, on database connections of its own: whatever holds those of the
views, claims, chunks and streams go on. `run_sync` goes the other way: views and Celery tasks hand a
coroutine to one background loop of the process, so that a process holds one handful of Redis connections
however many threads it has.
"""

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ashao_site.lib.errors import Unavailable

T = TypeVar("T")
P = ParamSpec("P")

DB_THREADS = 8
"""Also the most database connections that `in_db` has: one for each thread."""
DB_WAIT_S = 30.0
RUN_SYNC_TIMEOUT_S = 30.0

_lock = threading.Lock()
_background: asyncio.AbstractEventLoop | None = None


def background_loop() -> asyncio.AbstractEventLoop:
    """The process's one background event loop, started when first asked for."""
    global _background  # noqa: PLW0603 - one loop for each process is the point
    with _lock:
        if _background is None or _background.is_closed():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="background-loop", daemon=True).start()
            atexit.register(loop.call_soon_threadsafe, loop.stop)
            _background = loop
        return _background


def run_sync(coro: Coroutine[Any, Any, T], *, timeout_s: float = RUN_SYNC_TIMEOUT_S) -> T:
    """Run a coroutine on the background loop and wait for its result.

    Raises what the coroutine raises, and `Unavailable` when it takes longer than `timeout_s`.
    Never call it from the background loop itself: it would wait for itself.
    """
    future = asyncio.run_coroutine_threadsafe(coro, background_loop())
    try:
        return future.result(timeout_s)
    except FutureTimeout:
        if future.done():  # the coroutine itself raised a TimeoutError
            raise
        future.cancel()
        raise Unavailable("This is taking too long. Please try again.") from None


async def in_db(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ORM code in a database thread; its connection goes back to the pool afterwards."""
    loop = asyncio.get_running_loop()
    work = loop.run_in_executor(_db_threads, partial(_with_connection, partial(call, *args, **kwargs)))
    return await asyncio.wait_for(asyncio.shield(work), DB_WAIT_S)


def _with_connection(call: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()


@cache
def own_connections() -> type[BaseDatabaseWrapper]:
    """The class of the connections of `in_db`: Django keeps the pools of a database on the class."""
    kind = type(connections.create_connection(DEFAULT_DB_ALIAS))
    own = type(f"Own{kind.__name__}", (kind,), {"_connection_pools": {}, "__module__": __name__})
    return cast("type[BaseDatabaseWrapper]", own)


def _use_own_connections() -> None:
    settings = connections.settings[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = own_connections()(settings, DEFAULT_DB_ALIAS)


_db_threads = ThreadPoolExecutor(DB_THREADS, thread_name_prefix="db", initializer=_use_own_connections)
