"""Who lives, what they hold and how much they read, by their last signs of life."""

from collections.abc import Collection, Iterable, Sequence

from django.conf import settings

from ashao_site.lib.redis import redis
from workers.jobs.pricing import Tier
from workers.jobs.redis import script
from workers.jobs.redis.keys import (
    LEASES,
    WORKER_CHANGES,
    held_key,
    live_key,
    owners_key,
    queue_key,
    room_key,
    room_of,
)
from workers.jobs.redis.leases import progress_ms
from workers.jobs.values import LOOK_UP_BATCH, Pulse

HEARTBEAT = script("heartbeat")
LIVE_KEEP_MS = 86_400_000
"""How long the signs of life of a tier are kept after the last."""


async def heartbeat(
    *,
    holder: str,
    tiers: Sequence[Tier],
    only: Sequence[str] | None = None,
    ready: bool = True,
    reads_tokens: int = 0,
    owner: str = "",
) -> Pulse:
    """A sign of life; renews all leases, or only those of the jobs named. `owner` is the tag of whose it is."""
    named = ("all",) if only is None else ("named", *only)
    held, stopped = await redis().pipe.script(
        HEARTBEAT,
        (held_key(holder), LEASES, *(key(tier) for tier in tiers for key in (live_key, room_key))),
        (
            holder,
            settings.WORKER_LEASE_MS,
            "ready" if ready else "not ready",
            progress_ms(),
            room_of(reads_tokens),
            owner,
            *named,
        ),
    )
    return Pulse(jobs=held, stop=stopped)


async def held_count(holder: str) -> int:
    """How many jobs a holder has, or has had until a moment ago."""
    return int(await redis().pipe.command("SCARD", held_key(holder)))


async def say_live(
    *, tier: Tier, holders: Sequence[str], now_ms: int, contexts: Collection[tuple[int, str]] = ()
) -> None:
    """Mark many waiting workers as live at once, with the contexts that there are among them and whose those are."""
    pipe = redis().pipe
    if holders:
        await pipe.command("ZADD", live_key(tier), *_all_at(now_ms, holders))
    owners: dict[int, set[str]] = {}
    for reads_tokens, owner in contexts:
        owners.setdefault(room_of(reads_tokens), set()).add(owner)
    if not owners:
        return
    await pipe.command("ZADD", room_key(tier), *_all_at(now_ms, owners))
    for room, tags in owners.items():
        key = owners_key(tier, room)
        await pipe.command("ZADD", key, *_all_at(now_ms, tags))
        await pipe.command("PEXPIRE", key, LIVE_KEEP_MS)


def _all_at(now_ms: int, members: Iterable[str | int]) -> list[str | int]:
    """The scores and members of a ZADD."""
    return [part for member in members for part in (now_ms, member)]


async def say_gone(*, holder: str) -> list[str]:
    """A worker says goodbye: it is no longer live; returns the ids of the jobs that it still has."""
    for tier in Tier:
        await redis().pipe.command("ZREM", live_key(tier), holder)
    reply: list[str] = list(await redis().pipe.command("SMEMBERS", held_key(holder)))
    return reply


async def tell_changed(*, holder: str) -> None:
    """Have every process look at a worker again: it was paused, resumed or removed."""
    await redis().pipe.command("PUBLISH", WORKER_CHANGES, holder)


async def live_ids(tier: Tier, *, now_ms: int) -> list[str]:
    """The live workers of a tier."""
    since = now_ms - settings.WORKER_LIVE_MS
    reply: list[str] = await redis().pipe.command("ZRANGE", live_key(tier), since, "+inf", "BYSCORE")
    return reply


async def tier_counts(tier: Tier, *, now_ms: int) -> tuple[int, int]:
    """Live workers and waiting jobs of a tier."""
    pipe = redis().pipe
    live = await pipe.command("ZCOUNT", live_key(tier), now_ms - settings.WORKER_LIVE_MS, "+inf")
    return int(live), int(await pipe.command("LLEN", queue_key(tier)))


async def live_workers(*, now_ms: int) -> int:
    """Live workers, each counted once, however many tiers it serves. Few serve `max`, so those are looked up."""
    since, pipe = now_ms - settings.WORKER_LIVE_MS, redis().pipe
    pro = int(await pipe.command("ZCOUNT", live_key(Tier.PRO), since, "+inf"))
    others = await pipe.command("ZRANGE", live_key(Tier.MAX), since, "+inf", "BYSCORE")
    for first in range(0, len(others), LOOK_UP_BATCH):
        scores = await pipe.command("ZMSCORE", live_key(Tier.PRO), *others[first : first + LOOK_UP_BATCH])
        pro += sum(score is None or float(score) < since for score in scores)
    return pro


async def live_by_tier(holders: Sequence[str], *, now_ms: int) -> dict[Tier, int]:
    """How many of these workers are live in each tier."""
    since = now_ms - settings.WORKER_LIVE_MS
    live = dict.fromkeys(Tier, 0)
    for tier in Tier:
        scores = await redis().pipe.command("ZMSCORE", live_key(tier), *holders)
        live[tier] = sum(score is not None and float(score) >= since for score in scores)
    return live


async def last_seen(holders: Sequence[str]) -> dict[str, int]:
    """When each of these workers last gave a sign of life (ms), where it did."""
    seen: dict[str, int] = {}
    for tier in Tier:
        if holders:
            scores = await redis().pipe.command("ZMSCORE", live_key(tier), *holders)
            for holder, score in zip(holders, scores, strict=True):
                if score is not None:
                    seen[holder] = max(seen.get(holder, 0), int(float(score)))
    return seen
