"""What a person is told of an answer that has ended, and what they say of it: the receipt and the rating."""

import ntpath
import posixpath
import unicodedata
from collections.abc import Collection

from workers.jobs.models import Job
from workers.jobs.states import State
from workers.jobs.values import Receipt

SHOWN_MODEL_MAX_CHARS = 100
_HIDDEN = {"Cc", "Cf", "Co", "Cn"}
"""Unicode categories of what cannot be seen, or turns the text around it: controls, formats, private, unassigned."""


def receipts_of(job_ids: Collection[str]) -> dict[str, Receipt]:
    """By id, the receipts of those of these jobs that ended with an answer. One query."""
    if not job_ids:
        return {}
    done = Job.objects.filter(public_id__in=job_ids, state=State.DONE).exclude(served_by="")
    return {job.public_id: _receipt(job) for job in done.select_related("worker")}


def _receipt(job: Job) -> Receipt:
    began, ended = job.first_claimed_at or job.claimed_at, job.finished_at
    worded = job.served_model or (job.worker.model if job.worker else "")
    return Receipt(
        served_by=job.served_by,
        model=shown_model(worded) or job.model,
        tokens=job.tokens,
        seconds=max(0.0, round((ended - began).total_seconds(), 2)) if began and ended else 0.0,
        charged_micros=job.charged_micros,
        handed_over=job.attempts > 1,
        simulated=job.free,
        read_chars=job.read_chars if job.read_chars < job.asked_chars else 0,
        asked_chars=job.asked_chars if job.read_chars < job.asked_chars else 0,
    )


def shown_model(worded: str) -> str:
    """A model's name as strangers may see it: one visible line.

    A worker chooses the words. Local servers call a model by its file, and a path often holds its owner's name:
    of a path only the file is shown.
    """
    visible = "".join(" " if unicodedata.category(char) in _HIDDEN else char for char in worded)
    name = " ".join(visible.split())
    if posixpath.isabs(name) or ntpath.splitdrive(name)[0] or "\\" in name or name[:1] in ("~", "."):
        name = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return name if len(name) <= SHOWN_MODEL_MAX_CHARS else name[: SHOWN_MODEL_MAX_CHARS - 1] + "…"


def rate(*, job_id: str, rating: int) -> None:
    """Keep what the person who asked says of the answer: 1 good, -1 bad, 0 nothing (any more).

    It is part of the worker's figures. Who may rate, the caller knows. Nothing happens to a job that has not
    ended with an answer.
    """
    Job.objects.filter(public_id=job_id, state=State.DONE).update(rating=rating)
