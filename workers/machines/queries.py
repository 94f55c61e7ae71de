"""What an owner is shown of their workers: figures of the server's own, no text."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from django.conf import settings
from django.db.models import Count, DurationField, F, Q, Sum
from django.db.models.functions import TruncMinute

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.aio import run_sync
from ledger.books import chart
from ledger.books.queries import available, balance
from staking.rewards.queries import is_staker
from workers.jobs import State
from workers.jobs.models import Job, Worker
from workers.jobs.pricing import share_bps
from workers.jobs.redis import presence

SHOWN_MAX = 200
HOUR_MINUTES = 60
RECENT_MAX = 20

_RECENT = """
    SELECT job.* FROM workers_worker worker CROSS JOIN LATERAL (
        SELECT * FROM workers_job WHERE worker_id = worker.id AND state = 'done'
        ORDER BY finished_at DESC LIMIT %s
    ) job
    WHERE worker.owner_id = %s ORDER BY job.finished_at DESC, job.id DESC LIMIT %s"""
"""A few rows of each worker from the index `job_done_by_worker`, however many jobs there are. (An ordinary join
would read all of an owner's jobs to sort them.)"""


class RatingsRow(TypedDict):
    """How many answers people found good and bad."""

    up: int
    down: int


class WorkerRow(TypedDict):
    """One worker, as its owner sees it."""

    id: str
    type: str
    model: str
    name: str
    tiers: list[str]
    status: str
    paused: bool
    jobs: int
    running: int
    tokens: int
    tokensPerSecond: float | None
    earned: int
    earnedToday: int
    ratings: RatingsRow
    createdAt: str
    lastSeenAt: str | None


class MinuteRow(TypedDict):
    """What was done in one minute."""

    at: str
    jobs: int
    tokens: int
    earned: int


class DoneRow(TypedDict):
    """One job that was done."""

    finishedAt: str
    workerId: str
    tier: str
    tokens: int
    seconds: float
    earned: int
    finish: str


def stats_of(owner: User) -> dict[str, object]:
    """The owner's workers, their sums, last hour and last jobs; amounts in µUSDC.

    Six queries (seven with a chain) and one look at Redis, however many jobs there are.
    """
    workers = list(Worker.objects.filter(owner=owner, removed_at=None).order_by("-id")[:SHOWN_MAX])
    sums = {row["id"]: row for row in _sums(owner)}
    seen = run_sync(presence.last_seen([worker.public_id for worker in workers]))
    hour = _last_minutes()
    minutes = {row["minute"]: row for row in _minutes(owner, since=hour[0])}
    return {
        "workers": [_row(worker, sums[worker.pk], seen.get(worker.public_id)) for worker in workers],
        "jobs": sum(row["done_jobs"] for row in sums.values()),
        "tokens": sum(row["done_tokens"] for row in sums.values()),
        "earned": sum(row["earned"] for row in sums.values()),
        "earnedToday": sum(row["today"] for row in sums.values()),
        "shareBps": share_bps(staked=is_staker(owner.pk)),
        "escrow": balance(chart.user_escrow(owner.pk)),
        "available": available(chart.user_earnings(owner.pk)),
        "averageTokensPerSecond": _speed(minutes.values() or sums.values()),
        "hour": [_minute(at, minutes.get(at)) for at in hour],
        "recent": _recent(owner, {row["id"]: row["public_id"] for row in sums.values()}),
    }


def had_worker_since(owner_id: int, at: datetime) -> bool:
    """Whether this person has registered a worker, or a worker of theirs was there, at that time or later."""
    since = Q(created_at__gte=at) | Q(last_seen_at__gte=at)
    return Worker.objects.filter(since, owner_id=owner_id).exists()


def _sums(owner: User) -> Iterable[Mapping[str, Any]]:
    """By worker, those that were removed too."""
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    done, today = Q(jobs__state=State.DONE), Q(jobs__state=State.DONE, jobs__finished_at__gte=midnight)
    took = F("jobs__finished_at") - F("jobs__claimed_at")
    return (
        Worker.objects.filter(owner=owner)
        .values("id", "public_id")
        .annotate(
            done_jobs=Count("jobs", filter=done),
            running=Count("jobs", filter=Q(jobs__state=State.RUNNING)),
            done_tokens=Sum("jobs__tokens", filter=done, default=0),
            earned=Sum("jobs__earned_micros", filter=done, default=0),
            today=Sum("jobs__earned_micros", filter=today, default=0),
            up=Count("jobs", filter=done & Q(jobs__rating=1)),
            down=Count("jobs", filter=done & Q(jobs__rating=-1)),
            took=Sum(took, filter=done, output_field=DurationField()),
        )
        .order_by()
    )


def _last_minutes() -> list[datetime]:
    minute = clock.now().astimezone(UTC).replace(second=0, microsecond=0)
    return [minute - timedelta(minutes=back) for back in range(HOUR_MINUTES - 1, -1, -1)]


def _minutes(owner: User, *, since: datetime) -> Iterable[Mapping[str, Any]]:
    """By minute, where something was done."""
    return (
        Job.objects.filter(worker__owner=owner, state=State.DONE, finished_at__gte=since)
        .annotate(minute=TruncMinute("finished_at", tzinfo=UTC))
        .values("minute")
        .annotate(
            done_jobs=Count("id"),
            done_tokens=Sum("tokens"),
            earned=Sum("earned_micros"),
            took=Sum(F("finished_at") - F("claimed_at"), output_field=DurationField()),
        )
        .order_by()
    )


def _minute(at: datetime, row: Mapping[str, Any] | None) -> MinuteRow:
    sums = row or {"done_jobs": 0, "done_tokens": 0, "earned": 0}
    return {
        "at": clock.iso(at),
        "jobs": sums["done_jobs"],
        "tokens": sums["done_tokens"],
        "earned": sums["earned"],
    }


def _speed(rows: Iterable[Mapping[str, Any]]) -> float | None:
    """Tokens a second of the jobs that these rows sum up."""
    tokens, seconds = 0, 0.0
    for row in rows:
        tokens += row["done_tokens"]
        seconds += row["took"].total_seconds() if row["took"] else 0.0
    return round(tokens / seconds, 2) if seconds > 0 else None


def _recent(owner: User, worker_ids: Mapping[int | None, str]) -> list[DoneRow]:
    return [
        {
            "finishedAt": clock.iso(job.finished_at),
            "workerId": worker_ids[job.worker_id],
            "tier": job.tier,
            "tokens": job.tokens,
            "seconds": round((job.finished_at - job.claimed_at).total_seconds(), 3),
            "earned": job.earned_micros,
            "finish": job.finish,
        }
        for job in Job.objects.raw(_RECENT, [RECENT_MAX, owner.pk, RECENT_MAX])
        if job.finished_at and job.claimed_at and job.worker_id in worker_ids
    ]


def _row(worker: Worker, sums: Mapping[str, Any], seen_ms: int | None) -> WorkerRow:
    return {
        "id": worker.public_id,
        "type": worker.kind,
        "model": worker.model,
        "name": worker.name,
        "tiers": list(worker.tiers),
        "status": _status(worker, running=sums["running"], seen_ms=seen_ms),
        "paused": worker.paused_at is not None,
        "jobs": sums["done_jobs"],
        "running": sums["running"],
        "tokens": sums["done_tokens"],
        "tokensPerSecond": worker.tokens_per_second,
        "earned": sums["earned"],
        "earnedToday": sums["today"],
        "ratings": {"up": sums["up"], "down": sums["down"]},
        "createdAt": clock.iso(worker.created_at),
        "lastSeenAt": _seen_at(worker, seen_ms),
    }


def _status(worker: Worker, *, running: int, seen_ms: int | None) -> str:
    """One that is paused is not live, so that it cannot be told from one that is away: it is called paused."""
    live = seen_ms is not None and seen_ms > clock.now_ms() - settings.WORKER_LIVE_MS
    if running and (live or worker.paused_at):
        return "busy"
    if worker.paused_at:
        return "paused"
    return "waiting" if live else "offline"


def _seen_at(worker: Worker, seen_ms: int | None) -> str | None:
    if seen_ms is not None:
        age = timedelta(milliseconds=clock.now_ms() - seen_ms)
        return clock.iso(clock.now() - age)
    return clock.iso_or_none(worker.last_seen_at)
