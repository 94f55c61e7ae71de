"""Jobs that have not ended, in Postgres, a page at a time: what the sweeper holds against Redis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Func, IntegerField, Q

from ashao_site.lib import clock
from workers.jobs.models import Job, JobPayload
from workers.jobs.postgres.rows import as_queued
from workers.jobs.states import LIVE, State
from workers.jobs.values import Queued


@dataclass(frozen=True, slots=True)
class Live:
    """A live row as the sweeper needs it: neither prompt nor text. `kept_bytes` of its text are kept."""

    pk: int
    public_id: str
    state: State
    queued_at: datetime
    deadline_at: datetime
    lease_hash: str
    kept_bytes: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where in the live rows, by when they were queued, the next page begins."""

    queued_at: datetime
    pk: int

    @classmethod
    def parse(cls, raw: str) -> "Cursor | None":
        """The cursor that was written down; None, which is the beginning, for none."""
        at, _, pk = raw.partition(" ")
        return cls(datetime.fromisoformat(at), int(pk)) if pk else None

    def __str__(self) -> str:
        return f"{self.queued_at.isoformat()} {self.pk}"


def page(*, after: Cursor | None, queued_before: datetime, limit: int) -> list[Live]:
    """The next live rows, the longest waiting first. A row that is queued anew comes again, later; none is left out."""
    rows = Job.objects.filter(state__in=LIVE, queued_at__lt=queued_before)
    if after is not None:
        same = Q(queued_at=after.queued_at, pk__gt=after.pk)
        rows = rows.filter(queued_at__gte=after.queued_at).filter(Q(queued_at__gt=after.queued_at) | same)
    kept = Func("payload__partial", function="octet_length", output_field=IntegerField())
    fields = ("pk", "public_id", "state", "queued_at", "deadline_at", "lease_hash")
    next_rows = rows.annotate(kept=kept).order_by("queued_at", "pk").values_list(*fields, "kept")[:limit]
    return [
        Live(pk, public_id, State(state), queued_at, deadline_at, lease_hash, kept_bytes or 0)
        for pk, public_id, state, queued_at, deadline_at, lease_hash, kept_bytes in next_rows
    ]


def put_back(lost: Sequence[Live]) -> tuple[list[str], list[str]]:
    """Running → queued, of those of these rows that still run under the same lease. Their text stays as it was kept.

    Returns the ids of those that may be tried again, and of those whose tries or time are used up.
    """
    rows = Job.objects.filter(pk__in=[job.pk for job in lost])
    same = rows.filter(state=State.RUNNING, lease_hash__in=[job.lease_hash for job in lost])
    same.update(state=State.QUEUED, worker=None, holder="", lease_hash="", queued_at=clock.now())
    waiting = rows.filter(state=State.QUEUED)
    again = waiting.filter(attempts__lt=settings.JOB_MAX_ATTEMPTS, deadline_at__gt=clock.now())
    ids = list(again.values_list("public_id", flat=True))
    return ids, list(waiting.exclude(public_id__in=ids).values_list("public_id", flat=True))


def queued(ids: Sequence[str]) -> list[Queued]:
    """What Redis needs to know of those of these jobs that wait."""
    waiting = Job.objects.filter(public_id__in=ids, state=State.QUEUED, payload__isnull=False)
    return [as_queued(job) for job in waiting.select_related("payload").order_by("queued_at", "pk")]


def keep_texts(texts: Mapping[int, str]) -> None:
    """Keep text that people may have read, where it is more than what is kept; the keys are those of the rows."""
    table = connection.ops.quote_name(JobPayload._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS kept SET partial = seen.text"  # noqa: S608 - our own table's name
            " FROM unnest(%s::bigint[], %s::text[]) AS seen (id, text)"
            " WHERE kept.job_id = seen.id AND length(kept.partial) < length(seen.text)",
            [list(texts), list(texts.values())],
        )
