"""What the holder of a job does with it: adds to the answer, and ends it."""

from ashao_site.lib.aio import in_db
from ashao_site.lib.errors import Conflict
from workers.jobs.actions.ending import settle
from workers.jobs.actions.handing_over import fail, lease_lost
from workers.jobs.postgres import holders, rows, settling
from workers.jobs.pricing import Tier
from workers.jobs.redis import production, texts
from workers.jobs.redis.production import Finished, Unjudged
from workers.jobs.values import ChunkKind
from workers.jobs.visible import is_blank, says_something

TOKENS_MAX = 1_000_000
FINISH_TRIES_MAX = 3
"""How often a holder's text is looked at again that has grown while it was looked at."""


async def append(
    *, job_id: str, holder: str, lease: str, seq: int, value: str, kind: ChunkKind = "text"
) -> bool:
    """Add one numbered chunk to the answer; returns whether the producer should stop.

    A chunk of `reasoning` has its place in the same numbers and is no part of the answer: it is told to those
    who listen for it, and kept nowhere. A repeat of an accepted number is ignored. Raises `Conflict`:
    `lease_lost`, or `out_of_order` for a number that is too high.
    """
    reply, expected = await production.append(
        job_id=job_id, holder=holder, lease=lease, seq=seq, value=value, kind=kind
    )
    if reply == "lost":
        raise lease_lost()
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
    tier = tier or await in_db(rows.tier_of, job_id)
    if tier is None:
        raise lease_lost()
    judged_bytes: int | None = None
    for _ in range(FINISH_TRIES_MAX):
        ended = await production.finish(
            job_id=job_id,
            tier=tier,
            holder=holder,
            lease=lease,
            tokens=min(tokens, TOKENS_MAX),
            finish=finish,
            judged_bytes=judged_bytes,
        )
        if not isinstance(ended, Unjudged):
            break
        if not says_something(ended.own) and not (last_word and not is_blank(await texts.text_of(job_id))):
            await fail(job_id=job_id, holder=holder, lease=lease)
            raise Conflict("The answer is empty: the job was handed on.", code="empty_answer")
        judged_bytes = ended.own_bytes
    if not isinstance(ended, Finished):  # it is not this holder's any more, or grows while it ends
        earned = await in_db(settling.earned_by, job_id=job_id, holder=holder, lease=lease)
        if earned is None:
            raise lease_lost()
        return earned
    settled = await settle(job_id, ended)
    if settled is None:
        raise lease_lost()
    return settled.earned_micros


async def make_free(*, job_id: str, lease: str) -> bool:
    """Say, before the first of it is sent, that simulated text follows; False where the lease is lost."""
    return await in_db(holders.make_free, job_id=job_id, lease=lease)


async def note_model(*, job_id: str, lease: str, model: str) -> None:
    """Whoever produces this job does it with another model from now on; nothing where the lease is lost."""
    await in_db(holders.note_model, job_id=job_id, lease=lease, model=model)
