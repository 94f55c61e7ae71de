"""Whose a job is that was put in by nobody known: a guest who has signed in meanwhile."""

from collections.abc import Collection

import structlog
from django.db import transaction

from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError
from workers.jobs import store
from workers.jobs.models import Job
from workers.jobs.states import LIVE
from workers.jobs.tags import owner_tag

TELL_TIMEOUT_S = 3.0

log = structlog.get_logger("ashao.jobs")


def assign_owner(*, job_ids: Collection[str], owner_id: int) -> None:
    """Jobs of nobody are this person's from now on: their own workers are not given them any more.

    Within the caller's transaction. Whoever holds a job already goes on with it, and who pays for it stays. In Redis it
    is so after the commit; where that fails, from the next time on that the job is put in.
    """
    tag = owner_tag(owner_id)
    rows = Job.objects.filter(public_id__in=job_ids, state__in=LIVE, avoid="").order_by("pk")
    live = list(rows.select_for_update(no_key=True, of=("self",)).values_list("public_id", flat=True))
    Job.objects.filter(public_id__in=live).update(avoid=tag)
    transaction.on_commit(lambda: _tell(live, tag))


def _tell(job_ids: list[str], tag: str) -> None:
    try:
        for job_id in job_ids:
            run_sync(store.avoid(job_id=job_id, tag=tag), timeout_s=TELL_TIMEOUT_S)
    except (*OUTAGES, AppError) as error:
        log.warning("owner_not_told", error=type(error).__name__)
