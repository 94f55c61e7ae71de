"""Server-sent events, decoded from bytes (WHATWG HTML, section 9.2)."""

import re

from .errors import UpstreamError
from .limits import SSE_EVENT_MAX_BYTES

_LINE_END = re.compile(rb"\r\n|\n|\r")


class SseDecoder:
    """Bytes in, the data of complete events out.

    Lines end at CR and LF only. A general line splitter would also break at U+2028 or U+0085, which JSON
    may carry unescaped inside an answer. Our own, since httpx-sse (0.4.3) puts no limit on a line, drops the last event
    of a server that closes without an empty line, and knows nothing of llama.cpp's `error:` field.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._failed = False

    def feed(self, received: bytes) -> list[str]:
        """The data of each event that `received` completes."""
        lines = self._lines(received)
        events = [event for line in lines if (event := self._line(line)) is not None]
        if len(self._rest) + sum(map(len, self._data)) > SSE_EVENT_MAX_BYTES:
            raise UpstreamError("model server sent an oversized event")
        return events

    def end(self) -> list[str]:
        """The last event, of a server that closes without the empty line after it."""
        self._line(self._rest.rstrip(b"\r"))
        self._rest = b""
        last = self._line(b"")
        return [] if last is None else [last]

    def _lines(self, received: bytes) -> list[bytes]:
        text = self._rest + received
        # A CR at the end may be half of a CR LF: it waits for what follows.
        tail = b"\r" if text.endswith(b"\r") else b""
        *lines, rest = _LINE_END.split(text[: len(text) - len(tail)])
        self._rest = rest + tail
        return lines

    def _line(self, line: bytes) -> str | None:
        if not line:
            data, self._data = self._data, []
            failed, self._failed = self._failed, False
            if not data:
                return None
            event = b"\n".join(data)
            return (_failure(event) if failed else event).decode("utf-8", "replace")
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":  # the event's name says what others say inside of the data
            self._failed = value.strip() == b"error"
        elif field == b"error":  # older llama.cpp: so does the field's
            self._data.append(_failure(value))
        return None


def _failure(said: bytes) -> bytes:
    return b'{"error":' + said + b"}"
