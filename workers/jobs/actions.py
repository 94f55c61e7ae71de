"""What can be done with a job. Each step is atomic in Redis first, then durable in Postgres, then told.

A process may die between any two of these: what it leaves is put right by `sweep`, from Postgres.
"""

import contextlib
from collections.abc import Sequence

import structlog
from django.conf import settings
from django.db import transaction

from ashao_site.lib import clock
from ashao_site.lib.aio import in_db, run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError, Conflict
from ashao_site.lib.ids import new_secret
from workers.jobs import records, store
from workers.jobs.dispatch import ask_cloud, ask_cloud_soon, grace_ms
from workers.jobs.fit import fit
from workers.jobs.pricing import Tier
from workers.jobs.records import Settled
from workers.jobs.states import Finish
from workers.jobs.store import Popped, Queued
from workers.jobs.types import ChunkKind, Claimed, Holder, Messages, Pulse
from workers.jobs.visible import is_blank, says_something, visible_chars

log = structlog.get_logger("ashao.jobs")

CLAIM_TRIES_MAX = 5
"""How many jobs that turn out to have ended a claim looks at before it answers that there is none."""
ENQUEUE_TIMEOUT_S = 3.0
TOKENS_MAX = 1_000_000
FINISH_TRIES_MAX = 3
"""How often a holder's text is looked at again that has grown while it was looked at."""
QUICK_STOP_MS = 2_000
QUICK_STOP_CHARS = 40
"""What is stopped sooner than this after its first text, with fewer visible characters, is not charged …"""
QUICK_STOPS_MAX_PER_DAY = 5
"""… so many times a day for one account."""


def _lease_lost() -> Conflict:
    return Conflict("This job is no longer yours.", code="lease_lost")


def submit(
    *,
    tier: Tier,
    messages: Messages,
    sources: Sequence[str],
    owner_id: int | None,
    left_out_chars: int = 0,
) -> str:
    """Put a job in, within the caller's transaction; returns its id.

    The price is held on the ledger accounts `sources`, in that order. The job reaches the workers after the
    commit. What of the conversation is not among the messages (`left_out_chars`) is on the receipt as not read.
    Raises `InsufficientCredits`, and then nothing was written.
    """
    job = records.create(
        tier=tier, messages=messages, sources=sources, owner_id=owner_id, left_out_chars=left_out_chars
    )
    job_id = job.public_id
    transaction.on_commit(lambda: _announce(job_id))
    return job_id


def _announce(job_id: str) -> None:
    try:
        waiting = records.queued(job_id)
        if waiting is None:
            return
        went_in, live = run_sync(store.enqueue(waiting), timeout_s=ENQUEUE_TIMEOUT_S)
        if went_in:
            ask_cloud(job_id, delay_ms=grace_ms(live, for_workers=waiting.for_workers))
    except (*OUTAGES, AppError) as error:
        log.warning("job_not_announced", job=job_id, error=type(error).__name__)


async def claim_now(*, tier: Tier, holder: Holder) -> Claimed | store.Miss:
    """Take the first job of a tier that `holder` may have, or say why there is none. Does not wait."""
    for _ in range(CLAIM_TRIES_MAX):
        lease = new_secret("ls")
        popped = await store.claim(
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
    tier = await in_db(records.tier_of, job_id)
    if tier is None:
        return None
    lease = new_secret("ls")
    popped = await store.claim(tier=tier, holder=holder.id, avoid="", lease=lease, jobs_max=0, only=job_id)
    return None if isinstance(popped, str) else await confirm(popped, lease=lease, holder=holder)


async def confirm(popped: Popped, *, lease: str, holder: Holder) -> Claimed | None:
    """Make a claim durable; None where Postgres knows better, and then Redis is put right."""
    given = fit(popped.messages, reads_tokens=holder.reads_tokens)
    try:
        confirmed = await in_db(
            records.mark_running, job_id=popped.id, lease=lease, holder=holder, given=given
        )
    except BaseException:
        # Nobody will ever produce under this lease, though its holder's heartbeats would renew it: let it go
        # now, and the sweeper puts the job back.
        with contextlib.suppress(*OUTAGES):
            await store.revoke(job_id=popped.id, lease=lease)
        raise
    if not confirmed:
        await store.revoke(job_id=popped.id, lease=lease)
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


async def append(
    *, job_id: str, holder: str, lease: str, seq: int, value: str, kind: ChunkKind = "text"
) -> bool:
    """Add one numbered chunk to the answer; returns whether the producer should stop.

    A chunk of `reasoning` has its place in the same numbers and is no part of the answer: it is told to those
    who listen for it, and kept nowhere. A repeat of an accepted number is ignored. Raises `Conflict`:
    `lease_lost`, or `out_of_order` for a number that is too high.
    """
    reply, expected = await store.append(
        job_id=job_id, holder=holder, lease=lease, seq=seq, value=value, kind=kind
    )
    if reply == "lost":
        raise _lease_lost()
    if reply == "gap":
        raise OutOfOrder(expected)
    return reply in ("stop", "full")


class OutOfOrder(Conflict):
    """A chunk came before its turn."""

    default_code = "out_of_order"

    def __init__(self, expected: int) -> None:
        super().__init__(f"Chunk {expected} comes next.")
        self.expected = expected

    def body(self) -> dict[str, str | int]:
        """The error, with the number that is expected."""
        return {**super().body(), "expected": self.expected}


async def complete(
    *,
    job_id: str,
    tier: Tier | None,
    holder: str,
    lease: str,
    tokens: int,
    finish: str,
    last_word: bool = False,
) -> int:
    """End the answer as it stands and pay; returns what the holder earned (µUSDC), again when repeated.

    Raises `Conflict`: `lease_lost`, or `empty_answer` when this holder added nothing that says something (the job
    is handed on). Who has the `last_word`, the cloud, ends an answer also then, if there is something to see in
    it: the person has a whole answer, and what a worker would have got of it pays the cloud's bill.
    """
    tier = tier or await in_db(records.tier_of, job_id)
    if tier is None:
        raise _lease_lost()
    judged_bytes: int | None = None
    for _ in range(FINISH_TRIES_MAX):
        ended = await store.finish(
            job_id=job_id,
            tier=tier,
            holder=holder,
            lease=lease,
            tokens=min(tokens, TOKENS_MAX),
            finish=finish,
            judged_bytes=judged_bytes,
        )
        if not isinstance(ended, store.Unjudged):
            break
        if not says_something(ended.own) and not (last_word and not is_blank(await store.text_of(job_id))):
            await fail(job_id=job_id, holder=holder, lease=lease)
            raise Conflict("The answer is empty: the job was handed on.", code="empty_answer")
        judged_bytes = ended.own_bytes
    if not isinstance(ended, store.Finished):  # it is not this holder's any more, or grows while it ends
        earned = await in_db(records.earned_by, job_id=job_id, holder=holder, lease=lease)
        if earned is None:
            raise _lease_lost()
        return earned
    settled = await settle(job_id, ended)
    if settled is None:
        raise _lease_lost()
    return settled.earned_micros


async def settle(job_id: str, ended: store.Finished) -> Settled | None:
    """Make the end of a production durable and tell the listeners; repeatable."""
    settled = await in_db(
        records.settle_done,
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


async def _stopped_at_once(job_id: str, ended: store.Finished) -> bool:
    """Whether the person saw next to nothing of it: then it costs nothing, a few times a day.

    A person without an account has no tag; how many messages those may send is limited elsewhere.
    """
    if ended.finish != Finish.STOPPED or not 0 <= ended.took_ms < QUICK_STOP_MS:
        return False
    if visible_chars(ended.own) >= QUICK_STOP_CHARS:
        return False
    asker = await in_db(records.asker_of, job_id)
    if not asker:
        return True
    day = f"{clock.now():%Y-%m-%d}"
    return await store.note_quick_stop(asker=asker, job_id=job_id, day=day) <= QUICK_STOPS_MAX_PER_DAY


async def close(settled: Settled) -> None:
    """Tell the listeners that a job has ended."""
    status = "failed" if settled.error else "done"
    await store.close(job_id=settled.job_id, tier=settled.tier, status=status, ending=settled.ending())


async def fail(
    *, job_id: str, holder: str, lease: str, delay_ms: int | None = None, blameless: bool = False
) -> None:
    """The holder gives the job up: it goes to the next producer with the text so far.

    No worker of the same owner gets it again, unless the holder was `blameless`: it never had the job in hand.
    Raises `Conflict` (lease_lost) when it no longer holds it.
    """
    if await store.revoke(job_id=job_id, lease=lease, holder=holder) != "ok":
        raise _lease_lost()
    await hand_over(job_id, lease=lease, delay_ms=delay_ms, blameless=blameless)


async def hand_over(
    job_id: str, *, lease: str = "", delay_ms: int | None = None, blameless: bool = False
) -> None:
    """Give a job that nobody holds to the next producer, or end it when its tries or its time are used up."""
    text = await store.text_of(job_id)
    if not await in_db(records.put_back, job_id=job_id, lease=lease, text=text, blameless=blameless):
        await repair(job_id)
        return
    if not await in_db(records.attempts_left, job_id):
        await give_up(job_id, text=text, reason="attempts or time used up")
        return
    await enqueue(job_id, delay_ms=delay_ms)


async def enqueue(job_id: str, *, delay_ms: int | None = None) -> None:
    """Put a job that Postgres says is queued before the workers, and ask the cloud for later."""
    waiting = await in_db(records.queued, job_id)
    if waiting is None:
        await repair(job_id)
        return
    await put_in(waiting, delay_ms=delay_ms)


async def put_in(waiting: Queued, *, delay_ms: int | None = None) -> None:
    """Put a queued job before the workers, unless Redis knows more of it, and ask the cloud for later."""
    went_in, live = await store.enqueue(waiting)
    if went_in:
        await store.forget_lease(waiting.id)
        wait_ms = grace_ms(live, for_workers=waiting.for_workers) if delay_ms is None else delay_ms
        await ask_cloud_soon(waiting.id, delay_ms=wait_ms)


async def give_up(job_id: str, *, text: str, reason: str) -> None:
    """End a job without an answer: the credits are back."""
    settled = await in_db(records.settle_failed, job_id=job_id, text=text, reason=reason)
    if settled is not None:
        log.info("job_failed", job=job_id, reason=reason)
        await close(settled)


async def make_free(*, job_id: str, lease: str) -> bool:
    """Say, before the first of it is sent, that simulated text follows; False where the lease is lost."""
    return await in_db(records.make_free, job_id=job_id, lease=lease)


async def end_without_cloud(job_id: str, *, holder: Holder) -> None:
    """No cloud is configured: a job that no live worker may have, or can read, ends here. Others go on waiting.

    What none of them can read whole goes to the one that reads most, without its oldest turns.
    """
    waiting = await in_db(records.queued, job_id)
    if waiting is None:
        return
    if waiting.for_workers:
        live = await store.live_ids(waiting.tier, now_ms=clock.now_ms())
        most = await in_db(records.most_read, live, avoid=waiting.avoid)
        if most is not None and most >= waiting.needs.whole:
            return
        if most is not None and most >= waiting.needs.least:
            await store.allow_cut(job_id=job_id, tier=waiting.tier, reads_tokens=most)
            return
    if await claim_for_cloud(job_id, holder=holder) is not None:  # so that no worker begins it meanwhile
        await give_up(job_id, text=waiting.text, reason=records.NO_PRODUCER)


async def stop(job_id: str) -> None:
    """The person has read enough: the text so far is the answer. Whoever produces it is paid for it."""
    tier = await in_db(records.tier_of, job_id)
    if tier is None:
        return
    ended = await store.finish(job_id=job_id, tier=tier, holder="", lease="", tokens=0, finish=Finish.STOPPED)
    if ended == "lost":  # over already, or lost with Redis: then Postgres has what was kept of it
        text = await in_db(records.kept_text, job_id)
        ended = store.Finished(holder="", lease="", tokens=0, finish=Finish.STOPPED, text=text)
    if isinstance(ended, store.Finished):
        await settle(job_id, ended)


async def repair(job_id: str) -> None:
    """Bring Redis to what Postgres says of a job: ended, waiting, or lost by its producer."""
    settled = await in_db(records.settled, job_id)
    if settled is not None:
        await close(settled)
        return
    waiting = await in_db(records.queued, job_id)
    if waiting is not None:
        await put_in(waiting)
        return
    status, _ = await store.status_of(job_id)
    if status not in ("running", "handover", "finishing"):  # of those the sweeper must hear again
        await store.forget_lease(job_id)


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
    return await store.heartbeat(
        holder=holder, tiers=tiers, only=only, ready=ready, reads_tokens=reads_tokens, owner=owner
    )


async def reconsider(*, holder: str, paused: bool) -> None:
    """A worker was paused or resumed, and that is committed: what waits for it in any process hears of it.

    One that is paused is no longer live; what it holds it finishes.
    """
    await store.tell_changed(holder=holder)
    if paused:
        await store.say_gone(holder=holder)


async def remove(*, holder: str) -> None:
    """A worker was removed, and that is committed: no claim of it goes on, what it held is handed on."""
    await store.tell_changed(holder=holder)
    await release(holder=holder)


async def release(*, holder: str) -> None:
    """A worker says goodbye: it is no longer live, and what it held is handed on at once."""
    for job_id in await store.say_gone(holder=holder):
        if await store.revoke(job_id=job_id, holder=holder) == "ok":
            await hand_over(job_id)
