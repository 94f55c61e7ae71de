"""A job that its holder lost or gave up goes to the next producer, with the text so far."""

from ashao_site.lib.aio import in_db
from ashao_site.lib.errors import Conflict
from workers.jobs.actions.ending import close, give_up
from workers.jobs.actions.queueing import put_in
from workers.jobs.postgres import holders, rows, settling
from workers.jobs.redis import leases, production, texts


def lease_lost() -> Conflict:
    """Who calls does not hold this job, or not any more."""
    return Conflict("This job is no longer yours.", code="lease_lost")


async def fail(
    *, job_id: str, holder: str, lease: str, delay_ms: int | None = None, blameless: bool = False
) -> None:
    """The holder gives the job up: it goes to the next producer with the text so far.

    No worker of the same owner gets it again, unless the holder was `blameless`: it never had the job in hand.
    Raises `Conflict` (lease_lost) when it no longer holds it.
    """
    if await production.revoke(job_id=job_id, lease=lease, holder=holder) != "ok":
        raise lease_lost()
    await hand_over(job_id, lease=lease, delay_ms=delay_ms, blameless=blameless)


async def hand_over(
    job_id: str, *, lease: str = "", delay_ms: int | None = None, blameless: bool = False
) -> None:
    """Give a job that nobody holds to the next producer, or end it when its tries or its time are used up."""
    text = await texts.text_of(job_id)
    if not await in_db(holders.put_back, job_id=job_id, lease=lease, text=text, blameless=blameless):
        await repair(job_id)
        return
    if not await in_db(rows.attempts_left, job_id):
        await give_up(job_id, text=text, reason="attempts or time used up")
        return
    await enqueue(job_id, delay_ms=delay_ms)


async def enqueue(job_id: str, *, delay_ms: int | None = None) -> None:
    """Put a job that Postgres says is queued before the workers, and ask the cloud for later."""
    waiting = await in_db(rows.queued, job_id)
    if waiting is None:
        await repair(job_id)
        return
    await put_in(waiting, delay_ms=delay_ms)


async def repair(job_id: str) -> None:
    """Bring Redis to what Postgres says of a job: ended, waiting, or lost by its producer."""
    settled = await in_db(settling.settled, job_id)
    if settled is not None:
        await close(settled)
        return
    waiting = await in_db(rows.queued, job_id)
    if waiting is not None:
        await put_in(waiting)
        return
    status = await leases.status_of(job_id)
    if status not in ("running", "handover", "finishing"):  # of those the sweeper must hear again
        await leases.forget_lease(job_id)
