"""Watching a job: subscribe first, then replay, then what comes; nothing is missed and nothing comes twice.

A position in an answer is a number of UTF-8 bytes. It means the same after a reconnect, after a hand-over to
another producer, and after Redis was lost and the text was put back.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence

from ashao_site.lib.aio import in_db
from ashao_site.lib.errors import BadInput
from ashao_site.lib.redis import Listener, Resync, redis
from workers.jobs import records, store
from workers.jobs.states import LIVE
from workers.jobs.types import Broke, Ended, Event, Gone, Look, Quiet, Text, Thought

QUIET_S = 5.0
"""After this long without news the log is read again, in case a notification was lost."""
GONE_PAUSE_S = 0.5
QUEUE_MAX = 1_000
"""The most chunks that wait for a slow reader; beyond it, they are read from the log."""
REPLAY_MAX_BYTES = 32 * 1024
"""A longer replay is sent in pieces."""


async def subscribe(job_id: str, *, start: int = 0, reasoning: bool = False) -> AsyncGenerator[Event]:
    """The answer from byte `start` on, as it comes, until it has ended; with `reasoning`, what is thought as well.

    What was thought before is not told again. `Quiet` comes every few seconds in which nothing else does. The
    last event is `Ended`, `Broke`, or `Gone` when the network has forgotten the job. Raises `BadInput`
    (bad_event_id) for an impossible `start`.
    """
    reader = _Reader(job_id, start, reasoning=reasoning)
    async with redis().hub.listen(store.tokens_key(job_id), limit=QUEUE_MAX) as listener:
        while True:
            async for event in reader.catch_up():
                yield event
                if isinstance(event, Ended | Broke | Gone):
                    return
            async for event in reader.follow(listener):
                yield event


async def have_readers_look(job_ids: Sequence[str]) -> None:
    """Tell whoever follows one of these answers now to `Look`. It is not in the log: nobody hears it later."""
    for job_id in job_ids:
        await redis().pipe.command("PUBLISH", store.tokens_key(job_id), store.LOOK)


class _Reader:
    """One listener's place in one answer."""

    def __init__(self, job_id: str, start: int, *, reasoning: bool) -> None:
        self.job_id = job_id
        self.reasoning = reasoning
        self.sent = start
        self.begun = False
        self.text = bytearray()
        """All of the answer that was seen: given back if Redis loses it."""

    async def catch_up(self) -> AsyncGenerator[Event]:
        """What the log has beyond what was sent, and the ending if there is one."""
        # The first time from the beginning, so that this process could give the text back. (Chunks may have been
        # followed before: where Redis did not know the job yet, there was nothing to begin with.)
        snapshot = await store.read(job_id=self.job_id, start=len(self.text))
        if snapshot == "gone":
            yield await self._gone()
            return
        if snapshot == "bad":  # the log was put back shorter, or other: stay where we are until it is beyond
            yield Quiet()
            return
        self._see(snapshot.text)
        first, self.begun = not self.begun, True
        if first:
            self._check_start(live=not snapshot.ending)
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
            if isinstance(message, Resync) or message == store.END:
                return
            if message == store.LOOK:
                yield Look()
                continue
            position, _, value = message.partition("\n")
            if position == store.REASONING:
                yield Thought(value) if self.reasoning else Quiet()
                continue
            chunk = value.encode()
            if int(position) + len(chunk) <= len(self.text):
                continue  # replayed already
            if int(position) != len(self.text):
                return
            self._see(value)
            for event in self._unsent():
                yield event

    def _see(self, value: str) -> None:
        self.text += value.encode()

    def _check_start(self, *, live: bool) -> None:
        """Refuse a position that this answer cannot have."""
        beyond = self.sent > len(self.text)
        inside = not beyond and self.sent < len(self.text) and 0x80 <= self.text[self.sent] < 0xC0
        if inside or (beyond and (not live or self.sent > store.ANSWER_MAX_BYTES)):
            raise BadInput("That is no position in this answer.", code="bad_event_id")

    def _unsent(self) -> list[Text]:
        """What was seen and not sent, in pieces that end where characters end."""
        pieces = []
        while self.sent < len(self.text):
            end = min(self.sent + REPLAY_MAX_BYTES, len(self.text))
            while end < len(self.text) and 0x80 <= self.text[end] < 0xC0:
                end -= 1
            pieces.append(Text(self.text[self.sent : end].decode("utf-8", "replace"), end))
            self.sent = end
        return pieces

    async def _gone(self) -> Event:
        """Redis does not know the job: give back what was seen of it, if it is still to be finished."""
        text = self.text.decode("utf-8", "replace")
        state = await in_db(records.keep_text, job_id=self.job_id, text=text)
        if state not in LIVE:
            return Gone()
        await asyncio.sleep(GONE_PAUSE_S)
        if text:
            await store.extend(job_id=self.job_id, text=text)
        return Quiet()


def _ending(raw: str) -> Ended | Broke:
    ending = json.loads(raw)
    if ending["type"] == "done":
        return Ended(tokens=ending["tokens"], finish=ending["finish"])
    return Broke(message=ending["message"])
