"""Calling again: longer and longer pauses, never in step with the other workers, and no longer than a lease runs."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from .errors import Away, LeaseLost
from .limits import LEASE_GRACE_S, RETRY_AFTER_MAX_S, RETRY_FIRST_S, RETRY_MAX_S

T = TypeVar("T")


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


@dataclass
class Lease:
    """The right to produce one job, until `until_s` on this machine's monotonic clock."""

    token: str
    ms: int
    until_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """The network has just renewed it."""
        self.until_s = time.monotonic() + self.ms / 1000 + LEASE_GRACE_S

    def left_s(self) -> float:
        """How long it still runs; negative once it is over."""
        return self.until_s - time.monotonic()


async def insist(call: Callable[[], Awaitable[T]], lease: Lease) -> T:
    """Repeats a call that may be repeated until it gets through or the lease has run out."""
    backoff = Backoff(RETRY_FIRST_S, RETRY_MAX_S)
    while True:
        try:
            return await call()
        except Away as away:
            left_s = lease.left_s()
            if left_s <= 0:
                raise LeaseLost("The network was away for longer than the lease.") from away
            await asyncio.sleep(min(backoff.pause_s(away.retry_after_s), left_s))
