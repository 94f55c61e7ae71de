"""The model server: any that speaks OpenAI's chat completions with streaming."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import httpx

from .answers import Messages
from .completions import TOO_LONG, CompletionReader, Ending, too_long
from .context import ContextFinder
from .continuation import CONTINUE, PROBE_PREFIX, PROBE_QUESTION, continues
from .errors import BadInput, Cause, UpstreamError
from .fitting import fit
from .limits import (
    GREETING_S,
    GREETING_TOKENS,
    GREETING_WORD_S,
    MODELS_SHOWN_MAX,
    PROBE_TOKENS,
    PROBE_WORD_S,
    REFUSAL_MAX_BYTES,
    UPSTREAM_ASK_S,
    UPSTREAM_CONNECT_S,
)
from .text import clean
from .thinking import CLOSER, Piece

OnPiece = Callable[[Piece], Awaitable[None]]
GREETING = [{"role": "user", "content": "Say hello."}]
"""Answered to find out how this server's answers begin."""

# What servers answer to a field that they do not know, or to a last message that is the model's own.
_REFUSED = frozenset({400, 422})
_TOO_LARGE = 413
_LOADING = frozenset({429, 503})
_NO_SUCH_ENDPOINT = frozenset({404, 405, 501})


@dataclass(frozen=True)
class _Shape:
    """One way to ask. `extras`: with fields that only some servers know. `open_turn`: a prefix is the last message,
    and the server goes on with it; else it is asked to go on, in a turn of the person's."""

    extras: bool
    open_turn: bool


class _OtherShapeError(Exception):
    """The server does not take the request as it is."""


class _HeardError(Exception):
    """The probe knows enough."""


class Upstream:
    """Streams answers. `answered_s` is when the server last answered, on the monotonic clock.

    `context` is how many tokens the model reads, where that is known; `probed` says that it was seen to answer.
    """

    def __init__(
        self,
        base_url: str,
        client: httpx.AsyncClient,
        *,
        key: str | None,
        max_tokens: int,
        temperature: float | None,
        silence_s: float,
        context: int | None = None,
    ) -> None:
        self._base_url = base_url
        self._client = client
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._max_tokens = max_tokens
        self._options: dict[str, object] = {} if temperature is None else {"temperature": temperature}
        self._timeout = httpx.Timeout(30.0, connect=UPSTREAM_CONNECT_S, read=silence_s, pool=None)
        self._plain = False
        self._continues = True
        self._thinks_unmarked = False
        self.context = context
        self.model = ""
        self.probed = False
        self.answered_s = 0.0

    async def models(self) -> list[str] | None:
        """The models it offers; None when it has no such list. `UpstreamError` when it does not answer."""
        try:
            response = await self._client.get(
                f"{self._base_url}/models", headers=self._headers, timeout=UPSTREAM_ASK_S
            )
        except httpx.HTTPError as error:
            raise UpstreamError("model server unreachable") from error
        if response.status_code not in _NO_SUCH_ENDPOINT and not response.is_success:
            raise _failed(response.status_code)
        self.answered_s = time.monotonic()
        return _listed(response) if response.is_success else None

    async def find_context(self) -> None:
        """Asks the server how much the model reads, unless that is known."""
        if self.context is None:
            self.context = await ContextFinder(self._base_url, self._client, self._headers).find(self.model)

    async def probe(self) -> None:
        """Has the model answer a small question; learns by it how this server continues an answer.

        A server that loads its model first may take long for it. Raises `UpstreamError` when it does not answer.
        """
        question, opening, goes_on = [{"role": "user", "content": PROBE_QUESTION}], "", False

        async def hear(piece: Piece) -> None:
            nonlocal opening, goes_on
            opening += piece.text if piece.kind == "text" else ""
            verdict = continues(opening) if piece.kind == "text" else False
            if verdict is not None:
                goes_on = verdict
                raise _HeardError

        self._continues = True
        try:
            async with asyncio.timeout(None) as limit:

                def answered() -> None:
                    limit.reschedule(asyncio.get_running_loop().time() + PROBE_WORD_S)

                options: dict[str, object] = {"max_tokens": PROBE_TOKENS, "temperature": 0}
                await self._ask(question, PROBE_PREFIX, options, hear, answered)
        except (_HeardError, TimeoutError):
            pass  # one that answers, and says nothing for long, thinks
        # Where only another shape was taken, it is known already that it does not.
        self._continues = self._continues and goes_on
        self.probed = True

    async def find_thinking(self) -> None:
        """Has the model say a word; learns by it whether its answers start within a thought.

        So it is where the template puts `<think>` into the prompt, and the server leaves what is thought in the
        text: all that tells the thought from the answer is the `</think>` between them, and that comes too late
        for one who streams. What can't be found out is taken for the usual.
        """
        said = ""
        self._thinks_unmarked = False
        options: dict[str, object] = {"max_tokens": GREETING_TOKENS, "temperature": 0}
        with suppress(_HeardError, TimeoutError, UpstreamError):
            async with asyncio.timeout(GREETING_WORD_S) as limit:

                async def hear(piece: Piece) -> None:
                    nonlocal said
                    if not said:
                        limit.reschedule(asyncio.get_running_loop().time() + GREETING_S)
                    said += piece.text
                    if piece.kind == "reasoning" or CLOSER in said:
                        self._thinks_unmarked = piece.kind == "text"
                        raise _HeardError

                await self._ask(GREETING, "", options, hear, lambda: None)

    async def stream(self, messages: Messages, prefix: str, on_piece: OnPiece) -> Ending:
        """Generates the answer, or what follows `prefix`, giving each piece to `on_piece`.

        A conversation that the model cannot read whole loses its oldest turns, or is refused with `UpstreamError`.
        """
        max_tokens = self._max_tokens
        if self.context is not None:
            messages, max_tokens = fit(messages, prefix, context=self.context, max_tokens=max_tokens)
        options = {"max_tokens": max_tokens, **self._options}
        return await self._ask(messages, prefix, options, on_piece, lambda: None)

    async def _ask(
        self,
        messages: Messages,
        prefix: str,
        options: dict[str, object],
        on_piece: OnPiece,
        on_answer: Callable[[], None],
    ) -> Ending:
        for shape in self._shapes(prefix):

            def answered(shape: _Shape = shape) -> None:
                self._plain = not shape.extras
                self._continues = self._continues and (shape.open_turn or not prefix)
                on_answer()

            body = self._body(messages, prefix, shape) | options
            try:
                # Where it goes on with a message of its own, nothing is put before it.
                begun = self._thinks_unmarked and not (prefix and shape.open_turn)
                return await self._attempt(body, CompletionReader(begun=begun), on_piece, answered)
            except _OtherShapeError:
                continue
        raise UpstreamError("model server refused the request", cause=Cause.UNSURE)

    def _shapes(self, prefix: str) -> list[_Shape]:
        """How to ask, the best first: the next is for a server that refuses the one before."""
        extras = (False,) if self._plain else (True, False)
        turns = (False,) if not (prefix and self._continues) else (True, False)
        return [_Shape(extra, turn) for turn in turns for extra in extras]

    def _body(self, messages: Messages, prefix: str, shape: _Shape) -> dict[str, object]:
        asked = list(messages)
        if prefix:
            asked.append({"role": "assistant", "content": prefix})
            if not shape.open_turn:
                asked.append({"role": "user", "content": CONTINUE})
        body: dict[str, object] = {"model": self.model, "messages": asked, "stream": True}
        if shape.extras:
            body["stream_options"] = {"include_usage": True}
            if prefix and shape.open_turn:
                # vLLM and llama.cpp then leave the last message open; others continue it of themselves.
                body |= {"continue_final_message": True, "add_generation_prompt": False}
        return body

    async def _attempt(
        self,
        body: dict[str, object],
        reader: CompletionReader,
        on_piece: OnPiece,
        on_answer: Callable[[], None],
    ) -> Ending:
        request = self._client.build_request(
            "POST",
            f"{self._base_url}/chat/completions",
            json=body,
            headers=self._headers,
            timeout=self._timeout,
        )
        try:
            response = await self._client.send(request, stream=True)
            try:
                if not response.is_success:
                    await _refuse(response)
                on_answer()
                return await self._read(response, reader, on_piece)
            finally:
                await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise UpstreamError("model server unreachable") from error
        except httpx.TimeoutException as error:
            raise UpstreamError("model server stalled") from error
        except httpx.HTTPError as error:
            raise UpstreamError("model server dropped the stream") from error

    async def _read(self, response: httpx.Response, reader: CompletionReader, on_piece: OnPiece) -> Ending:
        async for received in response.aiter_bytes():
            self.answered_s = time.monotonic()
            for piece in reader.feed(received):
                await on_piece(piece)
            if reader.ended:
                break
        for piece in reader.end():
            await on_piece(piece)
        return reader.ending()


async def _refuse(response: httpx.Response) -> None:
    """Raises what an answer without success means. Its words are read, and never told: they may repeat the prompt."""
    words = b""
    async for received in response.aiter_bytes():
        words += received
        if len(words) > REFUSAL_MAX_BYTES:
            break
    if response.status_code == _TOO_LARGE or too_long(words.decode("utf-8", "replace")):
        raise UpstreamError(TOO_LONG, cause=Cause.CONVERSATION)
    if response.status_code in _REFUSED:
        raise _OtherShapeError
    raise _failed(response.status_code)


def _failed(status: int) -> UpstreamError:
    cause = Cause.LOADING if status in _LOADING else Cause.SERVER
    return UpstreamError(f"model server error {status}", cause=cause)


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


def _listed(response: httpx.Response) -> list[str] | None:
    try:
        data = json.loads(response.content)
    except ValueError:
        return None
    entries = data.get("data") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return None
    return [e["id"] for e in entries if isinstance(e, dict) and isinstance(e.get("id"), str)]
