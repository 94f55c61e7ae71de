"""A model server that counts, and says it differently each time it is asked.

Every word of its answer is `<number>·<tag>`: the numbers go 0, 1, 2 …, the tag belongs to one request. So an
answer that is whole has each number once and in order, whoever wrote which part; and an answer that was put
together differently for its reader than for its conversation shows it, because the tags differ.
"""

import asyncio
import itertools
import json
import re
import threading
from collections.abc import Iterator
from types import TracebackType

from tests.native.http_server import Exchange, Server

NAME = "counting"
TAG_CHARS = 3
_ASKED = re.compile(r"count to (\d+)")
_WORD = re.compile(r"(\d+)·([a-z]{3})(🦙?)")


def question(words: int) -> str:
    """What to ask for an answer of that many words."""
    return f"Please count to {words}"


def is_whole(text: str, words: int) -> bool:
    """Whether an answer has every number once and in order."""
    found = [_WORD.fullmatch(word) for word in text.split()]
    return [int(match[1]) if match else -1 for match in found] == list(range(words))


def producers(text: str) -> int:
    """How many requests wrote an answer."""
    return len({match[2] for match in _WORD.finditer(text)})


def continuation(prefix: str, words: int, tag: str) -> Iterator[str]:
    """The deltas after `prefix`, which may end in the middle of a word."""
    whole, _, begun = prefix.rpartition(" ")
    first = len(whole.split()) if whole else 0
    for number in range(first, words):
        word = f"{number}·{tag}{'' if number % 10 else '🦙'} "
        if number == first and begun:
            # Whoever began this word chose its tag; what is missing of it is as long as what ours lacks.
            assert word.split("·", maxsplit=1)[0].startswith(begun.split("·")[0])
            word = word[len(begun) :]
        if word:
            yield word


class CountingModel:
    """OpenAI's chat completions, streaming, in a thread of its own; each delta takes `delta_s`."""

    def __init__(self, *, delta_s: float) -> None:
        self.delta_s = delta_s
        self.broken = False
        """Answers every request with an error."""
        self._tags = ("".join(letters) for letters in itertools.product("bcdfghjk", repeat=TAG_CHARS))
        self._server = Server(self._handle)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="counting-model", daemon=True)

    def __enter__(self) -> "CountingModel":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        assert self._server.crashes == []

    @property
    def url(self) -> str:
        return f"{self._server.url}/v1"

    async def _handle(self, exchange: Exchange) -> None:
        if exchange.path == "/v1/models":
            await exchange.json(200, {"object": "list", "data": [{"id": NAME}]})
        elif exchange.path == "/v1/chat/completions" and self.broken:
            await exchange.json(500, {"error": {"message": "out of order"}})
        elif exchange.path == "/v1/chat/completions":
            await self._stream(exchange)
        else:
            await exchange.json(404, {"error": "no such page"})

    async def _stream(self, exchange: Exchange) -> None:
        messages = exchange.data["messages"]
        asked = next((match for m in messages if (match := _ASKED.search(m["content"]))), None)
        # The conversations of these tests have one question: what the assistant said is the beginning.
        begun = [message["content"] for message in messages if message["role"] == "assistant"]
        tag, count = next(self._tags), 0
        await exchange.start_stream()
        # Without a question to count it is the worker's own, which finds out whether a model answers at all.
        words = int(asked[1]) if asked else 0
        for delta in continuation(begun[-1] if asked and begun else "", words, tag):
            await self._event(exchange, {"choices": [{"index": 0, "delta": {"content": delta}}]})
            count += 1
            await asyncio.sleep(self.delta_s)
        await self._event(exchange, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if exchange.data.get("stream_options", {}).get("include_usage"):
            await self._event(exchange, {"choices": [], "usage": {"completion_tokens": count}})
        await exchange.write(b"data: [DONE]\n\n")
        await exchange.end_stream()

    async def _event(self, exchange: Exchange, data: dict) -> None:
        about = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": NAME}
        await exchange.write(f"data: {json.dumps({**about, **data}, ensure_ascii=False)}\n\n".encode())
