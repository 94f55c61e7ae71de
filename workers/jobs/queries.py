"""What can be asked of the network without touching a job."""

from datetime import timedelta
from statistics import median

from django.conf import settings
from django.db.models import Count, Sum

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db, run_sync
from workers.jobs.models import Job, Worker
from workers.jobs.pricing import Tier
from workers.jobs.redis import presence
from workers.jobs.states import State

RATE_WINDOW = timedelta(minutes=1)
WAIT_WINDOW = timedelta(minutes=10)
"""How far back a wait says something about the next one."""
OWN_MACHINES_MAX = 200
"""How many of a person's machines are asked about."""
WAIT_JOBS_MAX = 300
"""How many of the newest jobs are looked at, whatever the size of the table: they are its primary key's end."""


async def network_status() -> dict[str, object]:
    """Workers live, jobs waiting, the wait and the cloud by tier, jobs and tokens of the last minute: no identity."""
    waits = await in_db(wait_ms_by_tier)
    tiers, now_ms = {}, clock.now_ms()
    for tier in Tier:
        workers, waiting = await presence.tier_counts(tier, now_ms=now_ms)
        tiers[str(tier)] = {
            "workers": workers,
            "queued": waiting,
            "waitMs": waits[tier],
            "cloud": settings.PROVIDERS.cloud,
        }
    jobs, tokens = await in_db(_rates)
    workers = await presence.live_workers(now_ms=now_ms)
    return {"workers": workers, "tiers": tiers, "jobsPerMinute": jobs, "tokensPerMinute": tokens}


def live_machines_of(owner_id: int) -> dict[Tier, int]:
    """How many of this person's machines are live, by tier: of those that answer, none answers its owner."""
    workers = Worker.objects.filter(owner_id=owner_id, removed_at=None)
    holders = list(workers.values_list("public_id", flat=True)[:OWN_MACHINES_MAX])
    return (
        run_sync(presence.live_by_tier(holders, now_ms=clock.now_ms())) if holders else dict.fromkeys(Tier, 0)
    )


def _rates() -> tuple[int, int]:
    done = Job.objects.filter(state=State.DONE, finished_at__gt=clock.now() - RATE_WINDOW).aggregate(
        jobs=Count("id"), tokens=Sum("tokens")
    )
    return done["jobs"], done["tokens"] or 0


def wait_ms_by_tier() -> dict[Tier, int | None]:
    """The median time from sending to the first claim, of a tier's recent jobs; None where there were none.

    No condition in SQL: one would make Postgres read on through the whole table where few rows meet it.
    """
    since = clock.now() - WAIT_WINDOW
    waits: dict[str, list[float]] = {tier: [] for tier in Tier}
    newest = Job.objects.order_by("-id").values_list("tier", "created_at", "first_claimed_at")
    for tier, sent, claimed in newest[:WAIT_JOBS_MAX]:
        if claimed is not None and claimed > since:
            waits[tier].append((claimed - sent).total_seconds())
    return {tier: max(0, round(median(waits[tier]) * 1000)) if waits[tier] else None for tier in Tier}
