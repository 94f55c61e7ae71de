"""What owners do with their workers: register, rename, pause and remove them."""

from collections.abc import Coroutine
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models.functions import Coalesce

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError, BadInput, Conflict, NotFound
from ashao_site.lib.text import clean_text, hash_secret, new_secret
from workers import jobs
from workers.jobs import TIERS_OF, Tier, WorkerKind
from workers.jobs.models import MODEL_MAX_CHARS, WORKER_NAME_MAX_CHARS, Worker

log = structlog.get_logger("ashao.workers")

WORKERS_MAX_PER_OWNER = 100
TOKEN_PREFIX = "wt"  # noqa: S105 - the prefix of tokens, not one of them
TELL_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class NewWorker:
    """A worker and its token, which is shown this once."""

    worker: Worker
    token: str


def register_worker(
    *,
    owner: User,
    kind: WorkerKind,
    model: str,
    tiers: list[Tier] | None,
    name: str = "",
    context_tokens: int | None = None,
) -> NewWorker:
    """Make a worker of `owner` that serves `tiers` (by default all that its kind may).

    Raises `BadInput` for a tier that its kind does not serve, `Conflict` above the limit of workers.
    """
    clean_text(model, name="model", max_chars=MODEL_MAX_CHARS)
    if not model.strip():
        raise BadInput("model must not be empty.")
    name = _clean_name(name)
    allowed = TIERS_OF[kind]
    wanted = sorted(set(tiers) if tiers else allowed)
    if not set(wanted) <= allowed:
        raise BadInput(f"A {kind} worker serves {', '.join(sorted(allowed))} only.", code="tier_not_allowed")
    token = new_secret(TOKEN_PREFIX)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        if Worker.objects.filter(owner=owner, removed_at=None).count() >= WORKERS_MAX_PER_OWNER:
            _make_room(owner)
        worker = Worker.objects.create(
            owner=owner,
            kind=kind,
            model=model.strip(),
            name=name,
            context_tokens=context_tokens,
            tiers=[str(tier) for tier in wanted],
            token_hash=hash_secret(token),
        )
    return NewWorker(worker, token)


def _make_room(owner: User) -> None:
    """Remove the worker of this owner that was seen longest ago, if that was more than a day ago."""
    seen = Coalesce("last_seen_at", "created_at")
    oldest = Worker.objects.filter(owner=owner, removed_at=None).annotate(seen=seen).order_by("seen").first()
    if oldest and oldest.seen < clock.now() - clock.milliseconds(86_400_000):
        oldest.removed_at = clock.now()
        oldest.save(update_fields=["removed_at"])
        return
    raise Conflict(
        f"You have {WORKERS_MAX_PER_OWNER} workers already. Remove one first.", code="too_many_workers"
    )


def change_worker(
    *, owner: User, public_id: str, paused: bool | None = None, name: str | None = None
) -> Worker:
    """Pause a worker or resume it, call it otherwise; what is None stays. Returns it as it is now.

    Raises `BadInput` for no change at all or a bad name, `NotFound` for one that is not the owner's.
    """
    if paused is None and name is None:
        raise BadInput("Nothing to change: send paused, or a name.")
    with transaction.atomic():
        if name is not None:
            named = Worker.objects.filter(pk=_own(owner, public_id).pk)
            named.update(name=_clean_name(name))
        if paused is not None:
            pause_worker(owner=owner, public_id=public_id, paused=paused)
        return _own(owner, public_id)


def pause_worker(*, owner: User, public_id: str, paused: bool) -> None:
    """Have a worker take no more jobs, or take jobs again; what it holds it finishes. Repeating changes nothing.

    Raises `NotFound` for one that is not the owner's.
    """
    worker = _own(owner, public_id)
    Worker.objects.filter(pk=worker.pk, paused_at__isnull=paused).update(
        paused_at=clock.now() if paused else None
    )
    transaction.on_commit(lambda: _tell(public_id, jobs.reconsider(holder=public_id, paused=paused)))


def remove_worker(*, owner: User, public_id: str) -> None:
    """Remove a worker: its token is refused from now on, what it holds is handed on.

    Raises `NotFound` for one that is not the owner's.
    """
    worker = _own(owner, public_id)
    worker.removed_at = clock.now()
    worker.save(update_fields=["removed_at"])
    transaction.on_commit(lambda: _tell(public_id, jobs.remove(holder=public_id)))


def remove_workers(*, owner: User) -> None:
    """Remove all workers of this owner, and forget what they were called; what they hold is handed on."""
    live = list(Worker.objects.filter(owner=owner, removed_at=None).values_list("public_id", flat=True))
    Worker.objects.filter(owner=owner).exclude(name="").update(name="")
    Worker.objects.filter(owner=owner, removed_at=None).update(removed_at=clock.now())
    if live:
        transaction.on_commit(lambda: _tell("all of an owner", _remove_each(live)))


async def _remove_each(public_ids: list[str]) -> None:
    for public_id in public_ids:
        await jobs.remove(holder=public_id)


def _clean_name(name: str) -> str:
    return clean_text(name, name="name", max_chars=WORKER_NAME_MAX_CHARS).strip()


def _own(owner: User, public_id: str) -> Worker:
    worker = Worker.objects.filter(owner=owner, public_id=public_id, removed_at=None).first()
    if worker is None:
        raise NotFound("There is no such worker.")
    return worker


def _tell(public_id: str, news: Coroutine[None, None, None]) -> None:
    """Tell the network of what is committed. It finds out by itself within seconds if it cannot be told."""
    try:
        run_sync(news, timeout_s=TELL_TIMEOUT_S)
    except (*OUTAGES, AppError) as error:
        log.warning("worker_change_not_told", worker=public_id, error=type(error).__name__)
