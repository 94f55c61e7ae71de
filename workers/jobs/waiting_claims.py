"""Where claims wait. A waiting claim costs a place in a list: no thread, and no Redis connection of its own.

One list of them for each event loop. It listens on the queues' channels; when a job comes, the first waiter that may
have it gets it: owners in turn, and of one owner who came first. A worker has no more claims waiting than it could take
jobs. A slow poll makes up for a notification that was lost.

A claim for no tier waits for no job: that is how a worker waits that its owner has paused.
"""

import asyncio
import contextlib
import weakref
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import structlog
from redis.exceptions import RedisError

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db
from ashao_site.lib.errors import Conflict, Unavailable
from ashao_site.lib.redis import redis
from workers.jobs.actions.claiming import claim_now
from workers.jobs.actions.handing_over import fail
from workers.jobs.postgres import machines
from workers.jobs.pricing import Tier
from workers.jobs.redis import presence
from workers.jobs.redis.keys import queue_key
from workers.jobs.redis.queues import Miss
from workers.jobs.values import LOOK_UP_BATCH, Claimed, Holder

log = structlog.get_logger("ashao.claims")

WAITERS_MAX = 20_000
"""The most claims that wait in one process."""
POLL_S = 1.0
LIVE_EVERY_S = 5.0
TRY_MAX = 64
"""How many waiters are tried for a job that the first may not have."""

Away = Literal["away"]
AWAY: Away = "away"
"""What a claim ends with when its worker must be looked at again: it was paused, resumed or removed."""


W = TypeVar("W")


class Line(Generic[W]):
    """Waiters by owner. Many claims of one owner stand behind one another, not before everybody else's."""

    def __init__(self) -> None:
        self._of: OrderedDict[object, deque[W]] = OrderedDict()

    def __iter__(self) -> Iterator[W]:
        for waiting in self._of.values():
            yield from waiting

    def add(self, owner: object, waiter: W) -> None:
        """Put a waiter at the end of its owner's."""
        self._of.setdefault(owner, deque()).append(waiter)

    def remove(self, owner: object, waiter: W) -> None:
        """Take a waiter out, if it is there."""
        waiting = self._of.get(owner)
        if waiting is None or waiter not in waiting:
            return
        waiting.remove(waiter)
        if not waiting:
            del self._of[owner]

    def served(self, owner: object) -> None:
        """This owner has been given a job: it is the others' turn."""
        if owner in self._of:
            self._of.move_to_end(owner)

    def in_turn(self, most: int) -> list[W]:
        """The waiters in the order in which they are to be tried: the first of each owner, then the second …"""
        order: list[W] = []
        rounds = [iter(waiting) for waiting in self._of.values()]
        while rounds and len(order) < most:
            going_on = []
            for one in rounds:
                waiter = next(one, None)
                if waiter is not None and len(order) < most:
                    order.append(waiter)
                    going_on.append(one)
            rounds = going_on
        return order


@dataclass(eq=False, slots=True)
class _Waiter:
    holder: Holder
    tiers: Sequence[Tier]
    in_line: bool = False
    result: "asyncio.Future[Claimed | Away]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class WaitingClaims:
    """The waiting claims of one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[Tier, Line[_Waiter]] = {tier: Line() for tier in Tier}
        self._of: dict[str, set[_Waiter]] = {}
        self._count = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def claim(self, *, holder: Holder, tiers: Sequence[Tier], wait_ms: int) -> Claimed | Miss | Away:
        """Claim from the first of `tiers` that has a job, waiting up to `wait_ms` for one to come."""
        waiter = _Waiter(holder, tiers)
        self._of.setdefault(holder.id, set()).add(waiter)  # from here on `send_away` reaches it
        try:
            return await self._claim(waiter, wait_ms)
        finally:
            self._of[holder.id].discard(waiter)
            if not self._of[holder.id]:
                del self._of[holder.id]

    def send_away(self, holder_id: str) -> None:
        """End the claims of a worker: without a job, also where one is just being taken for it."""
        for waiter in self._of.get(holder_id, ()):
            if not waiter.result.done():
                waiter.result.set_result(AWAY)

    async def outdated(self) -> list[str]:
        """The workers that wait for jobs though they may have none, or for none though they may."""
        outdated = []
        holders = list(self._of)
        for first in range(0, len(holders), LOOK_UP_BATCH):
            batch = holders[first : first + LOOK_UP_BATCH]
            able = await in_db(machines.able, batch)
            for holder in batch:
                if any(bool(waiter.tiers) != (holder in able) for waiter in self._of.get(holder, ())):
                    outdated.append(holder)
        return outdated

    async def _claim(self, waiter: _Waiter, wait_ms: int) -> Claimed | Miss | Away:
        miss: Miss = "empty"
        for tier in waiter.tiers:
            claimed = await claim_now(tier=tier, holder=waiter.holder)
            if isinstance(claimed, Claimed):
                await self._give(waiter, claimed)
            if waiter.result.done():  # by this job, or it was sent away while we looked
                return waiter.result.result()
            if miss == "empty" and not isinstance(claimed, Claimed):
                miss = claimed
        if wait_ms <= 0 or miss == "busy":
            return miss
        if await self._waits_enough(waiter.holder):
            return "busy"
        return await self._wait(waiter, wait_ms) or miss

    async def _waits_enough(self, holder: Holder) -> bool:
        """Whether as many of this worker's claims wait here as it may still take jobs."""
        claims = self._of.get(holder.id, set())
        if len(claims) < 2 or not holder.jobs_max:  # this one alone
            return False
        free = holder.jobs_max - await presence.held_count(holder.id)
        return sum(waiter.in_line for waiter in claims) >= free

    async def _wait(self, waiter: _Waiter, wait_ms: int) -> Claimed | Away | None:
        if self._count >= WAITERS_MAX:
            raise Unavailable("Too many workers are waiting here. Please try again.", retry_after_s=5)
        self._start()
        self._count += 1
        waiter.in_line = True  # at once, so that the next of its worker's claims counts it
        for tier in waiter.tiers:
            self._waiting[tier].add(waiter.holder.owner_id, waiter)
        try:
            await asyncio.wait([waiter.result], timeout=wait_ms / 1000)
        except asyncio.CancelledError:
            claimed = waiter.result.result() if waiter.result.done() else AWAY
            if isinstance(claimed, Claimed):  # a job came in the moment in which the worker left
                _keep(asyncio.create_task(give_back(claimed, waiter.holder)))
            raise
        finally:
            self._count -= 1
            waiter.in_line = False
            for tier in waiter.tiers:
                self._waiting[tier].remove(waiter.holder.owner_id, waiter)
            if not waiter.result.done():
                waiter.result.cancel()
        return None if waiter.result.cancelled() else waiter.result.result()

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._serve(tier)) for tier in Tier]
            self._tasks.append(asyncio.create_task(self._stay_live()))

    async def _serve(self, tier: Tier) -> None:
        while True:
            try:
                async with redis().hub.listen(queue_key(tier), limit=1) as listener:
                    while True:
                        await self._hand_out(tier)
                        await listener.get(POLL_S)
            except (RedisError, OSError) as error:
                log.warning("claims_interrupted", tier=tier, error=type(error).__name__)
            except Exception:
                log.exception("claims_failed", tier=tier)
            await asyncio.sleep(POLL_S)

    async def _hand_out(self, tier: Tier) -> None:
        """Give jobs to waiters until there is no job, or none that the first ones may have."""
        line = self._waiting[tier]
        for waiter in line.in_turn(TRY_MAX):
            if waiter.result.done():
                continue
            claimed = await claim_now(tier=tier, holder=waiter.holder)
            if isinstance(claimed, Claimed):
                line.served(waiter.holder.owner_id)
                await self._give(waiter, claimed)
            elif claimed == "empty":
                return

    async def _give(self, waiter: _Waiter, claimed: Claimed) -> None:
        if waiter.result.done():
            await give_back(claimed, waiter.holder)
        else:
            waiter.result.set_result(claimed)

    async def _stay_live(self) -> None:
        """A worker that waits in a claim is live."""
        while True:
            await asyncio.sleep(LIVE_EVERY_S)
            with contextlib.suppress(RedisError, OSError):
                for tier, waiting in self._waiting.items():
                    holders = [waiter.holder for waiter in waiting if not waiter.result.done()]
                    for first in range(0, len(holders), LOOK_UP_BATCH):
                        batch = holders[first : first + LOOK_UP_BATCH]
                        await presence.say_live(
                            tier=tier,
                            holders=[holder.id for holder in batch],
                            now_ms=clock.now_ms(),
                            contexts={(holder.reads_tokens, holder.avoid) for holder in batch},
                        )


_kept: set[asyncio.Task[None]] = set()


def _keep(task: "asyncio.Task[None]") -> None:
    """Hold on to a task until it is done: the loop itself keeps only a weak reference."""
    _kept.add(task)
    task.add_done_callback(_kept.discard)


async def give_back(claimed: Claimed, holder: Holder) -> None:
    """Put a job back that was claimed for somebody who has left."""
    with contextlib.suppress(Conflict):
        await fail(job_id=claimed.id, holder=holder.id, lease=claimed.lease, blameless=True)


_of_loop: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, WaitingClaims]" = weakref.WeakKeyDictionary()


def waiting_claims() -> WaitingClaims:
    """Those of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _of_loop:
        _of_loop[loop] = WaitingClaims()
    return _of_loop[loop]
