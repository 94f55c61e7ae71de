"""A job is taken: in one atomic step of Redis, which Postgres confirms."""

import contextlib

from django.conf import settings

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.text import new_secret
from workers.jobs.actions.ending import give_up
from workers.jobs.actions.handing_over import repair
from workers.jobs.fit import fit
from workers.jobs.postgres import holders, machines, rows, settling
from workers.jobs.pricing import Tier
from workers.jobs.redis import presence, production, queues
from workers.jobs.redis.queues import Miss, Popped
from workers.jobs.values import Claimed, Holder

CLAIM_TRIES_MAX = 5
"""How many jobs that turn out to have ended a claim looks at before it answers that there is none."""


async def claim_now(*, tier: Tier, holder: Holder) -> Claimed | Miss:
    """Take the first job of a tier that `holder` may have, or say why there is none. Does not wait."""
    for _ in range(CLAIM_TRIES_MAX):
        lease = new_secret("ls")
        popped = await queues.claim(
            tier=tier,
            holder=holder.id,
            avoid=holder.avoid,
            lease=lease,
            jobs_max=holder.jobs_max,
            reads_tokens=holder.reads_tokens,
        )
        if isinstance(popped, str):
            return popped
        claimed = await confirm(popped, lease=lease, holder=holder)
        if claimed is not None:
            return claimed
    return "empty"


async def claim_for_cloud(job_id: str, *, holder: Holder) -> Claimed | None:
    """Take this one job by the same atomic step as the workers; None when somebody has it already."""
    tier = await in_db(rows.tier_of, job_id)
    if tier is None:
        return None
    lease = new_secret("ls")
    popped = await queues.claim(tier=tier, holder=holder.id, avoid="", lease=lease, jobs_max=0, only=job_id)
    return None if isinstance(popped, str) else await confirm(popped, lease=lease, holder=holder)


async def confirm(popped: Popped, *, lease: str, holder: Holder) -> Claimed | None:
    """Make a claim durable; None where Postgres knows better, and then Redis is put right."""
    given = fit(popped.messages, reads_tokens=holder.reads_tokens)
    try:
        confirmed = await in_db(
            holders.mark_running, job_id=popped.id, lease=lease, holder=holder, given=given
        )
    except BaseException:
        # Nobody will ever produce under this lease, though its holder's heartbeats would renew it: let it go
        # now, and the sweeper puts the job back.
        with contextlib.suppress(*OUTAGES):
            await production.revoke(job_id=popped.id, lease=lease)
        raise
    if not confirmed:
        await production.revoke(job_id=popped.id, lease=lease)
        await repair(popped.id)
        return None
    return Claimed(
        id=popped.id,
        tier=popped.tier,
        model=popped.model,
        value_micros=popped.value_micros,
        messages=given.messages,
        prefix=popped.prefix,
        lease=lease,
        lease_ms=settings.WORKER_LEASE_MS,
    )


async def end_without_cloud(job_id: str, *, holder: Holder) -> None:
    """No cloud is configured: a job that no live worker may have, or can read, ends here. Others go on waiting.

    What none of them can read whole goes to the one that reads most, without its oldest turns.
    """
    waiting = await in_db(rows.queued, job_id)
    if waiting is None:
        return
    if waiting.for_workers:
        live = await presence.live_ids(waiting.tier, now_ms=clock.now_ms())
        most = await in_db(machines.most_read, live, avoid=waiting.avoid)
        if most is not None and most >= waiting.needs.whole:
            return
        if most is not None and most >= waiting.needs.least:
            await queues.allow_cut(job_id=job_id, tier=waiting.tier, reads_tokens=most)
            return
    if await claim_for_cloud(job_id, holder=holder) is not None:  # so that no worker begins it meanwhile
        await give_up(job_id, text=waiting.text, reason=settling.NO_PRODUCER)
