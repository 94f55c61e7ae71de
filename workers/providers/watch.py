"""Time limits for a stream that is read by blocking calls.

The SDKs' own timeouts limit the silence on a socket, and a server can keep that alive for ever with comments
and empty chunks. A watch limits the time between pieces of text instead: when it is over, one light thread
per process shuts the socket down, which wakes the blocked read at once. The same handle closes the
connection when the reader leaves early, and when nobody waits for the text any more, which is heard in another
thread.
"""

import math
import socket
import threading
import time
from types import TracebackType
from typing import Any, Protocol

from workers.providers.base import OnToken

MAX_STREAM_S = 300.0
POLL_S = 0.1


class HttpResponse(Protocol):
    """The little that is needed of a response, whichever of the httpx family an SDK brings."""

    @property
    def extensions(self) -> Any:
        """Where the network stream is found."""

    def close(self) -> None:
        """Close the response and, where its body was not read to the end, the connection."""


class Unwanted(Exception):
    """Nobody waits for this stream any more: it was cut, and the provider is not to blame."""


class Interest:
    """Whether the streams that this thread reads, one after the other in `with`, are still waited for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watch: Watch | None = None
        self._lost = False

    def __enter__(self) -> "Interest":
        _current.interest = self
        return self

    def __exit__(self, *_: object) -> None:
        _current.interest = None

    def lose(self) -> None:
        """From another thread: cut what is read now, and what is begun from now on. Its reader gets `Unwanted`."""
        with self._lock:
            self._lost, watch = True, self._watch
        if watch is not None:
            watch.cut()

    def follow(self, watch: "Watch | None") -> None:
        """What is read now."""
        with self._lock:
            self._watch, lost = watch, self._lost
        if lost and watch is not None:
            watch.cut()


class Watch:
    """Limits one stream, from `with` on: to its first token, between tokens, and as a whole.

    It belongs to the thread that opened it. `attach` takes the response as soon as its headers are there;
    until then the HTTP client's own timeouts hold.
    """

    def __init__(self, *, first_token_s: float, stall_s: float, total_s: float = MAX_STREAM_S) -> None:
        self._first_token_s = first_token_s
        self._stall_s = stall_s
        self._total_s = total_s
        self._lock = threading.Lock()
        self._response: HttpResponse | None = None
        self._ended = False
        self._end = self._deadline = math.inf
        self.reason = f"no text within {first_token_s:g} s"
        self.expired = False
        self.unwanted = False

    def __enter__(self) -> "Watch":
        now = time.monotonic()
        self._end = now + self._total_s
        self._deadline = min(now + self._first_token_s, self._end)
        _current.watch = self
        _monitor.add(self)
        self._follow(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._follow(None)
        _monitor.remove(self)
        _current.watch = None
        with self._lock:
            self._ended = True
        if self._response is not None:
            self._response.close()

    def attach(self, response: HttpResponse) -> None:
        """Take the response whose connection is to be cut when time is up."""
        with self._lock:
            self._response = response
            if self.expired or self.unwanted:
                _shut_down(response)

    def progress(self) -> None:
        """Text has come: from now on the limit is the one between tokens."""
        now = time.monotonic()
        self._deadline = min(now + self._stall_s, self._end)
        self.reason = (
            f"no text for {self._stall_s:g} s" if self._deadline < self._end else f"over {self._total_s:g} s"
        )

    def deliver(self, on_token: OnToken, text: str) -> None:
        """Hand text on. The time that the receiver takes is not the provider's."""
        self._deadline = math.inf
        on_token(text)
        self.progress()

    def overdue(self, now: float) -> bool:
        """Whether a limit has passed."""
        return now >= self._deadline

    def expire(self) -> None:
        """Cut the connection; called by the monitor's thread."""
        with self._lock:
            if self._ended or self.expired or not self.overdue(time.monotonic()):
                return
            self.expired = True
            if self._response is not None:
                _shut_down(self._response)

    def cut(self) -> None:
        """Cut the connection, because nobody waits for the text; called by any thread."""
        with self._lock:
            if self._ended:
                return
            self.unwanted = True
            if self._response is not None:
                _shut_down(self._response)

    def _follow(self, watch: "Watch | None") -> None:
        interest: Interest | None = getattr(_current, "interest", None)
        if interest is not None:
            interest.follow(watch)


def attach_response(response: HttpResponse) -> None:
    """An HTTP client's response hook: gives the response to the watch of the thread that asked for it."""
    watch: Watch | None = getattr(_current, "watch", None)
    if watch is not None:
        watch.attach(response)


def _shut_down(response: HttpResponse) -> None:
    stream = response.extensions.get("network_stream")
    sock = stream.get_extra_info("socket") if stream is not None else None
    if not isinstance(sock, socket.socket):
        return  # TLS inside TLS through a proxy: the client's read timeout has to do
    try:
        # The plain socket's method also for a TLS one: ssl's drops its state under the thread that reads.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        pass  # closed already


class _Monitor:
    """Looks after the watches of a process, in a thread that lives only while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watches: set[Watch] = set()
        self._thread: threading.Thread | None = None

    def add(self, watch: Watch) -> None:
        with self._lock:
            self._watches.add(watch)
            # Not alive: it has run out, or this process was forked from the one that had it.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="stream-watch", daemon=True)
                self._thread.start()

    def remove(self, watch: Watch) -> None:
        with self._lock:
            self._watches.discard(watch)

    def _run(self) -> None:
        while True:
            time.sleep(POLL_S)
            now = time.monotonic()
            with self._lock:
                if not self._watches:
                    self._thread = None
                    return
                overdue = [watch for watch in self._watches if watch.overdue(now)]
            for watch in overdue:
                watch.expire()


_current = threading.local()
_monitor = _Monitor()
