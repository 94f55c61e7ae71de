"""The keys and channels of the jobs in Redis, and how long what belongs to a job is kept there."""

from django.conf import settings

from workers.jobs.pricing import Tier

KEEP_MARGIN_MS = 3_600_000
"""How much longer than the longest job Redis keeps what belongs to it."""
ROOM_STEP_TOKENS = 256
LEASES = "ashao:leases"
SWEEP_CURSOR = "ashao:sweep"
"""Where in the live rows the sweeper goes on."""
WORKER_CHANGES = "ashao:workers"
"""The channel on which every process hears the id of a worker that was paused, resumed or removed."""


def keep_ms() -> int:
    """How long Redis keeps what belongs to a job that nobody ends."""
    return settings.JOB_MAX_MS + KEEP_MARGIN_MS


def queue_key(tier: Tier | str) -> str:
    """List of the ids that wait in a tier; the channel that says one has come has the same name."""
    return f"ashao:queue:{tier}"


def live_key(tier: Tier | str) -> str:
    """Sorted set of a tier's workers by their last sign of life."""
    return f"ashao:live:{tier}"


def room_key(tier: Tier | str) -> str:
    """Sorted set of the contexts that a tier's workers read, by the last sign of life of one with it."""
    return f"ashao:room:{tier}"


def owners_key(tier: Tier | str, room: int) -> str:
    """Sorted set of the tags of the owners of those with that context, likewise."""
    return f"{room_key(tier)}:{room}"


def room_of(reads_tokens: int) -> int:
    """A context as a member of the set of them: rounded down, so that there are only so many."""
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


def quick_stops_key(asker: str, day: str) -> str:
    """Set of the jobs that this asker stopped at once on that day."""
    return f"ashao:quickstops:{asker}:{day}"
