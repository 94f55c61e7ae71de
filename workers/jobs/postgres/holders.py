"""Who produces a job: written down at the claim, taken back when the job is handed on."""

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Greatest

from ashao_site.lib import clock
from ashao_site.lib.text import hash_secret
from staking.rewards.queries import stakes_enough
from workers.jobs import pricing
from workers.jobs.models import MODEL_MAX_CHARS, Job, owner_tag
from workers.jobs.postgres.rows import keep_text
from workers.jobs.states import State
from workers.jobs.values import Fitted, Holder


def mark_running(*, job_id: str, lease: str, holder: Holder, given: Fitted) -> bool:
    """Write down who produces a job now; False where Postgres knows that it is not waiting for anybody.

    `given` is what it gets of the messages. The share that a worker earns follows its owner's confirmed stake of this
    moment, and stays.
    """
    now = clock.now()
    read = Value(given.read_chars)
    asked: Greatest | F = F("asked_chars") if given.is_whole else Greatest("asked_chars", given.asked_chars)
    changed = Job.objects.filter(public_id=job_id, state=State.QUEUED).update(
        state=State.RUNNING,
        attempts=F("attempts") + 1,
        worker=holder.worker_pk,
        holder=holder.id,
        served_by=holder.kind,
        served_model=holder.model[:MODEL_MAX_CHARS],
        lease_hash=hash_secret(lease),
        share_bps=_share_of(holder.owner_id),
        read_chars=Case(When(asked_chars=0, then=0), default=read) if given.is_whole else read,
        asked_chars=asked,
        first_claimed_at=Coalesce("first_claimed_at", Value(now)),
        claimed_at=now,
    )
    return changed == 1


def _share_of(owner_id: int | None) -> Case | Value:
    """What this owner's workers earn of a job, within the statement that claims it. The cloud has no stake."""
    common = Value(pricing.share_bps(staked=False))
    if owner_id is None:
        return common
    return Case(When(stakes_enough(owner_id), then=pricing.share_bps(staked=True)), default=common)


def make_free(*, job_id: str, lease: str) -> bool:
    """Simulated text follows: nobody is charged for this job any more. False where the lease is lost."""
    held = Job.objects.filter(public_id=job_id, state=State.RUNNING, lease_hash=hash_secret(lease))
    return held.update(free=True) == 1


def note_model(*, job_id: str, lease: str, model: str) -> None:
    """Whoever produces this job does it with another model from now on; nothing where the lease is lost."""
    held = Job.objects.filter(public_id=job_id, state=State.RUNNING, lease_hash=hash_secret(lease))
    held.update(served_model=model[:MODEL_MAX_CHARS])


def put_back(*, job_id: str, lease: str, text: str, blameless: bool = False) -> bool:
    """Running → queued, with the text so far kept; True if the job is queued now.

    An empty `lease` puts it back whoever produced it. A job that was never marked as running is still queued.
    What it was served by stays: should the person stop it now, the receipt of its text says so. The owner of who
    has lost it is written down, and gets it no more, unless that was `blameless`.
    """
    with transaction.atomic():
        running = Job.objects.filter(public_id=job_id, state=State.RUNNING)
        if lease:
            running = running.filter(lease_hash=hash_secret(lease))
        held = running.select_for_update(of=("self",)).select_related("worker").first()
        lost_by = [] if held is None else held.lost_by
        if held is not None and held.worker is not None and not blameless:
            lost_by = sorted({*lost_by, owner_tag(held.worker.owner_id)})
        changed = running.update(
            state=State.QUEUED,
            worker=None,
            holder="",
            lease_hash="",
            lost_by=lost_by,
            queued_at=clock.now(),
        )
        keep_text(job_id=job_id, text=text)
        return changed == 1 or Job.objects.filter(public_id=job_id, state=State.QUEUED).exists()
