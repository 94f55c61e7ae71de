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
EVENT_ID = r"(end-)?([0-9]{1,9})(?:-([0-9a-f]{8}))?"
_EVENT_ID = re.compile(EVENT_ID)


@dataclass(frozen=True, slots=True)
class Position:
    """Where in an answer a reader is: after that many bytes of UTF-8, and after its last event or not.

    `mark` tells which bytes they were; ids of the first edition have none.
    """

    end: int = 0
    mark: str = ""
    ended: bool = False


def parse_event_id(raw: str | None) -> Position:
    """The position that an event's id names; the beginning for none. Raises `BadInput` (bad_event_id)."""
    if not raw:
        return Position()
    parts = _EVENT_ID.fullmatch(raw)
    if parts is None:
        raise BadInput("That is no event's id.", code="bad_event_id")
    return Position(end=int(parts[2]), mark=parts[3] or "", ended=parts[1] is not None)


def token_event(value: str, *, at: Position) -> bytes:
    """A piece of the answer, which ends there."""
    return _event(_id(at), {"type": "token", "value": value})


def reasoning_event(value: str, *, at: Position) -> bytes:
    """A piece of what the model thinks: it adds nothing to the answer, so its id is where the answer stands."""
    return _event(_id(at), {"type": "reasoning", "value": value})


def reset_event() -> bytes:
    """What was told of the answer does not hold any more: it comes from its beginning."""
    return _event(_id(Position()), {"type": "reset"})


def done_event(*, tokens: int, finish: str, at: Position) -> bytes:
    """The answer is whole."""
    return _event(f"end-{_id(at)}", {"type": "done", "tokens": tokens, "finish": finish})


def error_event(message: str, *, at: Position) -> bytes:
    """There will be no more of it."""
    return _event(f"end-{_id(at)}", {"type": "error", "message": message})


def _id(at: Position) -> str:
    return f"{at.end}-{at.mark}" if at.mark else str(at.end)


def _event(event_id: str, data: dict[str, object]) -> bytes:
    # JSON escapes line ends and other controls below U+0020, so it is always one `data:` line. Common readers, those
    # that use Python's `splitlines` among them, end a line at these as well.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)
    return f"id: {event_id}\ndata: {text}\n\n".encode()
