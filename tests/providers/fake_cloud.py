"""A real HTTP server on 127.0.0.1 that speaks Gemini's or OpenAI's streaming protocol, as a test tells it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_TICKS = 500
TICK_S = 0.02
MAX_SILENCE_S = 90.0


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class FakeCloud:
    """`script` answers the next requests; it gets the reply to write to and the request."""

    url: str
    script: "Script"
    requests: list[Request] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)  # a client closed its connection early


class Reply:
    """What a script writes to."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler

    def error(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self._handler.send_header(name, value)
        self._handler.send_header("Content-Length", str(len(raw)))
        self._handler.end_headers()
        self._handler.wfile.write(raw)

    def start(self) -> None:
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "text/event-stream")
        self._handler.send_header("Transfer-Encoding", "chunked")
        self._handler.end_headers()

    def raw(self, data: bytes) -> None:
        self._handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self._handler.wfile.flush()

    def event(self, data: object) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        self.raw(f"data: {text}\r\n\r\n".encode())

    def end(self) -> None:
        self._handler.wfile.write(b"0\r\n\r\n")
        self._handler.wfile.flush()

    def cut(self) -> None:
        """Close the connection with the body unfinished."""
        self._handler.close_connection = True

    def say_nothing(self) -> None:
        """Keep the connection and send nothing, until the client closes it; that is an `OSError` like any other."""
        self._handler.connection.settimeout(MAX_SILENCE_S)
        if self._handler.connection.recv(1) == b"":
            raise ConnectionResetError

    def ticks(self, tick: Callable[[], None]) -> None:
        """Call `tick` again and again until the client is gone (the write fails)."""
        for _ in range(MAX_TICKS):
            tick()
            time.sleep(TICK_S)


Script = Callable[[Reply, Request], None]


@contextmanager
def serving() -> Iterator[FakeCloud]:
    cloud = FakeCloud(url="", script=lambda reply, _request: reply.error(500, {}))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, json.loads(self.rfile.read(length)))
            cloud.requests.append(request)
            try:
                cloud.script(Reply(self), request)
            except OSError:
                cloud.left.set()
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that leaves in the middle is what many of these tests are about: print nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def gemini_event(text: str = "", finish: str | None = None, tokens: int | None = None, **extra: Any) -> Any:
    """One GenerateContentResponse, as the API streams it."""
    candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
        if not text:
            del candidate["content"]
    body: dict[str, Any] = {"candidates": [candidate], "modelVersion": "gemini-2.5-flash", **extra}
    if tokens is not None:
        body["usageMetadata"] = {
            "promptTokenCount": 5,
            "candidatesTokenCount": tokens,
            "thoughtsTokenCount": 9,
        }
    return body


def gemini_error(code: int, status: str, *details: dict[str, Any], message: str = "Refused.") -> Any:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def openai_event(text: str | None = None, finish: str | None = None) -> Any:
    """One chat.completion.chunk, as servers stream it."""
    delta = {"role": "assistant", "content": text} if text is not None else {}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "small",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def openai_usage(tokens: int) -> Any:
    usage = {"prompt_tokens": 5, "completion_tokens": tokens, "total_tokens": 5 + tokens}
    return {**openai_event(), "choices": [], "usage": usage}
