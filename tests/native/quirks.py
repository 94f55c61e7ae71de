"""What model servers really send, row by row, on the wire; and a server that sends it.

Both readers of such servers are tested against the same rows: the native worker's and the cloud provider's.
"""

import asyncio
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

from .http_server import Cut, Exchange, Server

Outcome = Literal["stop", "length", "handed on"]
CUT = object()
"""A step: the connection breaks here. A step that is a float is so many seconds of silence."""


def delta(*, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """One chunk of a stream."""
    choice = {"index": 0, "delta": fields, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def event(data: object) -> bytes:
    """One event of a stream."""
    return f"data: {data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)}\n\n".encode()


def said(*texts: str, finish: str | None = None) -> list[bytes]:
    """Chunks of an answer."""
    return [event(delta(content=text, finish=finish)) for text in texts]


STOP, DONE = event(delta(finish="stop")), event("[DONE]")
PARTS = ["The three reasons: first, ", "it was late; second, ", "nobody"]
PART = "".join(PARTS)


@dataclass(frozen=True)
class Quirk:
    """A server's way, and what a reader makes of it: the text, the thoughts beside it, and how it ends."""

    name: str
    who: str
    steps: Sequence[Any]
    text: str
    outcome: Outcome
    thoughts: str = ""
    content_type: str = "text/event-stream"

    def __str__(self) -> str:
        return self.name


def _whole(message: dict[str, Any], finish: str | None = "stop") -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    return json.dumps({"id": "c1", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()


def _letters(text: str) -> list[bytes]:
    return said(*text)


def _thought(name: str, thought: Any) -> bytes:
    fields: dict[str, Any] = {"content": "", name: thought}
    return event(delta(**fields))


HARMONY = (
    "<|channel|>analysis<|message|>They ask for a number.<|end|><|start|>assistant<|channel|>commentary<|message|>hm"
    "<|end|><|start|>assistant<|channel|>final<|message|>Forty-two.<|return|>"
)
OPENING = event(delta(role="assistant", content=""))

REASONING = (
    Quirk(
        "delta.reasoning_content",
        "llama.cpp, vLLM, LM Studio, SGLang",
        [
            OPENING,
            *[event(delta(content=None, reasoning_content=t)) for t in ("hm, ", "well")],
            *said("Forty", "-two."),
            STOP,
            DONE,
        ],
        "Forty-two.",
        "stop",
        "hm, well",
    ),
    Quirk(
        "delta.reasoning",
        "Ollama, newer vLLM, OpenRouter",
        [*[event(delta(content="", reasoning=t)) for t in ("hm, ", "well")], *said("Forty-two."), STOP, DONE],
        "Forty-two.",
        "stop",
        "hm, well",
    ),
    Quirk(
        "one thought under both names",
        "vLLM on its way from the one to the other",
        [event(delta(reasoning="hm", reasoning_content="hm")), *said("Forty-two."), STOP, DONE],
        "Forty-two.",
        "stop",
        "hm",
    ),
    *(
        Quirk(
            f"delta.{name}",
            who,
            [_thought(name, thought), *said("Forty-two."), STOP, DONE],
            "Forty-two.",
            "stop",
            "hm",
        )
        for name, who, thought in (
            ("thinking", "Ollama's own name for it", "hm"),
            ("reasoning_text", "some proxies", "hm"),
            ("reasoning_details", "OpenRouter", [{"type": "reasoning.text", "text": "hm"}]),
        )
    ),
    *(
        Quirk(
            f"{opener} in the content",
            who,
            [*_letters(f"{opener}hm{closer}\nForty-two."), STOP, DONE],
            "Forty-two.",
            "stop",
            "hm",
        )
        for opener, closer, who in (
            ("<thought>", "</thought>", "Gemma's and others' templates"),
            ("<seed:think>", "</seed:think>", "Seed-OSS"),
            ("◁think▷", "◁/think▷", "Kimi-VL"),
        )
    ),
    Quirk(
        "<think> in the content",
        "templates without a parser",
        [*said("<think>\nsecret musings\n</think>\n\nForty-two."), STOP, DONE],
        "Forty-two.",
        "stop",
        "\nsecret musings\n",
    ),
    Quirk(
        "<think> letter by letter",
        "templates without a parser",
        [*_letters("\n<think>hm < 3 </thin</think>\n\nForty <think>-two."), STOP, DONE],
        "Forty <think>-two.",
        "stop",
        "hm < 3 </thin",
    ),
    Quirk(
        "<think> that is not closed",
        "a model that only thinks",
        [*said("<think>on and ", "on"), event(delta(finish="length")), DONE],
        "",
        "handed on",
        "on and on",
    ),
    Quirk(
        "thoughts alone",
        "a model that only thinks",
        [event(delta(reasoning_content="hm")), STOP, DONE],
        "",
        "handed on",
        "hm",
    ),
    Quirk(
        "<think> that a person asked about",
        "any",
        [*said("The tag is <think>", "; it ends with </think>."), STOP, DONE],
        "The tag is <think>; it ends with </think>.",
        "stop",
    ),
    Quirk(
        "[THINK] in the content",
        "Magistral's template",
        [*said("[THINK]hm[/THINK]Forty-two."), STOP, DONE],
        "Forty-two.",
        "stop",
        "hm",
    ),
    Quirk(
        "<|channel|>analysis",
        "gpt-oss without a parser",
        [*said(HARMONY), STOP, DONE],
        "Forty-two.",
        "stop",
        "They ask for a number.hm",
    ),
    Quirk(
        "<|channel|>analysis letter by letter",
        "gpt-oss without a parser",
        [*_letters(HARMONY), STOP, DONE],
        "Forty-two.",
        "stop",
        "They ask for a number.hm",
    ),
)

UNMARKED = (
    Quirk(
        "</think> alone",
        "vLLM and SGLang without a parser, where the template has opened the thought",
        [*said("hm, ", "well</th", "ink>\n\nForty", "-two."), STOP, DONE],
        "Forty-two.",
        "stop",
        "hm, well",
    ),
    Quirk(
        "</think> alone, letter by letter",
        "the same",
        [*_letters("hm < 3 </thin</think>\n\nForty </think>-two."), STOP, DONE],
        "Forty </think>-two.",
        "stop",
        "hm < 3 </thin",
    ),
    Quirk(
        "<think> once more",
        "a model that opens a thought which the template has opened",
        [*said("<think>\nhm</think>", "Forty-two."), STOP, DONE],
        "Forty-two.",
        "stop",
        "\nhm",
    ),
    Quirk(
        "no </think>",
        "a model that only thinks",
        [*said("on and ", "on"), event(delta(finish="length")), DONE],
        "",
        "handed on",
        "on and on",
    ),
)
"""Of servers whose text starts within a thought; who reads it has been told, or has found out."""

CUTS = (
    *(
        Quirk(
            f"finish_reason {reason!r}",
            who,
            [*said(*PARTS), event(delta(finish=reason)), DONE],
            PART,
            "handed on",
        )
        for reason, who in (
            ("abort", "vLLM, SGLang"),
            ("error", "several"),
            ("load", "Ollama"),
            ("content_filter", "several"),
            ("insufficient_system_resource", "a reason that nobody heard of"),
        )
    ),
    Quirk(
        'finish_reason "" in every chunk, then the end', "Ollama", said(*PARTS, finish=""), PART, "handed on"
    ),
    Quirk(
        'finish_reason "" in every chunk, then [DONE]',
        "Ollama",
        [*said(*PARTS, finish=""), DONE],
        PART,
        "handed on",
    ),
    Quirk(
        'finish_reason "" in every chunk, then "stop"',
        "Ollama",
        [*said(*PARTS, finish=""), STOP, DONE],
        PART,
        "stop",
    ),
    Quirk("no reason before [DONE]", "several", [*said(*PARTS), DONE], PART, "handed on"),
    Quirk("no reason before the end", "several", said(*PARTS), PART, "handed on"),
    Quirk("a connection that breaks", "any", [*said(*PARTS), CUT], PART, "handed on"),
    Quirk(
        "finish_reason 'length'", "any", [*said(*PARTS), event(delta(finish="length")), DONE], PART, "length"
    ),
    Quirk(
        "finish_reason 'max_tokens'",
        "some",
        [*said(*PARTS), event(delta(finish="max_tokens")), DONE],
        PART,
        "length",
    ),
    Quirk(
        "finish_reason 'MAX_TOKENS'",
        "Cohere's and Gemini's names in a proxy",
        [*said(*PARTS), event(delta(finish="MAX_TOKENS")), DONE],
        PART,
        "length",
    ),
    *(
        Quirk(
            f"finish_reason {reason!r}",
            "Cohere's and Gemini's names in a proxy",
            [*said(*PARTS), event(delta(finish=reason)), DONE],
            PART,
            "stop",
        )
        for reason in ("STOP", "COMPLETE")
    ),
    Quirk("finish_reason 'eos'", "some", [*said(*PARTS), event(delta(finish="eos")), DONE], PART, "stop"),
    Quirk("finish_reason in the last word's chunk", "many", [*said(PART, finish="stop"), DONE], PART, "stop"),
)

ERRORS = (
    Quirk(
        '{"object": "error"} in a 200',
        "FastChat, older vLLM and SGLang",
        [event({"object": "error", "message": "CUDA out of memory", "code": 50002}), DONE],
        "",
        "handed on",
    ),
    Quirk(
        '{"object": "error"} in the middle',
        "FastChat, older vLLM and SGLang",
        [*said(*PARTS), event({"object": "error", "message": "boom", "code": 50001}), DONE],
        PART,
        "handed on",
    ),
    Quirk(
        "error_code in the middle",
        "FastChat",
        [*said(*PARTS), event({"text": "NETWORK ERROR", "error_code": 50004}), DONE],
        PART,
        "handed on",
    ),
    Quirk(
        '{"error": {…}} in the middle',
        "llama.cpp, Ollama",
        [*said(*PARTS), event({"error": {"message": "model runner has unexpectedly stopped"}})],
        PART,
        "handed on",
    ),
    Quirk(
        "event: error, then a reason",
        "servers that name their events",
        [*said(*PARTS), b'event: error\ndata: {"message":"boom","type":"server_error"}\n\n', STOP, DONE],
        PART,
        "handed on",
    ),
    Quirk(
        "events that have names",
        "servers that name their events",
        [*(b"event: message\n" + chunk for chunk in said(*PARTS)), STOP, DONE],
        PART,
        "stop",
    ),
    Quirk(
        '{"error": {…}} as the body of a 200',
        "proxies",
        [json.dumps({"error": {"message": "overloaded", "code": 502}}).encode()],
        "",
        "handed on",
        content_type="application/json",
    ),
    Quirk(
        "an error: line, then [DONE]",
        "older llama.cpp",
        [*said(*PARTS), b'error: {"code":500,"message":"slot unavailable","type":"server_error"}\n\n', DONE],
        PART,
        "handed on",
    ),
    Quirk(
        "an error: line that is no JSON, then a reason",
        "older llama.cpp",
        [*said(*PARTS), b"error: boom\n\n", STOP, DONE],
        PART,
        "handed on",
    ),
)

SHAPES = (
    Quirk(
        "content as a list",
        "Mistral's servers",
        [
            event(delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}])),
            event(delta(content=[{"type": "text", "text": "Forty"}, {"type": "text", "text": "-two"}])),
            *said("."),
            STOP,
            DONE,
        ],
        "Forty-two.",
        "stop",
        "hm",
    ),
    Quirk(
        "one JSON body",
        "some proxies",
        [_whole({"content": "Forty-two."})],
        "Forty-two.",
        "stop",
        content_type="application/json",
    ),
    Quirk(
        "one JSON body, said to be a stream",
        "some proxies",
        [_whole({"content": "<think>hm</think>Forty-two.", "reasoning_content": "so: "}, "length")],
        "Forty-two.",
        "length",
        "so: hm",
    ),
    Quirk(
        "one JSON body without a reason",
        "some proxies",
        [_whole({"content": PART}, None)],
        PART,
        "handed on",
        content_type="application/json",
    ),
    Quirk("white space only", "small models", [*said("\n\n", "  \t"), STOP, DONE], "", "handed on"),
    Quirk(
        "nothing that can be seen",
        "small models",
        [*said("\u200b", "\u3164\u2060"), STOP, DONE],
        "",
        "handed on",
    ),
    Quirk("an empty body", "llama-cpp-python, when the context overflows", [], "", "handed on"),
    Quirk("nothing but [DONE]", "some", [DONE], "", "handed on"),
    Quirk(
        "nothing but a tool call",
        "any",
        [event(delta(tool_calls=[{"index": 0}])), event(delta(finish="tool_calls")), DONE],
        "",
        "handed on",
    ),
    Quirk(
        "white space before the first word",
        "many",
        [*said("\n", "\n", " Forty", "-two."), STOP, DONE],
        "\n\n Forty-two.",
        "stop",
    ),
    Quirk(
        "comments, a BOM, CR LF",
        "many",
        [
            b"\xef\xbb\xbf: ping\r\n\r\n",
            *(e.replace(b"\n", b"\r\n") for e in said("Forty", "-two.")),
            STOP,
            DONE,
        ],
        "Forty-two.",
        "stop",
    ),
)

QUIRKS = (*REASONING, *CUTS, *ERRORS, *SHAPES)


class QuirkServer:
    """Sends what `quirk` says to every request; in a thread of its own, for readers that block."""

    def __init__(self) -> None:
        self.quirk: Quirk | None = None
        self.requests: list[dict[str, Any]] = []
        self.broken_off = 0
        self._server = Server(self._handle)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="quirks", daemon=True)

    def __enter__(self) -> "QuirkServer":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        assert self._server.crashes == []

    @property
    def url(self) -> str:
        return f"{self._server.url}/v1"

    def stop(self) -> None:
        """It is gone, and whoever listens to it is cut off."""
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)

    async def _handle(self, exchange: Exchange) -> None:
        if not exchange.path.endswith("/chat/completions"):
            await exchange.json(404, {"error": "no such page"})
            return
        assert self.quirk is not None
        self.requests.append(exchange.data)
        try:
            await self._send(exchange, self.quirk)
        except (asyncio.CancelledError, ConnectionError):
            self.broken_off += 1
            raise

    async def _send(self, exchange: Exchange, quirk: Quirk) -> None:
        await exchange.start_stream(quirk.content_type)
        for step in quirk.steps:
            if step is CUT:
                raise Cut
            if isinstance(step, float):
                await asyncio.sleep(step)
                continue
            # In two pieces, cut in the middle of whatever is there.
            for part in (step[: len(step) // 2], step[len(step) // 2 :]):
                if part:
                    await exchange.write(part)
        await exchange.end_stream()
