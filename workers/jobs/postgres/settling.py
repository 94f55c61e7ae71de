"""The end of a job: the money moves, the payload goes and those above are told, in one transaction."""

import json
from dataclasses import dataclass

from django.db import transaction
from django.dispatch import Signal

from ashao_site.lib import clock
from ashao_site.lib.text import hash_secret
from ledger.books import actions as ledger
from ledger.books import chart
from workers.jobs import pricing
from workers.jobs.models import Job, JobPayload
from workers.jobs.postgres.rows import hold_key
from workers.jobs.pricing import Tier
from workers.jobs.states import LIVE, Finish, State, sources_of
from workers.jobs.values import Outcome

job_finished = Signal()
"""Sent with `outcome: Outcome` inside the transaction that ends a job: what a receiver writes and the end of
the job are one. A receiver that raises keeps the job from ending."""
DONE_PREFIX = "done:"
SETTLED_FIELDS = (
    *("state", "finish", "tokens", "finished_at", "charged_micros", "earned_micros", "avoid", "lost_by"),
)
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


def done_key(job_id: str) -> str:
    """The idempotency key of the transfer that pays for a job."""
    return f"{DONE_PREFIX}{job_id}"


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


def earned_by(*, job_id: str, holder: str, lease: str) -> int | None:
    """What this holder earned with this lease, if the job ended with it; None otherwise."""
    return (
        Job.objects.filter(public_id=job_id, holder=holder, lease_hash=hash_secret(lease), state=State.DONE)
        .values_list("earned_micros", flat=True)
        .first()
    )
