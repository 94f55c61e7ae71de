"""Workers and jobs. A job's row is its durable truth; the prompt is in a row of its own while it is needed."""

import hmac
from hashlib import sha256

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from ashao_site.lib.text import new_id
from ledger.books.money import WORKER_SHARE_BPS
from workers.jobs.pricing import Tier, WorkerKind
from workers.jobs.states import LIVE, Finish, State

MODEL_MAX_CHARS = 200
WORKER_NAME_MAX_CHARS = 80


def _worker_id() -> str:
    return new_id("wrk")


def _job_id() -> str:
    return new_id("job")


def owner_tag(owner_id: int | None) -> str:
    """Tells whose jobs a worker may not serve, without saying who that is; empty for nobody.

    It cannot be turned back into the account without the key.
    """
    if owner_id is None:
        return ""
    return hmac.new(settings.SECRET_KEY.encode(), f"owner:{owner_id}".encode(), sha256).hexdigest()[:32]


class Worker(models.Model):
    """A browser tab or a native machine that serves jobs for its owner."""

    public_id = models.CharField(max_length=40, unique=True, default=_worker_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="workers")
    kind = models.CharField(max_length=8, choices=[(k, k) for k in WorkerKind])
    model = models.CharField(max_length=MODEL_MAX_CHARS)
    name = models.CharField(max_length=WORKER_NAME_MAX_CHARS, blank=True, default="", db_default="")
    """What its owner calls it; shown to its owner only."""
    tiers = ArrayField(models.CharField(max_length=8))
    context_tokens = models.PositiveIntegerField(null=True, blank=True)
    """How much its model reads, question and answer together; null where it did not say."""
    token_hash = models.CharField(max_length=64, unique=True)
    tokens_per_second = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    """Since when its owner wants it to take no more jobs; what it holds, it finishes."""
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.public_id


class Job(models.Model):
    """One answer to be produced. Who asked is not here: the conversation knows it by the job's id."""

    public_id = models.CharField(max_length=40, unique=True, default=_job_id, editable=False)
    tier = models.CharField(max_length=8, choices=[(t, t) for t in Tier])
    model = models.CharField(max_length=40)
    price_micros = models.BigIntegerField()
    granted_micros = models.BigIntegerField(default=0)
    """How much of the price is paid from granted credits or by the promotion budget."""
    avoid = models.CharField(max_length=32, blank=True)
    """Tag of the owner whose workers may not serve it: the person who asked. Cleared at the job's end."""
    lost_by = ArrayField(models.CharField(max_length=32), default=list, blank=True, db_default=[])
    """Tags of the owners whose workers have had it and lost it: none of theirs gets it again. Cleared at its end."""

    state = models.CharField(max_length=8, choices=[(s, s) for s in State], default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.ForeignKey(Worker, models.PROTECT, null=True, blank=True, related_name="jobs")
    holder = models.CharField(max_length=60, blank=True)
    served_by = models.CharField(max_length=10, blank=True)
    """What kind of producer has it, or had it last."""
    served_model = models.CharField(max_length=MODEL_MAX_CHARS, blank=True, default="", db_default="")
    """What that producer makes the answer with, in its own words."""
    read_chars = models.PositiveIntegerField(default=0, db_default=0)
    asked_chars = models.PositiveIntegerField(default=0, db_default=0)
    """How much of the conversation that producer was given, and of how much. Both are 0 where it has always been the
    whole."""
    lease_hash = models.CharField(max_length=64, blank=True)
    share_bps = models.PositiveIntegerField(default=WORKER_SHARE_BPS)

    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField()
    first_claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField()

    finish = models.CharField(max_length=8, blank=True, choices=[(f, f) for f in Finish])
    tokens = models.PositiveIntegerField(default=0)
    earned_micros = models.BigIntegerField(default=0)
    charged_micros = models.BigIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    free = models.BooleanField(default=False, db_default=False)
    """Some of its text is simulated: whoever ends it, nobody is charged and nobody is paid."""
    rating = models.SmallIntegerField(default=0, db_default=0)
    """1 or -1 where the person who asked found the answer good or bad. It says nothing of who that was."""

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(rating__in=(-1, 0, 1)), name="job_rating_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(s) for s in State]), name="job_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(granted_micros__gte=0, granted_micros__lte=models.F("price_micros")),
                name="job_granted_within_price",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queued_at"], condition=models.Q(state__in=[str(s) for s in LIVE]), name="job_live"
            ),
            models.Index(fields=["finished_at"], name="job_finished_at"),
            models.Index(fields=["worker", "-id"], name="job_worker"),
            models.Index(
                fields=["worker", "-finished_at"],
                condition=models.Q(state=str(State.DONE)),
                name="job_done_by_worker",
            ),
            # What makes an owner trusted (`workers.trust.queries`).
            models.Index(
                fields=["worker", "-finished_at"],
                condition=models.Q(state=str(State.DONE), granted_micros=0, charged_micros__gt=0),
                name="job_paid_by_worker",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class JobPayload(models.Model):
    """What a live job needs to be served after Redis was lost; deleted when the job ends."""

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="payload")
    messages = models.JSONField()
    partial = models.TextField(blank=True)
    """Text that people may have read already, as far as it was kept."""

    def __str__(self) -> str:
        return f"payload of {self.job_id}"
