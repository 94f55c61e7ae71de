"""Nodes for tests that are not what a node should be."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SHORT_S = 0.3
"""A client's patience with a node that stays silent. One that answers gets `LONG_S`, on a busy machine too."""
LONG_S = 120.0
ENDLESS_S = 600.0
"""In place of the bound of a round, where it is not what is tested."""

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def node(answer: Answer) -> Iterator[str]:
    """An HTTP server that answers each call by `answer(handler, call)`; its URL, with a secret in it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                answer(self, call)
            except OSError:  # the client has gone, as it should
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v2/hunter2"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def silent_node() -> Iterator[str]:
    """Accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v2/hunter2"


def dead_url() -> str:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/v2/hunter2"


def say(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Always the same answer."""

    def answer(handler: BaseHTTPRequestHandler, _call: dict[str, Any]) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def result(value: object) -> Answer:
    """Every call has this result."""
    return say(json.dumps({"jsonrpc": "2.0", "id": 1, "result": value}).encode())


def dripping(handler: BaseHTTPRequestHandler, _call: dict[str, Any]) -> None:
    """A byte every now and then, without an end: no single read takes long."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.05)
