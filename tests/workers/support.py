"""People, jobs and workers for the network's tests."""

import asyncio
import uuid
from collections.abc import Coroutine
from typing import Any

from django.db import close_old_connections, transaction
from eth_utils.address import to_checksum_address

from ashao_site.accounts.models import User
from ashao_site.lib.aio import run_sync
from ledger.books import actions as ledger
from ledger.books import chart, queries
from workers import jobs
from workers.jobs import Claimed, Holder, Tier
from workers.jobs.models import Job, Worker

CREDIT = 10_000


def run(coro: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on the process's background loop, where the Redis connections are."""
    return run_sync(coro, timeout_s=60)


def person(name: str, *, credits: int = 0, granted: int = 0) -> User:
    """A signed-up wallet with money in it, paid in or granted."""
    wallet = f"0x{uuid.uuid5(uuid.NAMESPACE_URL, name).hex:0<40}"[:42]
    user = User.objects.create(wallet=_checksum(wallet))
    if credits:
        legs = [
            ledger.Leg(chart.TREASURY_USDC, -credits * CREDIT),
            ledger.Leg(chart.user_credits(user.pk), credits * CREDIT),
        ]
        ledger.post_transfer(key=f"deposit:{user.pk}", kind="deposit", legs=legs)
    if granted:
        fund(granted)
        ledger.grant(key=f"grant:{user.pk}", user_id=user.pk, amount_micros=granted * CREDIT)
    return user


def _checksum(address: str) -> str:
    return to_checksum_address(address)


def fund(credits: int) -> None:
    """Fund the promotion budget."""
    ledger.fund_promo(key=uuid.uuid4().hex, amount_micros=credits * CREDIT, note="test", staff="test")


def sources_of(user: User) -> list[str]:
    return [chart.user_granted(user.pk), chart.user_credits(user.pk)]


def ask(user: User, *, tier: Tier = Tier.PRO, text: str = "hello") -> str:
    """Put a job of this person in."""
    with transaction.atomic():
        return jobs.submit(
            tier=tier,
            messages=[{"role": "user", "content": text}],
            sources=sources_of(user),
            owner_id=user.pk,
        )


def worker_of(owner: User, *, kind: str = "native") -> Holder:
    """A worker of this person, as the orchestrator sees it."""
    worker = Worker.objects.create(
        owner=owner, kind=kind, model="tiny", tiers=["pro", "max"], token_hash=uuid.uuid4().hex * 2
    )
    return Holder(
        id=worker.public_id,
        kind=kind,
        worker_pk=worker.pk,
        owner_id=owner.pk,
        avoid=jobs.owner_tag(owner.pk),
        jobs_max=16,
    )


def cloud(name: str = "cloud-test") -> Holder:
    return Holder(id=name, kind="cloud")


def claim(holder: Holder, tier: Tier = Tier.PRO) -> Any:
    return run(jobs.claim_now(tier=tier, holder=holder))


def write(job: Claimed, holder: Holder, *chunks: str, first: int = 0) -> None:
    for seq, chunk in enumerate(chunks, first):
        run(jobs.append(job_id=job.id, holder=holder.id, lease=job.lease, seq=seq, value=chunk))


def complete(job: Claimed, holder: Holder, tokens: int = 3) -> int:
    earned: int = run(
        jobs.complete(
            job_id=job.id, tier=None, holder=holder.id, lease=job.lease, tokens=tokens, finish="stop"
        )
    )
    return earned


def fail(job: Claimed, holder: Holder) -> None:
    run(jobs.fail(job_id=job.id, holder=holder.id, lease=job.lease))


def job_row(job_id: str) -> Job:
    return Job.objects.get(public_id=job_id)


async def collect(job_id: str, *, start: int = 0, limit_s: float = 20) -> tuple[str, Any]:
    """Read a stream to its end: the text, and the last event."""
    parts: list[str] = []

    async def read() -> Any:
        async for event in jobs.subscribe(job_id, start=start):
            if isinstance(event, jobs.Text):
                parts.append(event.value)
            elif isinstance(event, jobs.Reset):
                parts.clear()
            elif not isinstance(event, jobs.Quiet):
                return event
        return None

    last = await asyncio.wait_for(read(), limit_s)
    return "".join(parts), last


def books_are_true() -> None:
    close_old_connections()
    assert queries.check_books() == []
