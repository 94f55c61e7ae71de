"""A job's row and its payload: written when a person sends, read for whoever produces the answer."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Length

from ashao_site.lib import clock
from ledger.books import actions as ledger
from ledger.books import chart
from workers.jobs import pricing
from workers.jobs.fit import chars_of, needs_of
from workers.jobs.models import Job, JobPayload, owner_tag
from workers.jobs.pricing import Tier
from workers.jobs.states import LIVE, State
from workers.jobs.values import Messages, Queued

HOLD_MARGIN = timedelta(minutes=10)
"""A hold outlives the longest job by this: it expires only when nobody is left who could end the job."""
WORKER_ATTEMPTS_MAX = 3
"""After so many producers have lost a job, only the cloud is asked."""


def hold_key(job_id: str) -> str:
    """The idempotency key of the money set aside for a job."""
    return f"hold:{job_id}"


def create(
    *,
    tier: Tier,
    messages: Messages,
    sources: Sequence[str],
    owner_id: int | None,
    left_out_chars: int = 0,
) -> Job:
    """Write a queued job with its payload, and hold its price; the caller's transaction is one with this."""
    now = clock.now()
    price_micros = pricing.price_micros(tier)
    job = Job(
        tier=tier,
        model=pricing.MODEL_NAME[tier],
        price_micros=price_micros,
        avoid=owner_tag(owner_id),
        asked_chars=chars_of(messages) + left_out_chars if left_out_chars else 0,
        queued_at=now,
        deadline_at=now + timedelta(milliseconds=settings.JOB_MAX_MS),
    )
    held = ledger.hold(
        key=hold_key(job.public_id),
        reference=job.public_id,
        sources=sources,
        amount_micros=price_micros,
        expires_at=job.deadline_at + HOLD_MARGIN,
    )
    job.granted_micros = sum(micros for address, micros in held.lines if _is_free(address))
    job.save(force_insert=True)
    JobPayload.objects.create(job=job, messages=messages)
    return job


def _is_free(address: str) -> bool:
    return address == chart.PROMO_BUDGET or address.endswith(":granted")


def tier_of(job_id: str) -> Tier | None:
    """The tier of a job; None where there is no such job."""
    tier = Job.objects.filter(public_id=job_id).values_list("tier", flat=True).first()
    return None if tier is None else Tier(tier)


def state_of(job_id: str) -> State | None:
    """A job's state; None where there is no such job."""
    state = Job.objects.filter(public_id=job_id).values_list("state", flat=True).first()
    return None if state is None else State(state)


def asker_of(job_id: str) -> str:
    """The tag of who asked, while the job lives; empty for a guest."""
    return Job.objects.filter(public_id=job_id).values_list("avoid", flat=True).first() or ""


def avoid_owner(job_ids: Collection[str], *, tag: str) -> list[str]:
    """Write this tag on those of these jobs that live and were nobody's; returns which they are."""
    rows = Job.objects.filter(public_id__in=job_ids, state__in=LIVE, avoid="").order_by("pk")
    live = list(rows.select_for_update(no_key=True, of=("self",)).values_list("public_id", flat=True))
    Job.objects.filter(public_id__in=live).update(avoid=tag)
    return live


def queued(job_id: str) -> Queued | None:
    """What Redis needs to know of a job that waits; None where it does not wait (any more)."""
    job = (
        Job.objects.select_related("payload")
        .filter(public_id=job_id, state=State.QUEUED, payload__isnull=False)
        .first()
    )
    return None if job is None else as_queued(job)


def as_queued(job: Job) -> Queued:
    """A queued row, with its payload, as Redis keeps it. One that was lost before goes to the front."""
    return Queued(
        id=job.public_id,
        tier=Tier(job.tier),
        model=job.model,
        value_micros=job.price_micros,
        messages=job.payload.messages,
        text=job.payload.partial,
        avoid=" ".join([job.avoid, *job.lost_by]).strip(),
        created_ms=int(job.created_at.timestamp() * 1000),
        front=job.attempts > 0,
        for_workers=job.attempts < WORKER_ATTEMPTS_MAX,
        needs=needs_of(job.payload.messages),
    )


def attempts_left(job_id: str) -> bool:
    """Whether one more producer may try: named limits of tries and of time."""
    return Job.objects.filter(
        public_id=job_id, attempts__lt=settings.JOB_MAX_ATTEMPTS, deadline_at__gt=clock.now()
    ).exists()


def keep_text(*, job_id: str, text: str) -> State | None:
    """Keep text that people may have read, if it is more than what is kept; returns the job's state."""
    if text:
        JobPayload.objects.annotate(kept=Length("partial")).filter(
            job__public_id=job_id, kept__lt=len(text)
        ).update(partial=text)
    return state_of(job_id)


def kept_text(job_id: str) -> str:
    """The text of a live job as far as it was kept."""
    text = JobPayload.objects.filter(job__public_id=job_id).values_list("partial", flat=True).first()
    return text or ""
