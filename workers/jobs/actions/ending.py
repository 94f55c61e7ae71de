"""A job ends: with its answer, by the person's stop, or without any."""

import structlog

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db
from workers.jobs.postgres import rows, settling
from workers.jobs.postgres.settling import Settled
from workers.jobs.redis import production
from workers.jobs.redis.production import Finished
from workers.jobs.states import Finish
from workers.jobs.visible import says_something, visible_chars

log = structlog.get_logger("ashao.jobs")
QUICK_STOP_MS = 2_000
QUICK_STOP_CHARS = 40
"""What is stopped sooner than this after its first text, with fewer visible characters, is not charged …"""
QUICK_STOPS_MAX_PER_DAY = 5
"""… so many times a day for one account."""


async def settle(job_id: str, ended: Finished) -> Settled | None:
    """Make the end of a production durable and tell the listeners; repeatable."""
    settled = await in_db(
        settling.settle_done,
        job_id=job_id,
        lease=ended.lease,
        text=ended.text,
        tokens=ended.tokens,
        finish=ended.finish,
        own_says=says_something(ended.own),
        whole_says=says_something(ended.text),
        charged=not await _stopped_at_once(job_id, ended),
    )
    if settled is None:
        return None
    await close(settled)
    return settled


async def _stopped_at_once(job_id: str, ended: Finished) -> bool:
    """Whether the person saw next to nothing of it: then it costs nothing, a few times a day.

    A person without an account has no tag; how many messages those may send is limited elsewhere.
    """
    if ended.finish != Finish.STOPPED or not 0 <= ended.took_ms < QUICK_STOP_MS:
        return False
    if visible_chars(ended.own) >= QUICK_STOP_CHARS:
        return False
    asker = await in_db(rows.asker_of, job_id)
    if not asker:
        return True
    day = f"{clock.now():%Y-%m-%d}"
    return await production.note_quick_stop(asker=asker, job_id=job_id, day=day) <= QUICK_STOPS_MAX_PER_DAY


async def close(settled: Settled) -> None:
    """Tell the listeners that a job has ended."""
    status = "failed" if settled.error else "done"
    await production.close(job_id=settled.job_id, tier=settled.tier, status=status, ending=settled.ending())


async def give_up(job_id: str, *, text: str, reason: str) -> None:
    """End a job without an answer: the credits are back."""
    settled = await in_db(settling.settle_failed, job_id=job_id, text=text, reason=reason)
    if settled is not None:
        log.info("job_failed", job=job_id, reason=reason)
        await close(settled)


async def stop(job_id: str) -> None:
    """The person has read enough: the text so far is the answer. Whoever produces it is paid for it."""
    tier = await in_db(rows.tier_of, job_id)
    if tier is None:
        return
    ended = await production.finish(
        job_id=job_id, tier=tier, holder="", lease="", tokens=0, finish=Finish.STOPPED
    )
    if ended == "lost":  # over already, or lost with Redis: then Postgres has what was kept of it
        text = await in_db(rows.kept_text, job_id)
        ended = Finished(holder="", lease="", tokens=0, finish=Finish.STOPPED, text=text)
    if isinstance(ended, Finished):
        await settle(job_id, ended)
