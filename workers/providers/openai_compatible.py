"""Any server that speaks OpenAI's chat completions, by the openai SDK.

Importing the SDK takes a second or more: the registry imports this module only where a URL is configured.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import openai
from openai.types.chat import ChatCompletionMessageParam

from workers.native.ashao_worker.completions import CompletionReader
from workers.native.ashao_worker.thinking import Piece
from workers.providers.base import Fault, Message, ProviderError
from workers.providers.cloud import Chunk, CloudProvider, retry_after
from workers.providers.config import ProviderSettings
from workers.providers.cool_down import KEY_COOL_DOWN_S, CoolDown
from workers.providers.watch import attach_response

CONNECT_TIMEOUT_S = 5.0
_NO_KEY = "none"  # the SDK insists on one; a server that wants none ignores it


def build(settings: ProviderSettings) -> "OpenAICompatibleProvider":
    """The provider, from settings that hold a URL."""
    return OpenAICompatibleProvider(settings)


class OpenAICompatibleProvider(CloudProvider):
    """Streams chat completions. Servers that don't report usage are served too: tokens are then estimated."""

    id = "openai"

    def __init__(self, settings: ProviderSettings, *, cool_down: CoolDown | None = None) -> None:
        super().__init__(settings, cool_down=cool_down)
        self.model = settings.openai_model
        silence_s = max(settings.first_token_timeout_s, settings.stall_timeout_s)
        self._client = openai.OpenAI(
            api_key=settings.openai_api_key or _NO_KEY,
            base_url=settings.openai_base_url,
            max_retries=0,  # the next provider is a better second try
            timeout=openai.Timeout(silence_s, connect=min(CONNECT_TIMEOUT_S, silence_s)),
            http_client=openai.DefaultHttpxClient(event_hooks={"response": [attach_response]}),
        )
        # OpenAI's own newer models refuse `max_tokens`; many compatible servers know nothing else.
        self._is_openai = urlsplit(settings.openai_base_url).hostname == "api.openai.com"

    def _open(self, messages: Sequence[Message]) -> Iterator[Chunk]:
        limit = self._settings.max_output_tokens
        # The SDK asks; what comes back is read as the native worker reads it: servers send more than it knows.
        with self._client.chat.completions.with_streaming_response.create(
            model=self._settings.openai_model,
            messages=[_param(message) for message in messages],
            stream=True,
            stream_options={"include_usage": True},
            max_tokens=openai.omit if self._is_openai else limit,
            max_completion_tokens=limit if self._is_openai else openai.omit,
        ) as response:
            reader = CompletionReader(begun=self._settings.openai_thinks_unmarked)
            for received in response.iter_bytes():
                yield from map(_chunk, reader.feed(received))
            yield from map(_chunk, reader.end())
        ending = reader.ending()
        yield Chunk(tokens=ending.tokens, finish=ending.finish)

    def _explain(self, error: Exception) -> ProviderError:
        if isinstance(error, openai.APITimeoutError):
            return self._error("it did not answer in time")
        if not isinstance(error, openai.APIStatusError):
            return self._error(f"the connection failed ({type(error).__name__})")
        what = f"it answered HTTP {error.status_code}"
        wait_s = retry_after(error.response.headers.get("retry-after"))
        if error.status_code == 429:
            no_money = error.code == "insufficient_quota"
            return self._error(what, Fault.QUOTA, KEY_COOL_DOWN_S if no_money else wait_s)
        if error.status_code in {401, 402, 403, 404}:
            return self._error(what, Fault.KEY)
        if 400 <= error.status_code < 500 and error.status_code != 408:
            return self._error(what, Fault.REQUEST)
        return self._error(what, Fault.BUSY, wait_s)


def _chunk(piece: Piece) -> Chunk:
    return Chunk(text=piece.text) if piece.kind == "text" else Chunk(thought=piece.text)


def _param(message: Message) -> ChatCompletionMessageParam:
    match message["role"]:
        case "system":
            return {"role": "system", "content": message["content"]}
        case "assistant":
            return {"role": "assistant", "content": message["content"]}
        case "user":
            return {"role": "user", "content": message["content"]}
