"""The chain's status as of a few seconds ago, for pages that must not wait for it."""

import threading
import time
from collections.abc import Callable

import structlog

from ashao_site.lib.chain import ChainStatus, NotConfigured, Reachable, Unreachable, describe, status

log = structlog.get_logger("ashao.chain")

FRESH_S = 5.0
WAIT_MAX_S = 0.5  # what a page may be held up by a slow node
STALE_MAX_S = 60.0


class ChainWatch:
    """Asks in a thread of its own, one question at a time, and only when somebody wants to know."""

    def __init__(self, ask: Callable[[], ChainStatus] = status) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked: threading.Event | None = None  # set when the question under way is answered
        self._last: ChainStatus | None = None
        self._last_at = float("-inf")

    def status(self) -> ChainStatus:
        """The status, at most STALE_MAX_S old, after at most WAIT_MAX_S."""
        with self._lock:
            if self._last is not None and time.monotonic() - self._last_at < FRESH_S:
                return self._last
            if self._asked is None:
                self._asked = threading.Event()
                threading.Thread(target=self._refresh, name="chain-watch", daemon=True).start()
            asked = self._asked
        asked.wait(WAIT_MAX_S)
        with self._lock:
            if self._last is not None and time.monotonic() - self._last_at < STALE_MAX_S:
                return self._last
        return Unreachable("The chain has not answered yet.")

    def _refresh(self) -> None:
        found: ChainStatus = Unreachable("The chain could not be asked.")
        try:
            found = self._ask()
        finally:
            with self._lock:
                before, self._last, self._last_at = self._last, found, time.monotonic()
                asked, self._asked = self._asked, None
            if asked is not None:
                asked.set()
        _tell_change(before, found)


def _tell_change(before: ChainStatus | None, found: ChainStatus) -> None:
    """A log line when the chain goes away, comes back, or turns out to be another."""
    if isinstance(found, Reachable):
        if before is not None and not isinstance(before, Reachable):
            log.info("chain_is_back", block=found.block)
    elif not isinstance(found, NotConfigured) and found != before:
        log.warning("chain_trouble", reason=describe(found))


chain_watch = ChainWatch()
