"""How the network is, asked of it at most once a second by each process."""

import threading
import time

from ashao_site.lib.aio import run_sync
from ashao_site.lib.errors import Unavailable
from workers import jobs

FRESH_S = 1.0
TIMEOUT_S = 5.0

Status = dict[str, object]

_lock = threading.Lock()
_last: tuple[float, Status] | None = None


def network_status() -> Status:
    """Workers, waiting jobs and the wait by tier, jobs and tokens a minute. Blocks: from a coroutine, use a thread.

    Raises `Unavailable`, and what Redis or PostgreSQL being away looks like.
    """
    global _last  # noqa: PLW0603 - one for each process is the point
    if not _lock.acquire(timeout=TIMEOUT_S):  # somebody asks already, and gets no answer
        raise Unavailable("We cannot see the network at the moment. Please try again.")
    try:
        if _last is None or time.monotonic() - _last[0] >= FRESH_S:
            _last = (time.monotonic(), run_sync(jobs.network_status(), timeout_s=TIMEOUT_S))
        return _last[1]
    finally:
        _lock.release()
