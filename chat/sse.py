"""Server-sent events, as the contract words them. Pure.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
import re
from dataclasses import dataclass

from ashao_site.lib.errors import BadInput

KEEP_ALIVE = b": keep-alive\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x7f\x85\u2028\u2029"}
_EVENT_ID = re.compile(r"(end-)?([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Position:
    """Where in an answer a reader is: after that many bytes of UTF-8, and after its last event or not."""

    end: int = 0
    over: bool = False


def parse_event_id(raw: str | None) -> Position:
    """The position that an event's id names; the beginning for none. Raises `BadInput` (bad_event_id)."""
    if not raw:
        return Position()
    found = _EVENT_ID.fullmatch(raw)
    if found is None:
        raise BadInput("That is no event's id.", code="bad_event_id")
    return Position(end=int(found[2]), over=found[1] is not None)


def token_event(value: str, *, end: int) -> bytes:
    """A piece of the answer, which ends after `end` bytes."""
    return _event(str(end), {"type": "token", "value": value})


def reasoning_event(value: str, *, end: int) -> bytes:
    """A piece of what the model thinks: it adds nothing to the answer, so its id is where the answer stands."""
    return _event(str(end), {"type": "reasoning", "value": value})


def done_event(*, tokens: int, finish: str, end: int) -> bytes:
    """The answer is whole."""
    return _event(f"end-{end}", {"type": "done", "tokens": tokens, "finish": finish})


def error_event(message: str, *, end: int) -> bytes:
    """There will be no more of it."""
    return _event(f"end-{end}", {"type": "error", "message": message})


def _event(event_id: str, data: dict[str, object]) -> bytes:
    # JSON escapes line ends and other controls below U+0020, so it is always one `data:` line. Common readers, those
    # that use Python's `splitlines` among them, end a line at these as well.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)
    return f"id: {event_id}\ndata: {text}\n\n".encode()
