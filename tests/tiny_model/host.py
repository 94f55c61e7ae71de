"""Serves the tiny model as a hub of models does, notes what it is asked, and fails as a test wants it to."""

import hashlib
import random
import re
import threading
import time
from dataclasses import dataclass, field, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from .catalogue import PADDING, catalogue
from .chats import MODEL_ID, REVISION
from .store import FILES, WEIGHTS, ensure

_PIECE_BYTES = 64 * 1024
_THROTTLED_PIECES_PER_SECOND = 20
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Range, Content-Length, ETag, Accept-Ranges",
    "Cache-Control": "no-store",  # so that each use of a file is a request, which a test can count
}


@dataclass
class Request:
    """One request: what was asked for and what was sent."""

    method: str
    path: str  # below the model's folder; anything else as it came
    range: str | None
    first_byte: int = 0
    status: int = 0
    bytes_sent: int = 0
    cut: bool = False

    @property
    def of_weights(self) -> bool:
        """Whether it asked for what is large."""
        return self.path in (*WEIGHTS.values(), PADDING)


@dataclass
class Switches:
    """How the host behaves; tests set these, and `reset` sets them back."""

    bytes_per_second: int | None = None
    """Of each body."""
    cut_after: int | None = None
    """The next `cut_times` bodies of weights end after so many bytes, and so do their connections."""
    cut_times: int = 1
    corrupt: str | None = None
    """This file has a wrong byte in its middle, the next `corrupt_times` times that it is sent."""
    corrupt_times: int = 1
    missing: set[str] = field(default_factory=set)
    """These files aren't there."""
    down: bool = False
    """All requests are refused: 503."""
    no_ranges: bool = False
    """A request for a part is answered with all of it, as some hosts do."""


class ModelHost:
    """Listens on 127.0.0.1 while its `with` block runs.

    A switch can be set on the host itself: `host.down = True`. Files are read when it starts.
    """

    bytes_per_second: int | None
    cut_after: int | None
    cut_times: int
    corrupt: str | None
    corrupt_times: int
    missing: set[str]
    down: bool
    no_ranges: bool

    def __init__(self, folder: Path | None = None, *, port: int = 0, padding_bytes: int = 0) -> None:
        self._folder = folder or ensure()
        self._padding_bytes = padding_bytes
        self._files = {name: (self._folder / name).read_bytes() for name in FILES}
        if padding_bytes:
            self._files[PADDING] = padding(padding_bytes)
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self.reset()
        handler = type("Handler", (_Handler,), {"host": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.reset()  # a throttled body must not go on for ever
        self._server.shutdown()
        self._server.server_close()

    def catalogue(self) -> list[dict[str, object]]:
        """What BROWSER_MODELS must hold, the padding included."""
        return catalogue(self._folder, self._padding_bytes)

    def reset(self) -> None:
        """All switches as they were, no request noted."""
        self.__dict__.update(vars(Switches()))
        self.forget_requests()

    def requests(self) -> list[Request]:
        """Those that came so far, preflights left out; the bytes of a running one grow."""
        with self._lock:
            return [replace(request) for request in self._requests]

    def forget_requests(self) -> None:
        """From here on count anew."""
        with self._lock:
            self._requests = []

    def weights_bytes(self) -> int:
        """How much was sent of what is large."""
        return sum(request.bytes_sent for request in self.requests() if request.of_weights)

    def weights_size(self, dtype: str = "q4") -> int:
        """How large a build's weights are, the padding included."""
        return len(self._files[WEIGHTS[dtype]]) + self._padding_bytes

    def note(self, request: Request) -> None:
        """For the handler: a request has come."""
        with self._lock:
            self._requests.append(request)

    def content(self, path: str) -> bytes | None:
        """For the handler: a file as it is now served."""
        return None if path in self.missing else self._files.get(path)

    def take_corruption(self, path: str) -> bool:
        """For the handler: whether this body is to be wrong; counts down."""
        with self._lock:
            if self.corrupt != path or self.corrupt_times < 1:
                return False
            self.corrupt_times -= 1
            return True

    def take_cut(self) -> int | None:
        """For the handler: after how many bytes this body of weights ends; counts down."""
        with self._lock:
            if self.cut_after is None or self.cut_times < 1:
                return None
            self.cut_times -= 1
            return self.cut_after


@cache
def padding(size: int) -> bytes:
    """The same bytes each time, and not the same at any two places that are near."""
    block = random.Random(1).randbytes(1_048_573)
    return (block * (size // len(block) + 1))[:size]


@cache
def _etag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    host: ModelHost
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_OPTIONS(self) -> None:
        allowed = {
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Allow-Headers": "Range, If-Range, If-None-Match",
            "Access-Control-Allow-Private-Network": "true",
        }
        self._begin(204, {"Content-Length": "0", **allowed})

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        prefix = f"/{MODEL_ID}/resolve/{REVISION}/"
        path = self.path.partition("?")[0].removeprefix(prefix)
        request = Request(self.command, path, self.headers["Range"])
        self.host.note(request)
        data = self.host.content(path)
        if self.host.down:
            self._refuse(request, 503)
        elif data is None:
            self._refuse(request, 404)
        else:
            self._serve(request, data)

    def _refuse(self, request: Request, status: int, **headers: str) -> None:
        request.status = status
        self._begin(status, {"Content-Length": "0"} | headers)

    def _serve(self, request: Request, data: bytes) -> None:
        size, about = len(data), {"ETag": _etag(data), "Content-Type": "application/octet-stream"}
        first, end, request.status = 0, size, 200
        if not self.host.no_ranges:
            about["Accept-Ranges"] = "bytes"
            asked = _RANGE.fullmatch(request.range or "")
            if asked and self.headers.get("If-Range", about["ETag"]) == about["ETag"]:
                first = int(asked[1])
                end = min(size, int(asked[2]) + 1) if asked[2] else size
                if first >= end:
                    self._begin(416, {"Content-Length": "0", "Content-Range": f"bytes */{size}"})
                    request.status = 416
                    return
                request.status, request.first_byte = 206, first
                about["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
        self._begin(request.status, about | {"Content-Length": str(end - first)})
        if self.command == "GET":
            self._send(request, self._perhaps_wrong(request.path, data)[first:end])

    def _perhaps_wrong(self, path: str, data: bytes) -> bytes:
        if not self.host.take_corruption(path):
            return data
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]

    def _send(self, request: Request, body: bytes) -> None:
        cut = self.host.take_cut() if request.of_weights else None
        if cut is not None and cut < len(body):
            body, request.cut, self.close_connection = body[:cut], True, True
        try:
            while request.bytes_sent < len(body):
                piece = self._piece_bytes()
                self.wfile.write(body[request.bytes_sent : request.bytes_sent + piece])
                request.bytes_sent = min(len(body), request.bytes_sent + piece)
        except ConnectionError:  # the browser has left
            self.close_connection = True

    def _piece_bytes(self) -> int:
        """How much to send next, after the pause that is due before it."""
        rate = self.host.bytes_per_second
        if rate is None:
            return _PIECE_BYTES
        time.sleep(1 / _THROTTLED_PIECES_PER_SECOND)
        return max(1, rate // _THROTTLED_PIECES_PER_SECOND)

    def _begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (_CORS | headers).items():
            self.send_header(name, value)
        self.end_headers()
