"""Watching a job: subscribe first, then replay, then what comes; nothing is missed and nothing comes twice.

A position in an answer is a number of UTF-8 bytes, with a mark of what they are. It means the same after a reconnect
and after a hand-over to another producer. After Redis was lost the answer may go on from earlier, and otherwise than
somebody has read it: the mark tells, and the reader is sent all of it anew.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from zlib import crc32

from ashao_site.lib.aio import in_db
from ashao_site.lib.errors import BadInput
from ashao_site.lib.redis import Listener, Resync, redis
from ashao_site.lib.text import splits_character
from workers.jobs.postgres import rows
from workers.jobs.redis import texts
from workers.jobs.redis.keys import tokens_key
from workers.jobs.states import LIVE
from workers.jobs.values import Broke, Ended, Event, Gone, Look, Quiet, Reset, Text, Thought

QUIET_S = 5.0
"""After this long without news the log is read again, in case a notification was lost."""
FIXED = ("running", "finishing", "done", "failed")
"""In these nobody gives text back: a producer goes on from what is there, or it has ended."""
GONE_PAUSE_S = 0.5
QUEUE_MAX = 1_000
"""The most chunks that wait for a slow reader; beyond it, they are read from the log."""
REPLAY_MAX_BYTES = 32 * 1024
"""A longer replay is sent in pieces."""


def mark_of(text: bytes, before: str = "") -> str:
    """Tells a text of an answer from another of the same length; `before` is the mark of what came before it."""
    return f"{crc32(text, int(before or '0', 16)):08x}"


async def subscribe(
    job_id: str, *, start: int = 0, mark: str = "", reasoning: bool = False
) -> AsyncGenerator[Event]:
    """The answer from byte `start` on, as it comes, until it has ended; with `reasoning`, what is thought as well.

    What was thought before is not told again. `Quiet` comes every few seconds in which nothing else does. The
    last event is `Ended`, `Broke`, or `Gone` when the network has forgotten the job. Where the answer does not go as
    `mark` says, or no longer as it was told, `Reset` comes, and then the answer from its beginning. Raises `BadInput`
    (bad_event_id) for an impossible `start` without a mark.
    """
    reader = _Reader(job_id, start, mark, reasoning=reasoning)
    async with redis().hub.listen(tokens_key(job_id), limit=QUEUE_MAX) as listener:
        while True:
            async for event in reader.catch_up():
                yield event
                if isinstance(event, Ended | Broke | Gone):
                    return
            async for event in reader.follow(listener):
                yield event


class _Reader:
    """One listener's place in one answer."""

    def __init__(self, job_id: str, start: int, mark: str, *, reasoning: bool) -> None:
        self.job_id = job_id
        self.reasoning = reasoning
        self.sent = start
        self.mark = mark
        """Of what was sent; empty where a reader of the first edition has not said it."""
        self.begun = False
        self.text = bytearray()
        """All of the answer that was seen: given back if Redis loses it."""

    async def catch_up(self) -> AsyncGenerator[Event]:
        """What the log has beyond what was sent, and the ending if there is one."""
        # All of it: it may have been put back otherwise, or shorter, since it was last seen.
        snapshot = await texts.read(job_id=self.job_id, start=0)
        if not isinstance(snapshot, texts.Snapshot):
            yield await self._gone()
            return
        kept = snapshot.text.encode()
        fixed = bool(snapshot.ending) or snapshot.status in FIXED
        if not fixed and len(kept) < len(self.text) and self.text.startswith(kept):
            await texts.extend(job_id=self.job_id, text=self.text.decode("utf-8", "replace"))
            yield Quiet()
            return
        same = kept.startswith(self.text)
        self.text = bytearray(kept)
        if not self.begun:
            if self.sent > len(kept) and not fixed:
                yield Quiet()  # another process may be about to give back what this reader has
                return
            same = self._is_at_start()
            self.begun = True
        if not same:
            self.sent, self.mark = 0, ""
            yield Reset()
        for event in self._unsent():
            yield event
        if snapshot.ending:
            yield _ending(snapshot.ending)

    async def follow(self, listener: Listener) -> AsyncGenerator[Event]:
        """Chunks as they are published; returns when the log must be read again."""
        while True:
            message = await listener.get(QUIET_S)
            if message is None:
                yield Quiet()
                return
            if isinstance(message, Resync) or message == texts.END:
                return
            if message == texts.LOOK:
                yield Look()
                continue
            position, _, value = message.partition("\n")
            if position == texts.REASONING:
                yield Thought(value) if self.reasoning else Quiet()
                continue
            chunk, start = value.encode(), int(position)
            if self.begun and chunk == self.text[start : start + len(chunk)]:
                continue  # replayed already
            if not self.begun or start != len(self.text):
                return
            self.text += chunk
            for event in self._unsent():
                yield event

    def _is_at_start(self) -> bool:
        """Whether the answer goes as this reader has it up to where it starts. Raises for a position of no answer."""
        text = bytes(self.text[: self.sent])
        if self.mark:
            return len(text) == self.sent and mark_of(text) == self.mark
        if self.sent > len(self.text) or splits_character(self.text, self.sent):
            raise bad_position()
        self.mark = mark_of(text)
        return True

    def _unsent(self) -> list[Text]:
        """What was seen and not sent, in pieces that end where characters end."""
        pieces = []
        while self.sent < len(self.text):
            end = min(self.sent + REPLAY_MAX_BYTES, len(self.text))
            while splits_character(self.text, end):
                end -= 1
            piece = bytes(self.text[self.sent : end])
            self.mark = mark_of(piece, self.mark)
            pieces.append(Text(piece.decode("utf-8", "replace"), end, self.mark))
            self.sent = end
        return pieces

    async def _gone(self) -> Event:
        """Redis does not know the job: give back what was seen of it, if it is still to be finished."""
        text = self.text.decode("utf-8", "replace")
        state = await in_db(rows.keep_text, job_id=self.job_id, text=text)
        if state not in LIVE:
            return Gone()
        await asyncio.sleep(GONE_PAUSE_S)
        if text:
            await texts.extend(job_id=self.job_id, text=text)
        return Quiet()


def bad_position() -> BadInput:
    """The error of a position that an answer cannot have."""
    return BadInput("That is no position in this answer.", code="bad_event_id")


def _ending(raw: str) -> Ended | Broke:
    ending = json.loads(raw)
    if ending["type"] == "done":
        return Ended(tokens=ending["tokens"], finish=ending["finish"])
    return Broke(message=ending["message"])
