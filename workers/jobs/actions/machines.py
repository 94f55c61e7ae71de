"""Signs of life of who produces, and what follows when an owner pauses or removes a machine."""

from workers.jobs.actions.handing_over import hand_over
from workers.jobs.pricing import Tier
from workers.jobs.redis import presence, production
from workers.jobs.values import Pulse


async def heartbeat(
    *,
    holder: str,
    tiers: list[Tier],
    only: list[str] | None = None,
    ready: bool = True,
    reads_tokens: int = 0,
    owner: str = "",
) -> Pulse:
    """A sign of life; renews the leases of what is held (or `only` of these), and tells what is held or stopped.

    Who is not `ready` lives, finishes what it holds, and does not count as one who could take a job. `owner` is the
    tag of whose it is.
    """
    return await presence.heartbeat(
        holder=holder, tiers=tiers, only=only, ready=ready, reads_tokens=reads_tokens, owner=owner
    )


async def reconsider(*, holder: str, paused: bool) -> None:
    """A worker was paused or resumed, and that is committed: what waits for it in any process hears of it.

    One that is paused is no longer live; what it holds it finishes.
    """
    await presence.tell_changed(holder=holder)
    if paused:
        await presence.say_gone(holder=holder)


async def remove(*, holder: str) -> None:
    """A worker was removed, and that is committed: no claim of it goes on, what it held is handed on."""
    await presence.tell_changed(holder=holder)
    await release(holder=holder)


async def release(*, holder: str) -> None:
    """A worker says goodbye: it is no longer live, and what it held is handed on at once."""
    for job_id in await presence.say_gone(holder=holder):
        if await production.revoke(job_id=job_id, holder=holder) == "ok":
            await hand_over(job_id)
