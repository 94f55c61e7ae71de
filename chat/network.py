"""How the network is, asked of it at most once a second by each process."""

import threading
import time

from ashao_site.lib.aio import run_sync
from workers import jobs

FRESH_S = 1.0
TIMEOUT_S = 5.0

Status = dict[str, object]

_lock = threading.Lock()
_last: tuple[float, Status] | None = None


def network_status() -> Status:
    """Workers and waiting jobs by tier, jobs and tokens a minute. Blocks: from a coroutine, use a thread."""
    global _last  # noqa: PLW0603 - one for each process is the point
    with _lock:
        if _last is not None and time.monotonic() - _last[0] < FRESH_S:
            return _last[1]
        status = run_sync(jobs.network_status(), timeout_s=TIMEOUT_S)
        _last = (time.monotonic(), status)
        return status
