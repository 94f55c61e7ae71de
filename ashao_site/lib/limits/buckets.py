"""Token buckets in Redis: all that a call needs are asked in one script, and taken from together or not at all.

A bucket is one number: when it will be full again. What a process knows to be empty it does not ask about; and
while Redis is away it counts by itself, which is more generous (each process counts alone) and never a reason
to refuse what Redis would allow for long.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from redis.exceptions import RedisError

from ashao_site.lib.db import OUTAGES
from ashao_site.lib.redis import Reply, Script, redis

TAKE = Script.load(Path(__file__).parent / "take.lua")
REDIS_WAIT_S = 2.0
"""How long Redis has to answer before it counts as away."""
AWAY_S = 5.0
"""For how long it is not asked again then: no call waits for a server that is not there."""
REMEMBERED_MAX = 20_000
"""How many buckets a process remembers, of those known to be empty and of those it counts by itself."""

log = structlog.get_logger("ashao.limits")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Holds `burst` tokens; one comes back every `every_us`."""

    key: str
    every_us: int
    burst: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Too little in one of the buckets: in `wait_us` it has enough again, if nobody takes meanwhile."""

    bucket: Bucket
    wait_us: int


class _Remembered:
    """A moment (µs, monotonic) for each bucket, while it lies ahead; the oldest makes room."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, int] = OrderedDict()

    def get(self, key: str, now_us: int) -> int:
        """The moment, or `now_us` where there is none ahead."""
        return max(self._until.get(key, now_us), now_us)

    def put(self, key: str, until_us: int) -> None:
        self._until[key] = until_us
        self._until.move_to_end(key)
        while len(self._until) > REMEMBERED_MAX:
            self._until.popitem(last=False)

    def forget(self) -> None:
        self._until.clear()


_empty = _Remembered()
"""Until when a bucket is known to have too little."""
_full_at = _Remembered()
"""When a bucket will be full again, by this process's own count."""
_away_until_us = 0


async def take(buckets: Sequence[Bucket], cost: int = 1) -> Refusal | None:
    """Take `cost` tokens from each of these buckets; None if that is done, else nothing was taken.

    Never raises for an outage of Redis: then this process counts alone.
    """
    global _away_until_us  # noqa: PLW0603 - one for each process is the point
    known = known_empty(buckets)
    if known is not None or not buckets:
        return known
    if _now_us() < _away_until_us:
        return take_here(buckets, cost)
    try:
        reply = await asyncio.wait_for(_ask(buckets, cost), REDIS_WAIT_S)
    except (*OUTAGES, RedisError, OSError, TimeoutError) as error:
        log.warning("limits_without_redis", error=type(error).__name__)
        _away_until_us = _now_us() + int(AWAY_S * 1_000_000)
        return take_here(buckets, cost)
    if reply[0] == 0:
        return None
    refusal = Refusal(buckets[reply[1] - 1], reply[0])
    _empty.put(refusal.bucket.key, _now_us() + refusal.wait_us)
    return refusal


def known_empty(buckets: Sequence[Bucket]) -> Refusal | None:
    """The one of these buckets that this process knows to have too little, for the longest; asks nobody."""
    now_us = _now_us()
    refusals = [Refusal(bucket, _empty.get(bucket.key, now_us) - now_us) for bucket in buckets]
    empty = [refusal for refusal in refusals if refusal.wait_us > 0]
    return max(empty, key=lambda refusal: refusal.wait_us) if empty else None


def take_here(buckets: Sequence[Bucket], cost: int = 1) -> Refusal | None:
    """`take` by this process's own count: what `take.lua` does, without Redis."""
    now_us = _now_us()
    full_at = [_full_at.get(bucket.key, now_us) + cost * bucket.every_us for bucket in buckets]
    for bucket, moment in zip(buckets, full_at, strict=True):
        wait_us = moment - (now_us + bucket.every_us * bucket.burst)
        if wait_us > 0:
            return Refusal(bucket, wait_us)
    for bucket, moment in zip(buckets, full_at, strict=True):
        _full_at.put(bucket.key, moment)
    return None


def forget_here() -> None:
    """Forget what this process knows of buckets: for tests, which empty Redis too."""
    global _away_until_us  # noqa: PLW0603
    _empty.forget()
    _full_at.forget()
    _away_until_us = 0


async def _ask(buckets: Sequence[Bucket], cost: int) -> Reply:
    args = [number for bucket in buckets for number in (bucket.every_us, bucket.burst)]
    return await redis().pipe.script(TAKE, [bucket.key for bucket in buckets], [cost, *args])


def _now_us() -> int:
    return time.monotonic_ns() // 1_000
