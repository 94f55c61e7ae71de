"""Which worker is calling: its token, looked up once and remembered for a few seconds."""

import time
from collections import OrderedDict
from dataclasses import dataclass

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db
from ashao_site.lib.errors import Forbidden, NotSignedIn
from ashao_site.lib.ids import hash_secret
from workers.actions import TOKEN_PREFIX
from workers.jobs import Holder, Tier, owner_tag
from workers.models import Worker

REMEMBER_S = 10.0
"""A removed worker's token is refused after at most this long; its jobs are taken from it at once."""
REMEMBERED_MAX = 50_000
TOKEN_MAX_CHARS = 128
JOBS_AT_ONCE_MAX = 16


@dataclass(frozen=True, slots=True)
class Caller:
    """A worker that has shown its token."""

    worker_id: str
    model: str
    tiers: tuple[Tier, ...]
    holder: Holder

    def check(self, worker_id: str | None) -> None:
        """Refuse a body that names another worker than the token does."""
        if worker_id is not None and worker_id != self.worker_id:
            raise Forbidden("This token belongs to another worker.", code="not_your_worker")


_known: "OrderedDict[str, tuple[float, Caller]]" = OrderedDict()


async def identify(token: str | None) -> Caller:
    """The worker whose token this is. Raises `NotSignedIn` (bad_token)."""
    if not token:
        raise NotSignedIn("A worker token is needed: Authorization: Bearer wt_…", code="bad_token")
    if not token.startswith(TOKEN_PREFIX + "_") or len(token) > TOKEN_MAX_CHARS:
        raise NotSignedIn("This worker token is not known.", code="bad_token")
    token_hash = hash_secret(token)
    found = _known.get(token_hash)
    now = time.monotonic()
    if found is not None and found[0] > now:
        return found[1]
    caller = await in_db(_look_up, token_hash)
    if caller is None:
        _known.pop(token_hash, None)
        raise NotSignedIn("This worker token is not known, or was removed.", code="bad_token")
    _known[token_hash] = (now + REMEMBER_S, caller)
    _known.move_to_end(token_hash)
    while len(_known) > REMEMBERED_MAX:
        _known.popitem(last=False)
    return caller


def _look_up(token_hash: str) -> Caller | None:
    worker = (
        Worker.objects.select_related("owner")
        .filter(token_hash=token_hash, removed_at=None, owner__is_active=True)
        .first()
    )
    if worker is None:
        return None
    Worker.objects.filter(pk=worker.pk).update(last_seen_at=clock.now())
    return Caller(
        worker_id=worker.public_id,
        model=worker.model,
        tiers=tuple(Tier(tier) for tier in worker.tiers),
        holder=Holder(
            id=worker.public_id,
            kind=worker.kind,
            worker_pk=worker.pk,
            owner_id=worker.owner_id,
            avoid=owner_tag(worker.owner_id),
            jobs_max=JOBS_AT_ONCE_MAX,
        ),
    )


def forget(token_hash: str) -> None:
    """Forget a worker at once in this process."""
    _known.pop(token_hash, None)
