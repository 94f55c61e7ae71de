"""Leaving a provider alone for a while after it failed, so that people don't wait for it in vain.

Each process keeps its own: what one process learns costs the others one failed request at most.
"""

import threading
import time
from collections.abc import Callable

from workers.providers.base import Fault, ProviderError

KEY_COOL_DOWN_S = 600.0
QUOTA_COOL_DOWN_S = 60.0
BUSY_COOL_DOWN_S = 30.0
BUSY_IN_A_ROW = 3
MIN_RETRY_AFTER_S = 1.0
MAX_RETRY_AFTER_S = 3600.0


class CoolDown:
    """Says whether a provider may be asked. Safe to share between threads; `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until = 0.0
        self._busy_in_a_row = 0

    def ready(self) -> bool:
        """Whether the cool-down is over."""
        with self._lock:
            return self._clock() >= self._until

    def failed(self, error: ProviderError) -> None:
        """Note a failure. A cool-down that already runs is never shortened."""
        with self._lock:
            if error.fault is Fault.BUSY:
                self._busy_in_a_row += 1
            self._until = max(self._until, self._clock() + self._seconds(error))

    def succeeded(self) -> None:
        """Note an answer that came to its end."""
        with self._lock:
            self._busy_in_a_row = 0

    def _seconds(self, error: ProviderError) -> float:
        if error.retry_after_s is not None:
            return min(max(error.retry_after_s, MIN_RETRY_AFTER_S), MAX_RETRY_AFTER_S)
        if error.fault is Fault.KEY:
            return KEY_COOL_DOWN_S
        if error.fault is Fault.QUOTA:
            return QUOTA_COOL_DOWN_S
        if error.fault is Fault.BUSY and self._busy_in_a_row >= BUSY_IN_A_ROW:
            return BUSY_COOL_DOWN_S
        # A refused request or a filtered conversation says nothing about the next one. If it did count,
        # one person could switch the provider off for everybody.
        return 0.0
