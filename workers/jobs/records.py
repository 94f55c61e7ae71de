"""The jobs in Postgres: each function is one transaction that moves a job's row and the money with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Greatest, Length

from ashao_site.lib import clock
from ashao_site.lib.ids import hash_secret
from ledger.books import actions as ledger
from ledger.books import chart
from staking.rewards.queries import stakes_enough
from workers.jobs import pricing
from workers.jobs.fit import Fitted, chars_of, needs_of, reading_room
from workers.jobs.models import MODEL_MAX_CHARS, Job, JobPayload, Worker
from workers.jobs.pricing import Tier, WorkerKind
from workers.jobs.signals import job_finished
from workers.jobs.states import LIVE, Finish, State, sources_of
from workers.jobs.store import Queued
from workers.jobs.tags import owner_tag
from workers.jobs.types import Holder, Messages, Outcome

NATIVE_CONTEXT_TOKENS = 4_096
"""What a native worker reads that did not say."""
HOLD_MARGIN = timedelta(minutes=10)
"""A hold outlives the longest job by this: it expires only when nobody is left who could end the job."""
DONE_PREFIX = "done:"
SETTLED_FIELDS = (
    *("state", "finish", "tokens", "finished_at", "charged_micros", "earned_micros", "avoid", "lost_by"),
)
LOOK_UP_BATCH = 500
"""How many workers are looked up at once."""
WORKER_ATTEMPTS_MAX = 3
"""After so many producers have lost a job, only the cloud is asked."""
FAILED_MESSAGE = "The answer could not be produced. Your credits are back."
NO_PRODUCER = "no machine is online and no cloud is configured"
FAILED_BECAUSE = {
    NO_PRODUCER: (
        "No machine is online that could answer this, and this network has no cloud behind them."
        " Your credits are back."
    ),
}
"""What the person is told of some reasons; of all others, `FAILED_MESSAGE`."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A job that has ended, for those who close its stream and answer its worker."""

    job_id: str
    tier: Tier
    state: State
    tokens: int
    finish: str
    earned_micros: int
    error: str

    def ending(self) -> str:
        """The last event of the stream, as JSON."""
        if self.state == State.FAILED:
            return json.dumps({"type": "error", "message": self.error})
        return json.dumps({"type": "done", "tokens": self.tokens, "finish": self.finish})


def context_of(worker: Worker) -> int:
    """How many tokens a worker's model reads: as it said, as its catalogue says, or a usual number."""
    if worker.context_tokens is not None:
        return worker.context_tokens
    if worker.kind != WorkerKind.BROWSER:
        return NATIVE_CONTEXT_TOKENS
    known = {model.id: model.contextTokens for model in settings.BROWSER_MODELS}
    return known.get(worker.model, min(known.values()))


def hold_key(job_id: str) -> str:
    """The idempotency key of the money set aside for a job."""
    return f"hold:{job_id}"


def done_key(job_id: str) -> str:
    """The idempotency key of the transfer that pays for a job."""
    return f"{DONE_PREFIX}{job_id}"


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


def settle_done(
    *,
    job_id: str,
    lease: str,
    text: str,
    tokens: int,
    finish: str,
    own_says: bool = True,
    whole_says: bool = True,
    charged: bool = True,
) -> Settled | None:
    """End a job with its answer: the hold is posted, the answer handed on, the payload forgotten.

    `lease` names the production that ends; empty, for a job that nobody holds and the person stopped: then
    nobody is paid and nothing is charged, as where it is not to be `charged`, or a text is partly simulated. A worker
    is paid for an addition of its own (`own_says`); an answer that workers made whole, and that the cloud then
    ended, is charged too (`whole_says`).
    Repeating it returns the first result. None where the job has gone to another producer.
    """
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(of=("self",))
            .select_related("worker")
            .filter(public_id=job_id)
            .first()
        )
        if job is None:
            return None
        if job.state == State.QUEUED:
            lease = ""  # whoever claimed it died before that was written down here, and produced nothing
        same = not lease or job.lease_hash == hash_secret(lease)
        if job.state in (State.DONE, State.FAILED):
            return _settled(job) if same else None
        if not same or job.state not in sources_of(State.DONE):
            return None
        is_answer = own_says or (whole_says and job.worker_id is None)
        charged = bool(lease and text and is_answer and charged) and not job.free
        if charged:
            _pay(job)
        else:
            ledger.void_hold(hold_key=hold_key(job_id))
        job.state, job.finish, job.tokens = State.DONE, finish, tokens
        job.finished_at = clock.now()
        job.charged_micros = job.price_micros if charged else 0
        _forget_owners(job)
        job.save(update_fields=SETTLED_FIELDS)
        return _end(job, text)


def _pay(job: Job) -> None:
    shares = pricing.divide(
        value_micros=job.price_micros, granted_micros=job.granted_micros, share_bps=job.share_bps
    )
    if job.worker is None:
        to_producer = [ledger.Leg(chart.POOL_CLOUD, shares.worker)]
    else:
        owner_id = job.worker.owner_id
        to_producer = [
            ledger.Leg(chart.user_earnings(owner_id), shares.earnings),
            ledger.Leg(chart.user_escrow(owner_id), shares.escrow),
        ]
        job.earned_micros = shares.worker
    to_house = [
        ledger.Leg(chart.POOL_BUYBACK, shares.buyback),
        ledger.Leg(chart.POOL_STAKERS, shares.stakers),
        ledger.Leg(chart.PROMO_BUDGET, shares.promo),
    ]
    ledger.post_hold(
        hold_key=hold_key(job.public_id),
        key=done_key(job.public_id),
        kind="job",
        legs=[leg for leg in (*to_producer, *to_house) if leg.amount_micros > 0],
        reference=job.public_id,
    )


def settle_failed(*, job_id: str, text: str, reason: str) -> Settled | None:
    """End a job without a whole answer: the credits are back. None for a job that is not known."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(public_id=job_id).first()
        if job is None:
            return None
        if job.state in (State.DONE, State.FAILED):
            return _settled(job)
        ledger.void_hold(hold_key=hold_key(job_id))
        job.state, job.error = State.FAILED, reason[:200]
        job.finished_at = clock.now()
        _forget_owners(job)
        job.save()
        return _end(job, text)


def _forget_owners(job: Job) -> None:
    """What said who asked and who lost it was for finding a producer, and there is no more to be found."""
    job.avoid, job.lost_by = "", []


def _end(job: Job, text: str) -> Settled:
    JobPayload.objects.filter(job=job).delete()
    settled = _settled(job)
    outcome = Outcome(
        job_id=job.public_id,
        state=State(job.state),
        finish=Finish(job.finish) if job.finish else None,
        text=text,
        tokens=job.tokens,
        charged_micros=job.charged_micros,
        error=settled.error,
    )
    job_finished.send(sender=Job, outcome=outcome)
    return settled


def _settled(job: Job) -> Settled:
    failed = job.state == State.FAILED
    return Settled(
        job_id=job.public_id,
        tier=Tier(job.tier),
        state=State(job.state),
        tokens=job.tokens,
        finish=job.finish,
        earned_micros=job.earned_micros,
        error=FAILED_BECAUSE.get(job.error, FAILED_MESSAGE) if failed else "",
    )


def settled(job_id: str) -> Settled | None:
    """How a job ended; None while it goes on, or where there is no such job."""
    job = Job.objects.filter(public_id=job_id).first()
    return _settled(job) if job is not None and job.state not in LIVE else None


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


def keep_text(*, job_id: str, text: str) -> State | None:
    """Keep text that people may have read, if it is more than what is kept; returns the job's state."""
    if text:
        JobPayload.objects.annotate(kept=Length("partial")).filter(
            job__public_id=job_id, kept__lt=len(text)
        ).update(partial=text)
    state = Job.objects.filter(public_id=job_id).values_list("state", flat=True).first()
    return None if state is None else State(state)


def kept_text(job_id: str) -> str:
    """The text of a live job as far as it was kept."""
    text = JobPayload.objects.filter(job__public_id=job_id).values_list("partial", flat=True).first()
    return text or ""


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


def earned_by(*, job_id: str, holder: str, lease: str) -> int | None:
    """What this holder earned with this lease, if the job ended with it; None otherwise."""
    return (
        Job.objects.filter(public_id=job_id, holder=holder, lease_hash=hash_secret(lease), state=State.DONE)
        .values_list("earned_micros", flat=True)
        .first()
    )


def tier_of(job_id: str) -> Tier | None:
    """The tier of a job; None where there is no such job."""
    tier = Job.objects.filter(public_id=job_id).values_list("tier", flat=True).first()
    return None if tier is None else Tier(tier)


def asker_of(job_id: str) -> str:
    """The tag of who asked, while the job lives; empty for a guest."""
    return Job.objects.filter(public_id=job_id).values_list("avoid", flat=True).first() or ""


def most_read(holders: Sequence[str], *, avoid: str) -> int | None:
    """How much the one of these workers reads that reads most and whose owner `avoid` does not name."""
    most: int | None = None
    for first in range(0, len(holders), LOOK_UP_BATCH):
        workers = Worker.objects.filter(public_id__in=holders[first : first + LOOK_UP_BATCH])
        for worker in workers.only("owner_id", "kind", "model", "context_tokens"):
            if owner_tag(worker.owner_id) not in avoid:
                most = max(most or 0, reading_room(context_of(worker)))
    return most


def able(holders: Sequence[str]) -> set[str]:
    """Those of these workers that may be given a job: not paused, not removed, of an active owner."""
    found = Worker.objects.filter(
        public_id__in=holders, paused_at=None, removed_at=None, owner__is_active=True
    )
    return set(found.values_list("public_id", flat=True))
