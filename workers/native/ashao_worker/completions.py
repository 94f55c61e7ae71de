"""What model servers send for a chat completion, whichever of their ways they send it: pure, no I/O.

The formats are OpenAI's, and what servers of that name were seen to make of them. The cloud's provider for such
servers reads by the same code.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from .errors import Cause, UpstreamError
from .limits import BODY_MAX_BYTES
from .sse import SseDecoder
from .thinking import Kind, Piece, ThinkFilter

Finish = Literal["stop", "length"]

# The reasons that say that an answer is whole, by the names that servers give them, in capitals or small (Gemini's and
# Cohere's are in capitals). Any other is a cut answer's.
_WHOLE = frozenset(
    {"stop", "eos", "eos_token", "stop_sequence", "end_turn", "complete", "tool_calls", "function_call"}
)
_LENGTH = frozenset({"length", "max_tokens", "max_output_tokens", "model_length"})
_FILTERED = frozenset({"content_filter"})
# Where servers put a thought; several put the same one under two of these names.
_THOUGHTS = ("reasoning_content", "reasoning", "thinking", "reasoning_text", "reasoning_details")

_TOO_LONG = (
    "context size",
    "context length",
    "context window",
    "context_length",
    "context_size",
    "maximum context",
    "prompt is too long",
    "prompt too long",
    "too many tokens",
    "input length",
    "max_model_len",
    "max_seq_len",
)
TOO_LONG = "the conversation is longer than the model server reads"


@dataclass(frozen=True)
class Ending:
    """How a generation ended, and the tokens that the server counted, if it counts."""

    finish: Finish
    tokens: int | None


class CompletionReader:
    """Reads the body of one answer: a stream of events, or one JSON object where a stream was asked for.

    `begun`: its text starts within a thought, whose opening the template has put into the prompt.
    """

    def __init__(self, *, begun: bool = False) -> None:
        self._events = SseDecoder()
        self._thoughts = ThinkFilter(begun=begun)
        self._whole: bytearray | None = None
        self._begun = False
        self._finish = ""
        self._tokens: int | None = None
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether the server has said that nothing more comes."""
        return self._ended

    def feed(self, received: bytes) -> Iterator[Piece]:
        """What `received` adds. Raises `UpstreamError` when the server says in it that it failed."""
        if not self._begun:
            received = received.lstrip(b"\xef\xbb\xbf \t\r\n")
            self._begun = bool(received)
            if received.startswith(b"{"):  # no line of an event stream begins so
                self._whole = bytearray()
        if self._whole is None:
            for event in self._events.feed(received):
                yield from self._event(event)
            return
        self._whole += received
        if len(self._whole) > BODY_MAX_BYTES:
            raise UpstreamError("model server sent an oversized answer")

    def end(self) -> Iterator[Piece]:
        """The body is over: what was still held back."""
        if self._whole is not None:
            yield from self._event(self._whole.decode("utf-8", "replace"))
        else:
            for event in self._events.end():
                yield from self._event(event)
        yield from self._thoughts.end()

    def ending(self) -> Ending:
        """How it ended. An answer that was cut off is an `UpstreamError`, however politely it was."""
        if self._finish in _WHOLE:
            return Ending("stop", self._tokens)
        if self._finish in _LENGTH:
            return Ending("length", self._tokens)
        if self._finish in _FILTERED:
            raise UpstreamError("the model server's filters cut the answer", cause=Cause.FILTERED)
        if self._finish:
            raise UpstreamError("model server cut the answer off", cause=Cause.UNSURE)
        if self._ended:
            raise UpstreamError("model server ended without a reason", cause=Cause.UNSURE)
        raise UpstreamError("model server dropped the stream")

    def _event(self, event: str) -> Iterator[Piece]:
        if self._ended:
            return
        if event.strip() == "[DONE]":
            self._ended = True
            return
        try:
            data = json.loads(event)
        except ValueError as error:
            raise UpstreamError("model server sent something unreadable") from error
        if not isinstance(data, dict):
            raise UpstreamError("model server sent something unreadable")
        if data.get("error") or data.get("object") == "error" or data.get("error_code"):
            raise reported(event)
        usage = data.get("usage")
        if isinstance(usage, dict):
            self._count(usage.get("completion_tokens"))
        choices = data.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if isinstance(choice, dict):
            yield from self._choice(choice)

    def _choice(self, choice: Mapping[str, object]) -> Iterator[Piece]:
        said = choice.get("delta") or choice.get("message")
        if isinstance(said, dict):
            thought = next((said[name] for name in _THOUGHTS if said.get(name)), None)
            yield from (Piece("reasoning", text) for _, text in _parts(thought))
            for kind, text in _parts(said.get("content")):
                if kind == "reasoning":
                    yield Piece(kind, text)
                else:
                    yield from self._thoughts.feed(text)
        finish = choice.get("finish_reason")
        if isinstance(finish, str) and finish:  # "" in every chunk says nothing
            self._finish = finish.lower()

    def _count(self, tokens: object) -> None:
        if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens > 0:
            self._tokens = tokens


def reported(words: str) -> UpstreamError:
    """What a server's own words about a failure mean. The words go no further: they may repeat the prompt."""
    if too_long(words):
        return UpstreamError(TOO_LONG, cause=Cause.CONVERSATION)
    return UpstreamError("model server reported an error", cause=Cause.UNSURE)


def too_long(words: str) -> bool:
    """Whether a server says that it cannot take so long a conversation."""
    lowered = words.lower()
    return any(sign in lowered for sign in _TOO_LONG)


def _parts(content: object) -> Iterator[tuple[Kind, str]]:
    """The texts of a content: one text, or a list of parts (Mistral's servers)."""
    if isinstance(content, str) and content:
        yield "text", content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, str):
            yield "text", part
        elif isinstance(part, dict):
            thought = part.get("thinking")
            if isinstance(part.get("text"), str):
                yield "text", part["text"]
            elif isinstance(thought, str):
                yield "reasoning", thought
            elif isinstance(thought, list):
                yield from (("reasoning", text) for _, text in _parts(thought))
