"""One job, from the claim to its end."""

import asyncio
import time
from dataclasses import dataclass
from enum import Enum

from .answers import Claim
from .batcher import Batcher
from .completions import Ending, Finish
from .continuation import PrefixFilter
from .errors import Cause, LeaseLost, Refused, UpstreamError
from .limits import ANSWER_MAX_CHARS, THOUGHT_MAX_CHARS
from .network import Network
from .retries import Lease, insist
from .stats import Stats
from .text import Mender, Opening
from .thinking import Piece
from .upstream import Upstream

HANDED_BACK = "worker stopping"


@dataclass(frozen=True)
class Done:
    """Complete, and paid for."""

    tokens: int
    finish: Finish
    seconds: float
    earned_micros: int


@dataclass(frozen=True)
class Failed:
    """Handed on. `upstream` says whether the model server is why, `unsure` that it may be."""

    reason: str
    upstream: bool
    unsure: bool = False


@dataclass(frozen=True)
class Lost:
    """The network took it from us; nothing was sent after that."""

    reason: str


Outcome = Done | Failed | Lost


class _Order(Enum):
    """What somebody outside the job decided about it."""

    STOP = "stop"
    ABANDON = "abandon"
    HAND_BACK = "hand back"


class JobRun:
    """Produces one claimed job. `run` once; the orders may come at any time, and the first one counts."""

    def __init__(self, claim: Claim, network: Network, upstream: Upstream, stats: Stats) -> None:
        self.claim = claim
        self.lease = Lease(claim.lease_token, claim.lease_ms)
        self._network = network
        self._upstream = upstream
        self._stats = stats
        self._order: asyncio.Future[_Order] = asyncio.get_running_loop().create_future()
        self._batcher = Batcher(self._send)
        self._deltas = 0
        self._chars = 0
        self._thoughts = Mender()
        self._thought_chars = 0
        self._started_s = time.monotonic()

    def stop(self) -> None:
        """The person stopped: what was streamed so far is the answer."""
        self._give(_Order.STOP)

    def abandon(self) -> None:
        """The lease is lost: send nothing more."""
        self._give(_Order.ABANDON)

    def hand_back(self) -> None:
        """The program stops: somebody else should go on from here."""
        self._give(_Order.HAND_BACK)

    async def run(self) -> Outcome:
        """Produces the job and ends it on the network. Raises `Revoked` and `Fatal` only."""
        generate = asyncio.create_task(self._generate())
        send = asyncio.create_task(self._batcher.run())
        try:
            waits: set[asyncio.Future[bool] | asyncio.Future[_Order]] = {send, self._order}
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            order = _Order.STOP if send.done() and send.result() else None
            if not send.done():
                order = self._order.result()
            if order is None:
                return await self._end(await generate)
            await _cancel(generate, send)
            return await self._obey(order)
        except UpstreamError as error:
            return await self._fail(str(error), error.cause)
        except LeaseLost as lost:
            return Lost(str(lost))
        except Refused as refused:
            return await self._fail(f"network refused: {refused.code}")
        finally:
            await _cancel(generate, send)

    def _give(self, order: _Order) -> None:
        if not self._order.done():
            self._order.set_result(order)

    async def _obey(self, order: _Order) -> Outcome:
        if order is _Order.STOP:
            return await self._complete(Ending("stop", None))
        if order is _Order.HAND_BACK:
            return await self._fail(HANDED_BACK)
        return Lost("The network gave the job to somebody else.")

    async def _end(self, ending: Ending) -> Outcome:
        if not self._chars and (not self.claim.prefix or ending.finish == "length"):
            reason = "only thoughts, no answer" if self._thought_chars else "empty answer"
            return await self._fail(reason, Cause.UNSURE)
        return await self._complete(ending)

    async def _generate(self) -> Ending:
        """Streams the answer into the batcher, which is closed however this ends."""
        mender, opening, own_text = Mender(), Opening(), PrefixFilter(self.claim.prefix)
        last = ""

        async def on_piece(piece: Piece) -> None:
            self._deltas += 1
            self._stats.mark(1)
            if piece.kind == "reasoning":
                await self._think(piece.text)
                return
            await self._batcher.put(self._limited(own_text.feed(opening.feed(mender.feed(piece.text)))))
            if self._chars == ANSWER_MAX_CHARS:
                raise _TooLong

        try:
            ending = await self._upstream.stream(self.claim.messages, self.claim.prefix, on_piece)
            last = own_text.feed(opening.feed(mender.end())) + own_text.end()
        except _TooLong:
            return Ending("length", None)
        finally:
            self._batcher.close(self._limited(last))
        return ending

    async def _think(self, thought: str) -> None:
        """Reasoning is progress, and no answer. A network that does not know it is told nothing of it."""
        self._thought_chars += len(thought)
        if self._thought_chars > THOUGHT_MAX_CHARS:
            raise UpstreamError("model thinks without an end", cause=Cause.UNSURE)
        if self._network.takes_reasoning:
            await self._batcher.put(self._thoughts.feed(thought), "reasoning")

    def _limited(self, text: str) -> str:
        text = text[: ANSWER_MAX_CHARS - self._chars]
        self._chars += len(text)
        return text

    async def _send(self, seq: int, chunk: Piece) -> bool:
        return await insist(
            lambda: self._network.token_chunk(self.claim.job_id, self.lease, seq, chunk), self.lease
        )

    async def _complete(self, ending: Ending) -> Outcome:
        tokens = self._deltas if ending.tokens is None else ending.tokens
        seconds = time.monotonic() - self._started_s
        try:
            earned = await insist(
                lambda: self._network.complete(self.claim.job_id, self.lease, tokens, ending.finish),
                self.lease,
            )
        except LeaseLost as lost:
            return Lost(str(lost))
        return Done(tokens=tokens, finish=ending.finish, seconds=seconds, earned_micros=earned)

    async def _fail(self, reason: str, cause: Cause = Cause.CONVERSATION) -> Outcome:
        try:
            await insist(lambda: self._network.fail(self.claim.job_id, self.lease, reason), self.lease)
        except (LeaseLost, Refused):
            pass  # it is somebody else's already, which is what we wanted
        upstream = cause in (Cause.SERVER, Cause.LOADING)
        return Failed(reason, upstream=upstream, unsure=cause is Cause.UNSURE)


class _TooLong(Exception):
    """The answer has reached the longest there may be."""


async def _cancel(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
