"""What is held here of a person who has workers: handed in for the file of all that is held of them, and forgotten."""

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.pieces import Json, Pieces, json_rows
from workers.jobs.models import Worker
from workers.machines.actions import remove_workers


def exported(user: User) -> dict[str, Pieces]:
    """The person's workers, removed ones too, without their tokens."""
    return {"workers": json_rows(Worker.objects.filter(owner=user), _worker)}


def forget(user: User) -> None:
    """Remove the person's workers; what they hold is handed on once that is committed."""
    remove_workers(owner=user)


def _worker(worker: Worker) -> Json:
    return {
        "id": worker.public_id,
        "name": worker.name,
        "type": worker.kind,
        "model": worker.model,
        "tiers": list(worker.tiers),
        "createdAt": clock.iso(worker.created_at),
        "lastSeenAt": clock.iso_or_none(worker.last_seen_at),
        "pausedAt": clock.iso_or_none(worker.paused_at),
        "removedAt": clock.iso_or_none(worker.removed_at),
    }
