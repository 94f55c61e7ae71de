"""Leases and the sweeper's place: what it needs to know of Redis to put things right from Postgres."""

import asyncio
from collections.abc import Sequence

from django.conf import settings

from ashao_site.lib.redis import redis
from workers.jobs.pricing import Tier
from workers.jobs.redis import script
from workers.jobs.redis.keys import (
    LEASES,
    SWEEP_CURSOR,
    asked_key,
    job_key,
    keep_ms,
    live_key,
    room_key,
    tokens_key,
)
from workers.jobs.redis.production import SETTLE_MS
from workers.jobs.states import RedisStatus
from workers.jobs.values import LOOK_UP_BATCH

CLAMP = script("clamp")
CLOCK_SLACK_MS = 2_000
"""How far ahead of Redis' clock a process's may be."""
CLAMP_MAX = 1_000
"""How many timers of each set are brought back at once."""


def progress_ms() -> int:
    """The most that a producer may have for its next progress."""
    return max(settings.WORKER_FIRST_TOKEN_MS, settings.WORKER_STALL_MS)


async def clamp() -> int:
    """Bring back what lies further ahead than it could be set now: the clock was set back. Returns how many."""
    return int(
        await redis().pipe.script(
            CLAMP,
            (LEASES, *(key(tier) for tier in Tier for key in (live_key, room_key))),
            (settings.WORKER_LEASE_MS, progress_ms(), SETTLE_MS, CLOCK_SLACK_MS, CLAMP_MAX),
        )
    )


async def expired(*, limit: int, now_ms: int) -> list[str]:
    """Ids whose lease, or whose settling, has run out of time."""
    reply: list[str] = await redis().pipe.command(
        "ZRANGE", LEASES, "-inf", now_ms, "BYSCORE", "LIMIT", 0, limit
    )
    return reply


async def forget_lease(job_id: str) -> None:
    """Take an id out of the leases: nothing is held under it."""
    await redis().pipe.command("ZREM", LEASES, job_id)


async def status_of(job_id: str) -> RedisStatus:
    """What a job is in Redis; empty where it is not known there."""
    status: RedisStatus | None = await redis().pipe.command("HGET", job_key(job_id), "status")
    return status or ""


async def standings(job_ids: Sequence[str]) -> dict[str, tuple[RedisStatus, int]]:
    """Of each job the status and the length of its text in bytes."""
    pipe = redis().pipe
    known: dict[str, tuple[RedisStatus, int]] = {}
    for first in range(0, len(job_ids), LOOK_UP_BATCH):
        some = job_ids[first : first + LOOK_UP_BATCH]
        statuses = asyncio.gather(*[pipe.command("HGET", job_key(id_), "status") for id_ in some])
        lengths = asyncio.gather(*[pipe.command("STRLEN", tokens_key(id_)) for id_ in some])
        for id_, status, length in zip(some, await statuses, await lengths, strict=True):
            known[id_] = (status or "", int(length))
    return known


async def take_turns(job_ids: Sequence[str], *, most: int, every_ms: int) -> list[str]:
    """Those of these jobs, up to `most`, that are asked for again now: each once in `every_ms`."""
    pipe = redis().pipe
    first = await asyncio.gather(*[pipe.command("EXISTS", asked_key(id_)) for id_ in job_ids])
    turns = [id_ for id_, asked in zip(job_ids, first, strict=True) if not asked][:most]
    await asyncio.gather(*[pipe.command("SET", asked_key(id_), 1, "PX", every_ms) for id_ in turns])
    return turns


async def sweep_cursor() -> str:
    """Where the sweeper goes on; empty for the beginning, as after Redis was lost."""
    raw: str | None = await redis().pipe.command("GET", SWEEP_CURSOR)
    return raw or ""


async def move_sweep_cursor(cursor: str) -> None:
    """Write down where the sweeper goes on."""
    await redis().pipe.command("SET", SWEEP_CURSOR, cursor, "PX", keep_ms())


async def uptime_s() -> int:
    """For how long this Redis has been up."""
    info: dict[str, object] = await redis().pipe.command("INFO", "server")
    return int(str(info["uptime_in_seconds"]))
