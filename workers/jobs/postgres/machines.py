"""The machines of owners, as claims need to know them."""

from collections.abc import Sequence

from django.conf import settings

from workers.jobs.fit import reading_room
from workers.jobs.models import Worker, owner_tag
from workers.jobs.pricing import WorkerKind
from workers.jobs.values import LOOK_UP_BATCH

NATIVE_CONTEXT_TOKENS = 4_096
"""What a native worker reads that did not say."""


def context_of(worker: Worker) -> int:
    """How many tokens a worker's model reads: as it said, as its catalogue says, or a usual number."""
    if worker.context_tokens is not None:
        return worker.context_tokens
    if worker.kind != WorkerKind.BROWSER:
        return NATIVE_CONTEXT_TOKENS
    known = {model.id: model.contextTokens for model in settings.BROWSER_MODELS}
    return known.get(worker.model, min(known.values()))


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
    able = Worker.objects.filter(
        public_id__in=holders, paused_at=None, removed_at=None, owner__is_active=True
    )
    return set(able.values_list("public_id", flat=True))
