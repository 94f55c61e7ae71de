"""What an owner is shown of their workers: figures of the server's own, no text."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypedDict

from django.conf import settings
from django.db.models import Count, Q, Sum

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.aio import run_sync
from workers.jobs import State, store
from workers.models import Worker

SHOWN_MAX = 200


class WorkerRow(TypedDict):
    """One worker, as its owner sees it."""

    id: str
    type: str
    model: str
    tiers: list[str]
    status: str
    jobs: int
    running: int
    tokens: int
    tokensPerSecond: float | None
    earned: int
    earnedToday: int
    createdAt: str
    lastSeenAt: str | None


def stats_of(owner: User) -> dict[str, object]:
    """The owner's workers and their sums; amounts in µUSDC. Two queries and one look at Redis."""
    workers = list(Worker.objects.filter(owner=owner, removed_at=None).order_by("-id")[:SHOWN_MAX])
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    done, today = Q(jobs__state=State.DONE), Q(jobs__state=State.DONE, jobs__finished_at__gte=midnight)
    sums = {
        row["id"]: row
        for row in Worker.objects.filter(owner=owner)
        .values("id")
        .annotate(
            done_jobs=Count("jobs", filter=done),
            running=Count("jobs", filter=Q(jobs__state=State.RUNNING)),
            tokens=Sum("jobs__tokens", filter=done, default=0),
            earned=Sum("jobs__earned_micros", filter=done, default=0),
            today=Sum("jobs__earned_micros", filter=today, default=0),
        )
    }
    seen = run_sync(store.last_seen([worker.public_id for worker in workers]))
    rows = [_row(worker, sums[worker.pk], seen.get(worker.public_id)) for worker in workers]
    return {
        "workers": rows,
        "jobs": sum(row["done_jobs"] for row in sums.values()),
        "tokens": sum(row["tokens"] for row in sums.values()),
        "earned": sum(row["earned"] for row in sums.values()),
        "earnedToday": sum(row["today"] for row in sums.values()),
    }


def _row(worker: Worker, sums: Mapping[str, Any], seen_ms: int | None) -> WorkerRow:
    live = seen_ms is not None and seen_ms > clock.now_ms() - settings.WORKER_LIVE_MS
    status = "offline" if not live else "busy" if sums["running"] else "waiting"
    return {
        "id": worker.public_id,
        "type": worker.kind,
        "model": worker.model,
        "tiers": list(worker.tiers),
        "status": status,
        "jobs": sums["done_jobs"],
        "running": sums["running"],
        "tokens": sums["tokens"],
        "tokensPerSecond": worker.tokens_per_second,
        "earned": sums["earned"],
        "earnedToday": sums["today"],
        "createdAt": worker.created_at.isoformat(),
        "lastSeenAt": _seen_at(worker, seen_ms),
    }


def _seen_at(worker: Worker, seen_ms: int | None) -> str | None:
    if seen_ms is not None:
        age = timedelta(milliseconds=clock.now_ms() - seen_ms)
        return (clock.now() - age).isoformat()
    return worker.last_seen_at.isoformat() if worker.last_seen_at else None
