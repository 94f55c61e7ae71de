"""A line between a browser and the server that can be cut, as a network is."""

import socket
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

PIECE = 65_536
CONNECT_S = 30.0
STREAM = b"GET /api/chat/stream"


class Line:
    """Carries TCP connections to the server. What is cut stays cut; mending is for the connections that come then."""

    def __init__(self, server_url: str) -> None:
        server = urlsplit(server_url)
        assert server.hostname is not None
        assert server.port is not None
        self._server = (server.hostname, server.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._whole = True
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._streams: set[socket.socket] = set()
        """Both ends of the connections on which a stream was asked for."""
        self._dead: set[socket.socket] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.cut()
        for end in self._streams:
            _close(end)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def cut(self) -> None:
        """End every connection, and refuse new ones."""
        with self._lock:
            self._whole = False
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                if end not in self._dead:
                    _close(end)

    def deaden(self) -> None:
        """End what is idle, and leave the streams: nothing comes through, and neither end is told.

        That is what a machine finds that was asleep.
        """
        with self._lock:
            self._dead |= self._streams
        self.cut()

    def mend(self) -> None:
        """Carry new connections again."""
        with self._lock:
            self._whole = True

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            self._carry(browser)

    def _carry(self, browser: socket.socket) -> None:
        with self._lock:
            if not self._whole:
                _close(browser)
                return
            try:
                server = socket.create_connection(self._server, timeout=CONNECT_S)
            except OSError:
                _close(browser)
                return
            server.settimeout(None)
            self._pairs.append((browser, server))
        for source, target in ((browser, server), (server, browser)):
            threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if piece.startswith(STREAM):
                    self._streams |= {source, target}
                if source not in self._dead:
                    target.sendall(piece)
        if source not in self._dead:
            _close(target)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
