"""Which worker is calling: its token, looked up once and remembered for a few seconds.

Every process hears when a worker is paused, resumed or removed: it forgets what it remembers of it, and ends the
claims of it that wait here. What was not heard is made good by looking again.
"""

import asyncio
import time
import weakref
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from ashao_site.lib import clock, limits
from ashao_site.lib.aio import in_db
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import Forbidden, NotSignedIn
from ashao_site.lib.redis import Listener, Resync, redis
from ashao_site.lib.text import hash_secret
from workers.jobs import Holder, Tier, owner_tag
from workers.jobs.fit import reading_room
from workers.jobs.models import Worker
from workers.jobs.postgres.machines import context_of
from workers.jobs.redis.keys import WORKER_CHANGES
from workers.jobs.waiting_claims import waiting_claims
from workers.machines.actions import TOKEN_PREFIX

log = structlog.get_logger("ashao.worker_api")

REMEMBER_S = 10.0
"""For how long a change of a worker may go unnoticed, where the news of it was lost."""
REMEMBERED_MAX = 50_000
TOKEN_MAX_CHARS = 128
JOBS_AT_ONCE_MAX = 16
LISTEN_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Caller:
    """A worker that has shown its token."""

    worker_id: str
    model: str
    tiers: tuple[Tier, ...]
    paused: bool
    holder: Holder

    def check(self, worker_id: str | None) -> None:
        """Refuse a body that names another worker than the token does."""
        if worker_id is not None and worker_id != self.worker_id:
            raise Forbidden("This token belongs to another worker.", code="not_your_worker")


class _Remembered:
    """Callers by the hash of their token; `forgotten` counts how often something was to be forgotten.

    That a token was good is remembered for longer than who has it: it is looked up again whatever others do.
    """

    def __init__(self) -> None:
        self._good: OrderedDict[str, None] = OrderedDict()
        self._callers: OrderedDict[str, tuple[float, Caller]] = OrderedDict()
        self._hash_of: dict[str, str] = {}
        self.forgotten = 0

    def get(self, token_hash: str) -> Caller | None:
        """The caller, if it was looked up a short while ago."""
        until, caller = self._callers.get(token_hash, (0.0, None))
        return caller if until > time.monotonic() else None

    def put(self, token_hash: str, caller: Caller) -> None:
        """Remember a caller for a while; the one that was looked up longest ago makes room."""
        self._good[token_hash] = None
        self._good.move_to_end(token_hash)
        if len(self._good) > REMEMBERED_MAX:
            self._good.popitem(last=False)
        self._callers[token_hash] = (time.monotonic() + REMEMBER_S, caller)
        self._callers.move_to_end(token_hash)
        self._hash_of[caller.worker_id] = token_hash
        while len(self._callers) > REMEMBERED_MAX:
            _, (_, oldest) = self._callers.popitem(last=False)
            self._hash_of.pop(oldest.worker_id, None)

    def was_good(self, token_hash: str) -> bool:
        """Whether the token was somebody's when it was looked up last."""
        return token_hash in self._good

    def is_bad(self, token_hash: str) -> None:
        """It was looked up, and is nobody's."""
        self._good.pop(token_hash, None)

    def forget(self, worker_id: str) -> None:
        """Look this worker up again when it calls next."""
        self.forgotten += 1
        self._callers.pop(self._hash_of.pop(worker_id, ""), None)

    def forget_all(self) -> None:
        """Look every worker up again when it calls next."""
        self.forgotten += 1
        self._callers.clear()
        self._hash_of.clear()


_remembered = _Remembered()


async def identify(token: str | None, *, address: str) -> Caller:
    """The worker whose token this is. Raises `NotSignedIn` (bad_token).

    And `RateLimited` where too many unknown ones came from this address. A worker whose token was good is not held up
    by them, nor by any limit: what it asks for is bounded by its slots and its leases, and must cost nothing more.
    """
    if not token:
        raise NotSignedIn("A worker token is needed: Authorization: Bearer wt_…", code="bad_token")
    if not token.startswith(TOKEN_PREFIX + "_") or len(token) > TOKEN_MAX_CHARS:
        raise NotSignedIn("This worker token is not known.", code="bad_token")
    token_hash = hash_secret(token)
    remembered = _remembered.get(token_hash)
    if remembered is not None:
        return remembered
    if not _remembered.was_good(token_hash):
        limits.refuse_known(limits.BAD_TOKEN, address=address)
    _listen()
    forgotten = _remembered.forgotten
    caller = await in_db(_look_up, token_hash)
    if _remembered.forgotten != forgotten:  # perhaps this one, and what was read is older than its change
        caller = await in_db(_look_up, token_hash)
    if caller is None:
        _remembered.is_bad(token_hash)
        await limits.spend(limits.BAD_TOKEN, address=address)
        raise NotSignedIn("This worker token is not known, or was removed.", code="bad_token")
    _remembered.put(token_hash, caller)
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
        paused=worker.paused_at is not None,
        holder=Holder(
            id=worker.public_id,
            kind=worker.kind,
            worker_pk=worker.pk,
            owner_id=worker.owner_id,
            avoid=owner_tag(worker.owner_id),
            jobs_max=JOBS_AT_ONCE_MAX,
            model=worker.model,
            reads_tokens=reading_room(context_of(worker)),
        ),
    )


_listening: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]]" = (
    weakref.WeakKeyDictionary()
)


def _listen() -> None:
    """Have the running loop hear of changed workers, from the first call of one on."""
    loop = asyncio.get_running_loop()
    if loop not in _listening:
        _listening[loop] = loop.create_task(_keep_listening())


async def _keep_listening() -> None:
    while True:
        try:
            async with redis().hub.listen(WORKER_CHANGES) as listener:
                await _hear(listener)
        except (*OUTAGES, RedisError, OSError) as error:
            log.warning("changes_interrupted", error=type(error).__name__)
        except Exception:
            log.exception("changes_failed")
        await asyncio.sleep(LISTEN_AGAIN_S)


async def _hear(listener: Listener) -> None:
    _remembered.forget_all()  # nobody told us of what was changed before
    due = time.monotonic()
    while True:
        message = await listener.get(max(0.0, due - time.monotonic()))
        if isinstance(message, Resync):
            _remembered.forget_all()
            due = 0.0
        elif message is not None:
            _changed(message)
        if time.monotonic() >= due:
            for worker_id in await waiting_claims().outdated():
                _changed(worker_id)
            due = time.monotonic() + REMEMBER_S


def _changed(worker_id: str) -> None:
    _remembered.forget(worker_id)
    waiting_claims().send_away(worker_id)
