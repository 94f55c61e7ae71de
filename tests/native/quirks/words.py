"""What model servers send, piece by piece."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["stop", "length", "handed on"]
CUT = object()
"""A step: the connection breaks here. A step that is a float is so many seconds of silence."""


def delta(*, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """One chunk of a stream."""
    choice = {"index": 0, "delta": fields, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def event(data: object) -> bytes:
    """One event of a stream."""
    return f"data: {data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)}\n\n".encode()


def said(*texts: str, finish: str | None = None) -> list[bytes]:
    """Chunks of an answer."""
    return [event(delta(content=text, finish=finish)) for text in texts]


STOP, DONE = event(delta(finish="stop")), event("[DONE]")
PARTS = ["The three reasons: first, ", "it was late; second, ", "nobody"]
PART = "".join(PARTS)


@dataclass(frozen=True)
class Quirk:
    """A server's way, and what a reader makes of it: the text, the thoughts beside it, and how it ends."""

    name: str
    who: str
    steps: Sequence[Any]
    text: str
    outcome: Outcome
    thoughts: str = ""
    content_type: str = "text/event-stream"

    def __str__(self) -> str:
        return self.name


def whole(message: dict[str, Any], finish: str | None = "stop") -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    return json.dumps({"id": "c1", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()


def letters(text: str) -> list[bytes]:
    return said(*text)


def thought_under(name: str, thought: Any) -> bytes:
    fields: dict[str, Any] = {"content": "", name: thought}
    return event(delta(**fields))


HARMONY = (
    "<|channel|>analysis<|message|>They ask for a number.<|end|><|start|>assistant<|channel|>commentary<|message|>hm"
    "<|end|><|start|>assistant<|channel|>final<|message|>Forty-two.<|return|>"
)
OPENING = event(delta(role="assistant", content=""))
