"""A model server without a model: `python -m workers.providers.demo_server`.

It speaks OpenAI's chat completions and streams the simulated provider's text, which says that it is simulated.
With it, `ashao-worker` can be tried on a machine that has no Ollama, llama.cpp or vLLM. To the network that is a worker
like any other: what a worker's model server is, nobody can see from there, so its answers are charged and paid.
"""

import argparse
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from workers.providers.base import Message
from workers.providers.config import ProviderSettings
from workers.providers.simulated import SimulatedProvider

MODEL = "demo"
REPEAT = "Repeat exactly, and write nothing else:"
BODY_MAX_BYTES = 1_000_000
SOCKET_TIMEOUT_S = 60


class DemoHandler(BaseHTTPRequestHandler):
    """`GET /v1/models` and `POST /v1/chat/completions`, streamed as server-sent events."""

    protocol_version = "HTTP/1.1"
    timeout = SOCKET_TIMEOUT_S
    provider = SimulatedProvider()

    def do_GET(self) -> None:
        """The one model there is."""
        if self.path.rstrip("/").endswith("/models"):
            self._json(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        else:
            self._json(404, {"error": {"message": "There is nothing here."}})

    def do_POST(self) -> None:
        """Stream an answer to the messages."""
        if not self.path.rstrip("/").endswith("/chat/completions"):
            self._json(404, {"error": {"message": "There is nothing here."}})
            return
        try:
            length = int(self.headers.get("Content-Length", "0"))
            body = json.loads(self.rfile.read(min(length, BODY_MAX_BYTES)))
            messages, prefix = _split(body["messages"])
        except (ValueError, KeyError, TypeError):
            self._json(400, {"error": {"message": "That is no chat completion request."}})
            return
        self._stream(messages, prefix)

    def _stream(self, messages: list[Message], prefix: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        asked = messages[-1]["content"] if messages else ""
        if asked.startswith(REPEAT):
            # What a worker finds out with whether a server goes on with an answer that was begun.
            self._event({"content": asked.removeprefix(REPEAT).strip().removeprefix(prefix)}, "stop")
        else:
            completion = self.provider.stream(
                messages, prefix, lambda text: self._event({"content": text}, None)
            )
            self._event({}, completion.finish, {"completion_tokens": completion.tokens})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, delta: dict[str, str], finish: str | None, usage: dict[str, int] | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        event: dict[str, Any] = {
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": MODEL,
            "choices": [choice],
        }
        if usage is not None:
            event["usage"] = usage
        self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")

    def _json(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def handle_one_request(self) -> None:
        """As inherited; a client that hangs up in the middle of an answer is no error."""
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: requests hold other people's words."""


def _split(raw: list[dict[str, str]]) -> tuple[list[Message], str]:
    """The conversation, and the answer's beginning where the last message is the assistant's."""
    messages: list[Message] = [Message(role=_role(m["role"]), content=str(m["content"])) for m in raw]
    if messages and messages[-1]["role"] == "assistant":
        return messages[:-1], messages[-1]["content"]
    return messages, ""


def _role(role: str) -> Any:
    if role not in ("system", "user", "assistant"):
        raise ValueError("unknown role")
    return role


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workers.providers.demo_server", description=__doc__)
    parser.add_argument("--port", type=int, default=11500)
    parser.add_argument("--tokens-per-second", type=int, default=40)
    options = parser.parse_args()
    settings = ProviderSettings(simulated_tokens_per_second=options.tokens_per_second)
    DemoHandler.provider = SimulatedProvider(settings)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), DemoHandler)
    except OSError as error:
        sys.exit(f"demo server: port {options.port} cannot be used: {error.strerror}.")
    sys.stderr.write(f"A model server without a model: --upstream http://127.0.0.1:{options.port}/v1\n")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
