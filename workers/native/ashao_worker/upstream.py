"""The model server: any that speaks OpenAI's chat completions with streaming."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

from .answers import Messages, integer
from .errors import BadInput, UpstreamError
from .limits import MODELS_SHOWN_MAX, UPSTREAM_CONNECT_S
from .sse import SseDecoder
from .text import clean

OnText = Callable[[str], Awaitable[None]]

# What servers answer to a field they do not know.
_FIELD_REFUSED = frozenset({400, 422})
_NO_SUCH_ENDPOINT = frozenset({404, 405, 501})


@dataclass(frozen=True)
class Ending:
    """How a generation ended: "stop" or "length", and the tokens the server counted, if it counts."""

    finish: str
    tokens: int | None


class Upstream:
    """Streams answers. `answered_s` is when the server last answered, on the monotonic clock."""

    def __init__(
        self,
        base_url: str,
        client: httpx.AsyncClient,
        *,
        key: str | None,
        max_tokens: int,
        temperature: float | None,
        silence_s: float,
    ) -> None:
        self._base_url = base_url
        self._client = client
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._options: dict[str, object] = {"max_tokens": max_tokens}
        if temperature is not None:
            self._options["temperature"] = temperature
        self._timeout = httpx.Timeout(30.0, connect=UPSTREAM_CONNECT_S, read=silence_s, pool=None)
        self._plain = False
        self.model = ""
        self.answered_s = 0.0

    async def models(self) -> list[str] | None:
        """The models it offers; None when it has no such list. `UpstreamError` when it does not answer."""
        try:
            response = await self._client.get(
                f"{self._base_url}/models", headers=self._headers, timeout=UPSTREAM_CONNECT_S
            )
        except httpx.HTTPError as error:
            raise UpstreamError("model server unreachable") from error
        if response.status_code not in _NO_SUCH_ENDPOINT and not response.is_success:
            raise UpstreamError(f"model server error {response.status_code}")
        self.answered_s = time.monotonic()
        return _listed(response) if response.is_success else None

    async def stream(self, messages: Messages, prefix: str, on_text: OnText) -> Ending:
        """Generates the answer, or what follows `prefix`, giving each delta to `on_text`."""
        if not self._plain:
            ending = await self._attempt(messages, prefix, _extras(prefix), on_text)
            if ending is not None:
                return ending
        # It refused the fields that only some servers know: the same again without them.
        ending = await self._attempt(messages, prefix, {}, on_text)
        if ending is None:
            raise UpstreamError("model server refused the request")
        self._plain = True
        return ending

    async def _attempt(
        self, messages: Messages, prefix: str, extras: dict[str, object], on_text: OnText
    ) -> Ending | None:
        body: dict[str, object] = {
            "model": self.model,
            "messages": [*messages, {"role": "assistant", "content": prefix}] if prefix else messages,
            "stream": True,
            **self._options,
            **extras,
        }
        request = self._client.build_request(
            "POST",
            f"{self._base_url}/chat/completions",
            json=body,
            headers=self._headers,
            timeout=self._timeout,
        )
        try:
            return await self._read(request, on_text)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise UpstreamError("model server unreachable") from error
        except httpx.TimeoutException as error:
            raise UpstreamError("model server stalled") from error
        except httpx.HTTPError as error:
            raise UpstreamError("model server dropped the stream") from error

    async def _read(self, request: httpx.Request, on_text: OnText) -> Ending | None:
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code in _FIELD_REFUSED:
                return None
            if not response.is_success:
                # Never the body: a server may repeat the prompt in it.
                raise UpstreamError(f"model server error {response.status_code}")
            reader = _Reader(on_text)
            decoder = SseDecoder()
            async for received in response.aiter_bytes():
                self.answered_s = time.monotonic()
                await reader.events(decoder.feed(received))
                if reader.ended:
                    break
            await reader.events(decoder.end())
            return reader.ending()
        finally:
            await response.aclose()


class _Reader:
    """Reads the events of one stream."""

    def __init__(self, on_text: OnText) -> None:
        self._on_text = on_text
        self._finish: str | None = None
        self._tokens: int | None = None
        self.ended = False

    async def events(self, events: Sequence[str]) -> None:
        for event in events:
            if self.ended:
                return
            if event.strip() == "[DONE]":
                self.ended = True
                return
            await self._event(event)

    def ending(self) -> Ending:
        """How it ended; a stream that just stops was cut off."""
        if self._finish is None and not self.ended:
            raise UpstreamError("model server dropped the stream")
        return Ending("length" if self._finish == "length" else "stop", self._tokens)

    async def _event(self, event: str) -> None:
        try:
            data = json.loads(event)
        except ValueError as error:
            raise UpstreamError("model server sent something unreadable") from error
        if not isinstance(data, dict) or data.get("error"):
            raise UpstreamError("model server reported an error")
        usage = data.get("usage")
        if isinstance(usage, dict):
            self._tokens = integer(usage.get("completion_tokens")) or self._tokens
        choices = data.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return
        delta = choice.get("delta")
        text = delta.get("content") if isinstance(delta, dict) else None
        if isinstance(text, str) and text:
            await self._on_text(text)
        finish = choice.get("finish_reason")
        self._finish = finish if isinstance(finish, str) else self._finish


def choose_model(wanted: str | None, listed: list[str] | None) -> str:
    """The model to ask for; `BadInput` names what there is when it cannot be chosen."""
    if listed is None:
        if wanted is None:
            raise BadInput("Say which model to use with --model.")
        return wanted
    if wanted is None and len(listed) == 1:
        return listed[0]
    # Ollama calls "llama3.2" "llama3.2:latest" and takes both.
    if wanted is not None and (wanted in listed or f"{wanted}:latest" in listed):
        return wanted
    shown = ", ".join(map(clean, listed[:MODELS_SHOWN_MAX])) or "none"
    more = f" and {len(listed) - MODELS_SHOWN_MAX} more" if len(listed) > MODELS_SHOWN_MAX else ""
    begin = (
        "Choose a model with --model"
        if wanted is None
        else f"The model server has no model {clean(wanted)!r}"
    )
    raise BadInput(f"{begin}; it has: {shown}{more}.")


def _extras(prefix: str) -> dict[str, object]:
    """Fields that make an answer better where they are known; most servers ignore unknown ones."""
    extras: dict[str, object] = {"stream_options": {"include_usage": True}}
    if prefix:
        # vLLM and llama.cpp then leave the last message open; others continue it of themselves.
        extras |= {"continue_final_message": True, "add_generation_prompt": False}
    return extras


def _listed(response: httpx.Response) -> list[str] | None:
    try:
        data = json.loads(response.content)
    except ValueError:
        return None
    entries = data.get("data") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return None
    return [e["id"] for e in entries if isinstance(e, dict) and isinstance(e.get("id"), str)]
