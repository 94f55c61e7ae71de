"""What a provider is: the words that the fallback and every provider share. No framework is imported here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, TypedDict

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length"]
OnToken = Callable[[str], None]


def ignore(_text: str) -> None:
    """For whom thoughts are nothing."""


class Message(TypedDict):
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True)
class Completion:
    """How a stream ended: the tokens that the provider counted, and whether it stopped or was cut short."""

    tokens: int
    finish: Finish


class InferenceProvider(Protocol):
    """A place that answers when no volunteer does."""

    @property
    def id(self) -> str:
        """A short stable name, for logs and metrics."""

    @property
    def model(self) -> str:
        """What it answers with, as people are shown it on a receipt."""

    @property
    def simulated(self) -> bool:
        """Whether no model answers: an answer with any of its text costs nothing."""

    def available(self) -> bool:
        """Whether it is worth asking now. Never waits."""

    def stream(
        self, messages: Sequence[Message], prefix: str, on_token: OnToken, on_thought: OnToken = ignore
    ) -> Completion:
        """Answer `messages`, calling `on_token` with each piece of text as it comes.

        `on_thought` is told what the model thinks before that: it is no part of the answer.

        `prefix` is the answer so far, written by another producer: what is streamed continues it and does
        not repeat it. Blocks until the end; every wait inside has a limit. What these two raise ends the
        stream at once and comes out unchanged, and so does `watch.Unwanted`. Everything else that goes wrong is a
        `ProviderError`.
        """


class Fault(StrEnum):
    """Why a provider did not answer; it decides for how long the provider is left alone."""

    KEY = "key"  # the key, the model or the account is refused: nothing will work until someone mends it
    REQUEST = "request"  # this one request is refused: others may work
    QUOTA = "quota"  # too much was asked for
    BUSY = "busy"  # overloaded, unreachable, too slow, broken off
    BLOCKED = "blocked"  # its filters refuse this conversation


class ProviderError(Exception):
    """A provider could not answer, or not to the end.

    The message says what happened and never holds a prompt, an answer or a key. `permanent` means that
    asking this provider the same again soon is useless; `retry_after_s` is what the provider asked us to
    wait, where it did.
    """

    def __init__(self, message: str, *, fault: Fault, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.retry_after_s = retry_after_s

    @property
    def permanent(self) -> bool:
        """Whether the same request would fail again for as long as nobody changes anything."""
        return self.fault in {Fault.KEY, Fault.REQUEST}
