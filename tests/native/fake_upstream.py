"""A model server, strict about its side of the contract, with faults to switch on."""

import asyncio
import json

from ashao_worker.continuation import CONTINUE, PROBE_PREFIX, PROBE_QUESTION
from ashao_worker.upstream import GREETING

from .http_server import Cut, Exchange, Server


def answer_of(messages: list[dict]) -> list[str]:
    """The deltas a FakeUpstream answers with: a function of the conversation only."""
    said = [m["content"] for m in messages if m["role"] == "user"][-1]
    return [f"You said {len(said)} characters:", *(f" {word}" for word in said.split()), " – ✓ 🦙", "\n"]


class FakeUpstream:
    """OpenAI's chat completions, streaming. Continues a final assistant message, as llama.cpp does."""

    def __init__(self) -> None:
        self.server = Server(self._handle)
        self.requests: list[dict] = []
        self.probes: list[dict] = []
        self.broken_off = 0
        self.loading = False  # answers 503 to everything
        self.probe_wait_s = 0.0  # before the headers of the probe's answer
        self.probe_status = 0  # answers the probe with this status
        self.context: dict = {}  # what its list of models says beside the name
        self.takes_prefix = True  # continues a final assistant message; else it answers anew
        self.reads_chars: int | None = None  # answers 400 to a longer conversation
        self.refuses_prefix = ""  # answers 400 with these words to a final assistant message
        self.models: list[str] | None = ["tiny", "other:latest"]
        self.delta_s = 0.0
        self.usage = True
        self.finish = "stop"
        self.repeats_prefix = False
        self.refuses_extras = False
        self.error = 0  # answers with this status
        self.hang_after: int | None = None  # says nothing more after this many deltas
        self.drop_after: int | None = None  # cuts the connection after this many deltas
        self.end_after: int | None = None  # ends the answer in good form, but without a word of it
        self.deltas: list[str] | None = None
        self.thought = ""  # comes before each new answer, and only a </think> behind it

    @property
    def url(self) -> str:
        return f"{self.server.url}/v1"

    async def _handle(self, exchange: Exchange) -> None:
        if self.loading:
            await exchange.json(503, {"error": {"message": "Loading model", "code": 503}})
        elif exchange.path == "/v1/models" and self.models is not None:
            listed = [{"id": m, **self.context} for m in self.models]
            await exchange.json(200, {"object": "list", "data": listed})
        elif exchange.path == "/v1/chat/completions":
            if exchange.data["messages"] == GREETING:
                await self._say(exchange, [*self._thinking(), "Hello", "!"])
                return
            probing = exchange.data["messages"][0]["content"] == PROBE_QUESTION
            (self.probes if probing else self.requests).append(exchange.data)
            await (self._probed if probing else self._complete)(exchange)
        else:
            await exchange.json(404, {"error": "no such page"})

    async def _probed(self, exchange: Exchange) -> None:
        messages = exchange.data["messages"]
        await asyncio.sleep(self.probe_wait_s)
        if self.probe_status:
            await exchange.json(self.probe_status, {"error": {"message": "no"}})
            return
        if self.refuses_prefix and messages[-1]["role"] == "assistant":
            await exchange.json(400, {"error": {"message": self.refuses_prefix}})
            return
        goes_on = self.takes_prefix and not self.repeats_prefix
        await self._say(exchange, [" echo", " foxtrot", " golf"] if goes_on else [PROBE_PREFIX, " echo"])

    async def _say(self, exchange: Exchange, texts: list[str]) -> None:
        await exchange.start_stream()
        for text in texts:
            await self._event(exchange, {"choices": [{"index": 0, "delta": {"content": text}}]})
        await self._event(exchange, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        await exchange.write(b"data: [DONE]\n\n")
        await exchange.end_stream()

    async def _complete(self, exchange: Exchange) -> None:
        body = exchange.data
        if self.refuses_prefix and body["messages"][-1]["role"] == "assistant":
            await exchange.json(400, {"error": {"message": self.refuses_prefix}})
        elif self.reads_chars and sum(len(m["content"]) for m in body["messages"]) > self.reads_chars:
            words = "the request exceeds the available context size, try increasing it"
            about = {"message": words, "type": "exceed_context_size_error", "n_ctx": 4096}
            await exchange.json(400, {"error": about})
        elif self.error:
            # Some servers do repeat the prompt in their errors; it must get no further than the worker.
            await exchange.json(self.error, {"error": {"message": f"bad: {body['messages']}"}})
        elif self.refuses_extras and {"stream_options", "continue_final_message"} & body.keys():
            await exchange.json(400, {"error": {"message": "Unrecognized request argument"}})
        else:
            try:
                await self._stream(exchange, body)
            except (asyncio.CancelledError, ConnectionError):
                self.broken_off += 1
                raise

    async def _stream(self, exchange: Exchange, body: dict) -> None:
        await exchange.start_stream()
        deltas = self._deltas_for(body["messages"])
        for number, text in enumerate(deltas):
            if number == self.hang_after:
                await asyncio.sleep(60)
            if number == self.drop_after:
                raise Cut
            if number == self.end_after:
                await exchange.end_stream()
                return
            await self._event(exchange, {"choices": [{"index": 0, "delta": {"content": text}}]})
            await asyncio.sleep(self.delta_s)
        await self._event(exchange, {"choices": [{"index": 0, "delta": {}, "finish_reason": self.finish}]})
        if self.usage and body.get("stream_options", {}).get("include_usage"):
            await self._event(exchange, {"choices": [], "usage": {"completion_tokens": len(deltas) + 100}})
        await exchange.write(b"data: [DONE]\n\n")
        await exchange.end_stream()

    def _deltas_for(self, messages: list[dict]) -> list[str]:
        if messages[-1]["content"] == CONTINUE:
            messages = messages[:-1]  # it understands what is asked of it
        elif messages[-1]["role"] == "assistant" and not self.takes_prefix:
            return self.deltas if self.deltas is not None else answer_of(messages)
        deltas = self.deltas if self.deltas is not None else answer_of(messages)
        if messages[-1]["role"] != "assistant":
            return [*self._thinking(), *deltas]
        prefix, text = messages[-1]["content"], "".join(deltas)
        assert text.startswith(prefix)
        rest = text if self.repeats_prefix else text[len(prefix) :]
        return [rest[i : i + 3] for i in range(0, len(rest), 3)]

    def _thinking(self) -> list[str]:
        return [self.thought, "</think>\n\n"] if self.thought else []

    async def _event(self, exchange: Exchange, data: dict) -> None:
        # Unescaped, as llama.cpp and Ollama do, and cut in two in the middle of whatever is there.
        event = f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "surrogatepass")
        await exchange.write(event[: len(event) // 2])
        await exchange.write(event[len(event) // 2 :])
