"""Waiting longer after each failure, and never in step with the other workers."""

import random

from .limits import RETRY_AFTER_MAX_S


class Backoff:
    """Pauses that double from `first_s` up to `max_s`; each is shortened by up to half at random."""

    def __init__(self, first_s: float, max_s: float, *, retry_after_max_s: float = RETRY_AFTER_MAX_S) -> None:
        assert 0 < first_s <= max_s
        self._retry_after_max_s = retry_after_max_s
        self._first_s = first_s
        self._max_s = max_s
        self._next_s = first_s

    def reset(self) -> None:
        """After a success: the next pause is the first one again."""
        self._next_s = self._first_s

    def pause_s(self, retry_after_s: float | None = None) -> float:
        """The next pause in seconds; never shorter than what the other side asked for, up to a limit."""
        pause_s = self._next_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        self._next_s = min(self._next_s * 2, self._max_s)
        return max(pause_s, min(retry_after_s or 0.0, self._retry_after_max_s))
