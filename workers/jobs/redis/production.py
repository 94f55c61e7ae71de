"""What a producer does with a job that it holds, and how that ends or is ended."""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from ashao_site.lib.redis import Reply, redis
from workers.jobs.pricing import Tier
from workers.jobs.redis import script
from workers.jobs.redis.keys import (
    LEASES,
    avoid_key,
    job_key,
    live_key,
    messages_key,
    queue_key,
    quick_stops_key,
    tokens_key,
)
from workers.jobs.values import ChunkKind
from workers.jobs.visible import visible_bytes

APPEND, FINISH, REVOKE, CLOSE = script("append"), script("finish"), script("revoke"), script("close")
ANSWER_MAX_BYTES = 256 * 1024
"""The longest answer; a longer one is ended there."""
THINK_MAX_BYTES = 256 * 1024
"""The most reasoning of one claim that is told on; what is beyond it is no progress either."""
PACE_BYTES_PER_S = 4
"""An answer that grows by less than so many visible bytes a second, over `WORKER_PACE_MS`, has stalled."""
SETTLE_MS = 5_000
"""How long settling or handing over a job may take before the sweeper does it again."""
AppendReply = Literal["ok", "again", "stop", "full", "lost", "gap"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A production that has ended and waits to be settled; `holder` is empty when nobody held it.

    `own` is what this holder added to the text, and `took_ms` the time from its first visible text to the end
    (-1: it sent none).
    """

    holder: str
    lease: str
    tokens: int
    finish: str
    text: str
    own: str = ""
    took_ms: int = -1


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What a holder has added so far, to be looked at before its production may end."""

    own: str
    own_bytes: int


async def append(
    *, job_id: str, holder: str, lease: str, seq: int, value: str, kind: ChunkKind
) -> tuple[AppendReply, int]:
    """Add one chunk; returns what became of it, and with `gap` the number that was expected."""
    reply: Reply = await redis().pipe.script(
        APPEND,
        (job_key(job_id), tokens_key(job_id), LEASES),
        (
            job_id,
            holder,
            lease,
            seq,
            value,
            settings.WORKER_LEASE_MS,
            settings.WORKER_STALL_MS,
            ANSWER_MAX_BYTES,
            visible_bytes(value),
            kind,
            settings.WORKER_FIRST_TOKEN_MS,
            settings.WORKER_THINK_MS,
            THINK_MAX_BYTES,
            settings.WORKER_PACE_MS,
            PACE_BYTES_PER_S * settings.WORKER_PACE_MS // 1_000,
        ),
    )
    return reply[0], int(reply[1]) if len(reply) > 1 else 0


async def finish(
    *,
    job_id: str,
    tier: Tier,
    holder: str,
    lease: str,
    tokens: int,
    finish: str,
    judged_bytes: int | None = None,
) -> Finished | Unjudged | Literal["lost"]:
    """End the production, by its holder or (empty `holder`) by the person's stop.

    A holder's own text is looked at before: `judged_bytes` says how long it was then. Where it has grown since, or
    was not looked at, nothing ends and it is returned.
    """
    reply: Reply = await redis().pipe.script(
        FINISH,
        (job_key(job_id), tokens_key(job_id), LEASES, queue_key(tier)),
        (job_id, holder, lease, tokens, finish, SETTLE_MS, "" if judged_bytes is None else judged_bytes),
    )
    if reply[0] == "judge":
        return Unjudged(reply[1], int(reply[2]))
    if reply[0] != "ok":
        return "lost"
    _, by, under, counted, ended, text, own_bytes, took_ms = reply
    own = text.encode()[-int(own_bytes) :].decode("utf-8", "replace") if int(own_bytes) else ""
    return Finished(by, under, int(counted), ended, text, own, int(took_ms))


async def revoke(*, job_id: str, lease: str = "", holder: str = "") -> Literal["ok", "lost", "held"]:
    """Take a job from its holder; with neither lease nor holder, only if one of its timers has run out."""
    reply: Reply = await redis().pipe.script(
        REVOKE,
        (job_key(job_id), LEASES, *(live_key(tier) for tier in Tier)),
        (job_id, lease, holder, SETTLE_MS),
    )
    answer: Literal["ok", "lost", "held"] = reply[0]
    return answer


async def close(*, job_id: str, tier: Tier, status: str, ending: str) -> None:
    """Tell the listeners that the job has ended, and let its payload go."""
    await redis().pipe.script(
        CLOSE,
        (
            job_key(job_id),
            messages_key(job_id),
            tokens_key(job_id),
            avoid_key(job_id),
            LEASES,
            queue_key(tier),
        ),
        (job_id, status, ending, settings.STREAM_TTL_MS),
    )


async def note_quick_stop(*, asker: str, job_id: str, day: str) -> int:
    """Count a job among those that this asker stopped at once on this day; returns how many they are."""
    key = quick_stops_key(asker, day)
    pipe = redis().pipe
    await pipe.command("SADD", key, job_id)
    await pipe.command("PEXPIRE", key, 86_400_000)
    return int(await pipe.command("SCARD", key))
