"""The queues of the tiers: a job is put in, taken by who may have it, or passed over."""

import json
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from ashao_site.lib.redis import Reply, redis
from workers.jobs.pricing import Tier
from workers.jobs.redis import script
from workers.jobs.redis.keys import (
    LEASES,
    avoid_key,
    held_key,
    job_key,
    keep_ms,
    live_key,
    messages_key,
    queue_key,
    room_key,
    room_of,
    tokens_key,
)
from workers.jobs.values import Messages, Queued

ENQUEUE, CLAIM, AVOID = script("enqueue"), script("claim"), script("avoid")
CLAIM_SCAN_MAX = 64
"""How far into a queue a claim looks past jobs that this worker may not take."""
Miss = Literal["empty", "none", "busy"]


@dataclass(frozen=True, slots=True)
class Popped:
    """A job that a claim took out of its queue."""

    id: str
    tier: Tier
    model: str
    value_micros: int
    messages: Messages
    prefix: str


async def enqueue(job: Queued) -> tuple[bool, int]:
    """Put a queued job before the workers; returns whether it went in, and how many workers of its tier are live.

    None are where none of another owner than those it avoids can read it whole: nobody is to be waited for.
    """
    reply: Reply = await redis().pipe.script(
        ENQUEUE,
        (
            job_key(job.id),
            messages_key(job.id),
            tokens_key(job.id),
            avoid_key(job.id),
            queue_key(job.tier),
            live_key(job.tier),
            room_key(job.tier),
        ),
        (
            job.id,
            job.tier,
            job.model,
            job.value_micros,
            json.dumps(job.messages, ensure_ascii=False),
            job.text,
            job.avoid,
            job.created_ms,
            keep_ms(),
            settings.WORKER_LIVE_MS,
            int(job.front),
            int(job.for_workers),
            job.needs.whole,
            job.needs.least,
        ),
    )
    return bool(reply[0]), int(reply[1])


async def claim(
    *,
    tier: Tier,
    holder: str,
    avoid: str,
    lease: str,
    jobs_max: int,
    only: str = "",
    reads_tokens: int = 0,
) -> Popped | Miss:
    """Take the first job that `holder` may have (or the one named), with a lease; or say why there is none."""
    reply: Reply = await redis().pipe.script(
        CLAIM,
        (queue_key(tier), live_key(tier), LEASES, held_key(holder), room_key(tier)),
        (
            holder,
            avoid,
            lease,
            settings.WORKER_LEASE_MS,
            settings.WORKER_FIRST_TOKEN_MS,
            settings.WORKER_LIVE_MS,
            CLAIM_SCAN_MAX,
            jobs_max,
            keep_ms(),
            only,
            reads_tokens,
            room_of(reads_tokens),
        ),
    )
    if reply[0] != "job":
        miss: Miss = reply[0]
        return miss
    _, job_id, job_tier, model, value, messages, prefix = reply
    return Popped(job_id, Tier(job_tier), model, int(value), json.loads(messages), prefix)


async def avoid(*, job_id: str, tag: str) -> None:
    """Have the workers with this tag passed over for a job that has not ended."""
    await redis().pipe.script(AVOID, (job_key(job_id), avoid_key(job_id)), (tag, keep_ms()))


async def allow_cut(*, job_id: str, tier: Tier, reads_tokens: int) -> None:
    """Have a job that nobody can read whole go to those who read as much as this, without its oldest turns."""
    await redis().pipe.command("HSET", job_key(job_id), "cut", reads_tokens)
    await redis().pipe.command("PUBLISH", queue_key(tier), job_id)
