"""What can be asked of the network without touching a job."""

from datetime import timedelta

from django.db.models import Count, Sum

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db
from workers.jobs import store
from workers.jobs.models import Job
from workers.jobs.pricing import Tier
from workers.jobs.states import State

RATE_WINDOW = timedelta(minutes=1)


async def network_status() -> dict[str, object]:
    """Workers live and jobs waiting by tier, jobs and tokens in the last minute: nobody's identity."""
    tiers = {}
    for tier in Tier:
        workers, waiting = await store.tier_counts(tier, now_ms=clock.now_ms())
        tiers[str(tier)] = {"workers": workers, "queued": waiting}
    jobs, tokens = await in_db(_rates)
    return {"tiers": tiers, "jobsPerMinute": jobs, "tokensPerMinute": tokens}


def _rates() -> tuple[int, int]:
    found = Job.objects.filter(state=State.DONE, finished_at__gt=clock.now() - RATE_WINDOW).aggregate(
        jobs=Count("id"), tokens=Sum("tokens")
    )
    return found["jobs"], found["tokens"] or 0


def state_of(job_id: str) -> State | None:
    """A job's state, from Postgres; None where there is no such job."""
    state = Job.objects.filter(public_id=job_id).values_list("state", flat=True).first()
    return None if state is None else State(state)
