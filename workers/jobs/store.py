"""The jobs in Redis: every key is named here, every step that must be atomic is a script in `lua/`.

Redis coordinates and may be lost at any time; what must not be lost is in Postgres (`records`).
"""

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings

from ashao_site.lib.redis import Reply, Script, redis
from workers.jobs.fit import Needs
from workers.jobs.pricing import Tier
from workers.jobs.types import ChunkKind, Messages, Pulse
from workers.jobs.visible import visible_bytes

_LUA = Path(__file__).parent / "lua"
ENQUEUE, CLAIM, APPEND, FINISH, CLOSE, REVOKE, HEARTBEAT, READ, EXTEND, CLAMP = (
    Script.load(_LUA / f"{name}.lua")
    for name in (
        "enqueue",
        "claim",
        "append",
        "finish",
        "close",
        "revoke",
        "heartbeat",
        "read",
        "extend",
        "clamp",
    )
)
AVOID = Script.load(_LUA / "avoid.lua")

CLAIM_SCAN_MAX = 64
"""How far into a queue a claim looks past jobs that this worker may not take."""
LOOK_UP_BATCH = 500
"""How many workers are looked up at once."""
ANSWER_MAX_BYTES = 256 * 1024
"""The longest answer; a longer one is ended there."""
THINK_MAX_BYTES = 256 * 1024
"""The most reasoning of one claim that is told on; what is beyond it is no progress either."""
PACE_BYTES_PER_S = 4
"""An answer that grows by less than so many visible bytes a second, over `WORKER_PACE_MS`, has stalled."""
SETTLE_MS = 5_000
"""How long settling or handing over a job may take before the sweeper does it again."""
ROOM_STEP_TOKENS = 256
CLOCK_SLACK_MS = 2_000
"""How far ahead of Redis' clock a process's may be."""
CLAMP_MAX = 1_000
"""How many timers of each set are brought back at once."""
KEEP_MARGIN_MS = 3_600_000
"""How much longer than the longest job Redis keeps what belongs to it."""
LIVE_KEEP_MS = 86_400_000
"""How long the signs of life of a tier are kept after the last."""
LEASES = "ashao:leases"
SWEEP_CURSOR = "ashao:sweep"
"""Where in the live rows the sweeper goes on."""
WORKER_CHANGES = "ashao:workers"
"""The channel on which every process hears the id of a worker that was paused, resumed or removed."""
END = "end"
"""Published on a job's channel when it has ended."""
REASONING = "reasoning"
"""What comes before a piece of reasoning on a job's channel; a piece of the answer comes after its position."""
LOOK = "look"
"""Published on a job's channel when somebody may have lost the right to read it."""


def queue_key(tier: Tier | str) -> str:
    """List of the ids that wait in a tier; the channel that says one has come has the same name."""
    return f"ashao:queue:{tier}"


def live_key(tier: Tier | str) -> str:
    """Sorted set of a tier's workers by their last sign of life."""
    return f"ashao:live:{tier}"


def room_key(tier: Tier | str) -> str:
    """Sorted set of the contexts that a tier's workers read, by the last sign of life of one with it.

    With `:` and a context behind it: the sorted set of the tags of the owners of those with that context, likewise.
    """
    return f"ashao:room:{tier}"


def _room(reads_tokens: int) -> int:
    """A context as a member of that set: rounded down, so that there are only so many."""
    step = ROOM_STEP_TOKENS
    return reads_tokens if reads_tokens < step else reads_tokens // step * step


def job_key(job_id: str) -> str:
    """Hash: id, tier, model, value, status, claimedBy, createdAt, lease and timers."""
    return f"ashao:job:{job_id}"


def messages_key(job_id: str) -> str:
    """JSON: the messages that the worker receives."""
    return f"ashao:job:{job_id}:messages"


def tokens_key(job_id: str) -> str:
    """The text so far, which is replayed, and the channel of the same name."""
    return f"ashao:job:{job_id}:tokens"


def avoid_key(job_id: str) -> str:
    """Tags of whose workers may not serve this job: who asked, who lost it; never part of a worker's payload."""
    return f"ashao:job:{job_id}:avoid"


def asked_key(job_id: str) -> str:
    """Stands while the cloud was asked for this job not long ago by the sweeper."""
    return f"ashao:job:{job_id}:asked"


def held_key(holder: str) -> str:
    """Set of the job ids that a holder has."""
    return f"ashao:worker:{holder}:jobs"


@dataclass(frozen=True, slots=True)
class Queued:
    """What `enqueue` needs: a job as Postgres knows it."""

    id: str
    tier: Tier
    model: str
    value_micros: int
    messages: Messages
    text: str
    avoid: str
    created_ms: int
    front: bool
    for_workers: bool
    needs: Needs


@dataclass(frozen=True, slots=True)
class Popped:
    """A job that a claim took out of its queue."""

    id: str
    tier: Tier
    model: str
    value_micros: int
    messages: Messages
    prefix: str


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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A job's stream: its status, its ending (JSON, or empty), the text from where it was asked."""

    status: str
    ending: str
    text: str
    length: int


Miss = Literal["empty", "none", "busy"]
AppendReply = Literal["ok", "again", "stop", "full", "lost", "gap"]


def _keep_ms() -> int:
    return settings.JOB_MAX_MS + KEEP_MARGIN_MS


def _progress_ms() -> int:
    """The most that a producer may have for its next progress."""
    return max(settings.WORKER_FIRST_TOKEN_MS, settings.WORKER_STALL_MS)


async def clamp() -> int:
    """Bring back what lies further ahead than it could be set now: the clock was set back. Returns how many."""
    return int(
        await redis().pipe.script(
            CLAMP,
            (LEASES, *(key(tier) for tier in Tier for key in (live_key, room_key))),
            (settings.WORKER_LEASE_MS, _progress_ms(), SETTLE_MS, CLOCK_SLACK_MS, CLAMP_MAX),
        )
    )


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
            _keep_ms(),
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
            _keep_ms(),
            only,
            reads_tokens,
            _room(reads_tokens),
        ),
    )
    if reply[0] != "job":
        miss: Miss = reply[0]
        return miss
    _, job_id, job_tier, model, value, messages, prefix = reply
    return Popped(job_id, Tier(job_tier), model, int(value), json.loads(messages), prefix)


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


async def note_quick_stop(*, asker: str, job_id: str, day: str) -> int:
    """Count a job among those that this asker stopped at once on this day; returns how many they are."""
    key = f"ashao:quickstops:{asker}:{day}"
    pipe = redis().pipe
    await pipe.command("SADD", key, job_id)
    await pipe.command("PEXPIRE", key, 86_400_000)
    return int(await pipe.command("SCARD", key))


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


async def avoid(*, job_id: str, tag: str) -> None:
    """Have the workers with this tag passed over for a job that has not ended."""
    await redis().pipe.script(AVOID, (job_key(job_id), avoid_key(job_id)), (tag, _keep_ms()))


async def revoke(*, job_id: str, lease: str = "", holder: str = "") -> Literal["ok", "lost", "held"]:
    """Take a job from its holder; with neither lease nor holder, only if one of its timers has run out."""
    reply: Reply = await redis().pipe.script(
        REVOKE,
        (job_key(job_id), LEASES, *(live_key(tier) for tier in Tier)),
        (job_id, lease, holder, SETTLE_MS),
    )
    answer: Literal["ok", "lost", "held"] = reply[0]
    return answer


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
            _progress_ms(),
            _room(reads_tokens),
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
        owners.setdefault(_room(reads_tokens), set()).add(owner)
    if not owners:
        return
    await pipe.command("ZADD", room_key(tier), *_all_at(now_ms, owners))
    for room, tags in owners.items():
        key = f"{room_key(tier)}:{room}"
        await pipe.command("ZADD", key, *_all_at(now_ms, tags))
        await pipe.command("PEXPIRE", key, LIVE_KEEP_MS)


def _all_at(now_ms: int, members: Iterable[str | int]) -> list[str | int]:
    """The scores and members of a ZADD."""
    return [part for member in members for part in (now_ms, member)]


async def live_ids(tier: Tier, *, now_ms: int) -> list[str]:
    """The live workers of a tier."""
    since = now_ms - settings.WORKER_LIVE_MS
    reply: list[str] = await redis().pipe.command("ZRANGE", live_key(tier), since, "+inf", "BYSCORE")
    return reply


async def allow_cut(*, job_id: str, tier: Tier, reads_tokens: int) -> None:
    """Have a job that nobody can read whole go to those who read as much as this, without its oldest turns."""
    await redis().pipe.command("HSET", job_key(job_id), "cut", reads_tokens)
    await redis().pipe.command("PUBLISH", queue_key(tier), job_id)


async def tell_changed(*, holder: str) -> None:
    """Have every process look at a worker again: it was paused, resumed or removed."""
    await redis().pipe.command("PUBLISH", WORKER_CHANGES, holder)


async def say_gone(*, holder: str) -> list[str]:
    """A worker says goodbye: it is no longer live; returns the ids of the jobs that it still has."""
    for tier in Tier:
        await redis().pipe.command("ZREM", live_key(tier), holder)
    reply: list[str] = list(await redis().pipe.command("SMEMBERS", held_key(holder)))
    return reply


async def read(*, job_id: str, start: int) -> Snapshot | Literal["gone", "bad"]:
    """The stream from byte `start` on; `bad` where no character begins at that byte."""
    reply: Reply = await redis().pipe.script(READ, (job_key(job_id), tokens_key(job_id)), (start,))
    if reply[0] == "ok":
        return Snapshot(reply[1], reply[2], reply[3], int(reply[4]))
    return "bad" if reply[0] == "bad" else "gone"


async def extend(*, job_id: str, text: str) -> None:
    """Give back text that a listener has seen and that Redis no longer has."""
    await redis().pipe.script(EXTEND, (job_key(job_id), tokens_key(job_id)), (text,))


async def expired(*, limit: int, now_ms: int) -> list[str]:
    """Ids whose lease, or whose settling, has run out of time."""
    reply: list[str] = await redis().pipe.command(
        "ZRANGE", LEASES, "-inf", now_ms, "BYSCORE", "LIMIT", 0, limit
    )
    return reply


async def forget_lease(job_id: str) -> None:
    """Take an id out of the leases: nothing is held under it."""
    await redis().pipe.command("ZREM", LEASES, job_id)


async def status_of(job_id: str) -> tuple[str, str]:
    """The status in Redis and the lease; empty strings where there is none."""
    status, lease = await redis().pipe.command("HMGET", job_key(job_id), "status", "lease")
    return status or "", lease or ""


async def standings(job_ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Of each job the status, empty where it is not known, and the length of its text in bytes."""
    pipe = redis().pipe
    found: dict[str, tuple[str, int]] = {}
    for first in range(0, len(job_ids), LOOK_UP_BATCH):
        some = job_ids[first : first + LOOK_UP_BATCH]
        statuses = asyncio.gather(*[pipe.command("HGET", job_key(id_), "status") for id_ in some])
        lengths = asyncio.gather(*[pipe.command("STRLEN", tokens_key(id_)) for id_ in some])
        for id_, status, length in zip(some, await statuses, await lengths, strict=True):
            found[id_] = (status or "", int(length))
    return found


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
    await redis().pipe.command("SET", SWEEP_CURSOR, cursor, "PX", _keep_ms())


async def text_of(job_id: str) -> str:
    """The text so far."""
    text: str = await redis().pipe.command("GET", tokens_key(job_id)) or ""
    return text


async def uptime_s() -> int:
    """For how long this Redis has been up."""
    info: dict[str, object] = await redis().pipe.command("INFO", "server")
    return int(str(info["uptime_in_seconds"]))


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
