"""The text of an answer as it grows: what was sent so far, and the channel on which the rest comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ashao_site.lib.redis import Reply, redis
from workers.jobs.redis import script
from workers.jobs.redis.keys import job_key, tokens_key

READ, EXTEND = script("read"), script("extend")
END = "end"
"""Published on a job's channel when it has ended."""
REASONING = "reasoning"
"""What comes before a piece of reasoning on a job's channel; a piece of the answer comes after its position."""
LOOK = "look"
"""Published on a job's channel when somebody may have lost the right to read it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A job's stream: its status, its ending (JSON, or empty), the text from where it was asked."""

    status: str
    ending: str
    text: str
    length: int


async def text_of(job_id: str) -> str:
    """The text so far."""
    text: str = await redis().pipe.command("GET", tokens_key(job_id)) or ""
    return text


async def read(*, job_id: str, start: int) -> Snapshot | Literal["gone", "bad"]:
    """The stream from byte `start` on; `bad` where no character begins at that byte."""
    reply: Reply = await redis().pipe.script(READ, (job_key(job_id), tokens_key(job_id)), (start,))
    if reply[0] == "ok":
        return Snapshot(reply[1], reply[2], reply[3], int(reply[4]))
    return "bad" if reply[0] == "bad" else "gone"


async def extend(*, job_id: str, text: str) -> None:
    """Give back text that a listener has seen and that Redis no longer has."""
    await redis().pipe.script(EXTEND, (job_key(job_id), tokens_key(job_id)), (text,))


async def have_readers_look(job_ids: Sequence[str]) -> None:
    """Tell whoever follows one of these answers now to `Look`. It is not in the log: nobody hears it later."""
    for job_id in job_ids:
        await redis().pipe.command("PUBLISH", tokens_key(job_id), LOOK)
