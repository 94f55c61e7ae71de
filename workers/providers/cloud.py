"""What the real providers have in common: cool-down, time limits, continuation, chunks into tokens."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from workers.native.ashao_worker.continuation import CONTINUE, PrefixFilter
from workers.native.ashao_worker.errors import Cause, UpstreamError
from workers.native.ashao_worker.text import Opening
from workers.providers.base import Completion, Fault, Finish, Message, OnToken, ProviderError, ignore
from workers.providers.config import ProviderSettings
from workers.providers.cool_down import CoolDown
from workers.providers.watch import Unwanted, Watch

_FAULTS = {Cause.CONVERSATION: Fault.REQUEST, Cause.FILTERED: Fault.BLOCKED}
CHARS_PER_TOKEN = 4  # the usual rule of thumb, where a server counts nothing
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Chunk:
    """One event of a provider's stream. `tokens` and `finish` are set once they are known."""

    text: str = ""
    thought: str = ""
    tokens: int | None = None
    finish: Finish | None = None


class CloudProvider(ABC):
    """A provider reached over HTTP by an SDK. A subclass opens the stream and explains what went wrong."""

    id: str
    model: str
    simulated = False

    def __init__(self, settings: ProviderSettings, *, cool_down: CoolDown | None = None) -> None:
        self._settings = settings
        self._cool_down = cool_down or CoolDown()

    def available(self) -> bool:
        """Whether its cool-down is over."""
        return self._cool_down.ready()

    def stream(
        self, messages: Sequence[Message], prefix: str, on_token: OnToken, on_thought: OnToken = ignore
    ) -> Completion:
        watch = Watch(
            first_token_s=self._settings.first_token_timeout_s, stall_s=self._settings.stall_timeout_s
        )
        try:
            with watch, closing(self._chunks(with_prefix(messages, prefix), watch)) as chunks:
                completion = self._relay(chunks, prefix, _Told(watch, on_token, on_thought))
        except ProviderError as error:
            self._cool_down.failed(error)
            raise
        self._cool_down.succeeded()
        return completion

    @abstractmethod
    def _open(self, messages: Sequence[Message]) -> Iterable[Chunk]:
        """Ask the provider; what it raises is given to `_explain`."""

    @abstractmethod
    def _explain(self, error: Exception) -> ProviderError:
        """Say what an exception of the SDK means, with nothing of the conversation in it."""

    def _error(
        self, what: str, fault: Fault = Fault.BUSY, retry_after_s: float | None = None
    ) -> ProviderError:
        return ProviderError(f"{self.id}: {what}.", fault=fault, retry_after_s=retry_after_s)

    def _chunks(self, messages: Sequence[Message], watch: Watch) -> Generator[Chunk, None, None]:
        # `from None`: the SDKs' exceptions carry answers and requests, which must not get into a log.
        try:
            yield from self._open(messages)
        except ProviderError:
            raise
        except UpstreamError as error:
            self._refuse_what_was_cut(watch)
            raise self._reported(error) from None
        except Exception as error:
            self._refuse_what_was_cut(watch)
            raise self._explain(error) from None
        self._refuse_what_was_cut(watch)

    def _refuse_what_was_cut(self, watch: Watch) -> None:
        if watch.unwanted:
            raise Unwanted from None
        if watch.expired:
            raise self._error(watch.reason) from None

    def _reported(self, error: UpstreamError) -> ProviderError:
        """What went wrong, as the reader of the model server's answer has found it."""
        return self._error(f"it failed: {error}", _FAULTS.get(error.cause, Fault.BUSY))

    def _relay(self, chunks: Iterable[Chunk], prefix: str, told: "_Told") -> Completion:
        opening, own_text = Opening(), PrefixFilter(prefix)
        chars, tokens, finish = 0, None, None
        try:
            for chunk in chunks:
                tokens = chunk.tokens if chunk.tokens is not None else tokens
                finish = chunk.finish or finish
                if thought := storable(chunk.thought):
                    told.thought(thought)
                if text := opening.feed(storable(chunk.text)):
                    chars += len(text)
                    told.text(own_text.feed(text))
            rest = own_text.end()
        except UpstreamError as error:
            raise self._reported(error) from None
        if finish is None:
            raise self._error("the stream broke off before its end")
        if not chars and (not prefix or finish == "length"):
            raise self._error("it answered with nothing")
        told.text(rest)
        return Completion(tokens=estimate_tokens(chars) if tokens is None else tokens, finish=finish)


class _Told:
    """Hands text and thoughts on; both are progress."""

    def __init__(self, watch: Watch, on_token: OnToken, on_thought: OnToken) -> None:
        self._watch, self._on_token, self._on_thought = watch, on_token, on_thought

    def text(self, text: str) -> None:
        """Text of the answer; empty while it is held back."""
        if text:
            self._watch.deliver(self._on_token, text)
        else:
            self._watch.progress()

    def thought(self, text: str) -> None:
        """What the model thinks."""
        self._watch.deliver(self._on_thought, text)


def with_prefix(messages: Sequence[Message], prefix: str) -> list[Message]:
    """The conversation to send so that a chat model goes on from `prefix`; as it is where there is none.

    The last turn is the instruction, as a user's: a conversation that ends in the model's own turn is
    refused by some servers and answered with a fresh start by others.
    """
    if not prefix:
        return list(messages)
    return [*messages, Message(role="assistant", content=prefix), Message(role="user", content=CONTINUE)]


def estimate_tokens(chars: int) -> int:
    """About how many tokens a text of that length is."""
    return -(-chars // CHARS_PER_TOKEN)


def storable(text: str) -> str:
    """The text with what UTF-8 and PostgreSQL can't hold (lone surrogates, NUL) replaced."""
    return _UNSTORABLE.sub("\ufffd", text)


def retry_after(value: str | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """The seconds of a `Retry-After` header (RFC 9110, 10.2.3: a number or a date), or None."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now()).total_seconds())
