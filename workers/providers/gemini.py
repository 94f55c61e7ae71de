"""Google's Gemini, by the google-genai SDK.

Importing the SDK takes seconds: the registry imports this module only where a key is configured.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
from google import genai
from google.genai import errors, types

from workers.providers.base import Fault, Finish, Message, ProviderError
from workers.providers.cloud import Chunk, CloudProvider, retry_after
from workers.providers.config import ProviderSettings
from workers.providers.cool_down import CoolDown
from workers.providers.watch import MAX_STREAM_S, attach_response

MAX_CONNECTIONS = 1000
_OWN_FAILURES = frozenset({"OTHER", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
_STATUS = re.compile(r"[A-Z_]{1,40}")
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


def build(settings: ProviderSettings) -> "GeminiProvider":
    """The provider, from settings that hold a key."""
    return GeminiProvider(settings)


class GeminiProvider(CloudProvider):
    """Streams from the Gemini API."""

    id = "gemini"

    def __init__(self, settings: ProviderSettings, *, cool_down: CoolDown | None = None) -> None:
        super().__init__(settings, cool_down=cool_down)
        self.model = settings.gemini_model
        self._client = genai.Client(
            vertexai=False,  # said aloud: the SDK would otherwise read it from the environment
            api_key=settings.gemini_api_key,
            http_options=_http_options(settings),
        )

    def _open(self, messages: Sequence[Message]) -> Iterator[Chunk]:
        contents = _contents(messages)
        if not contents:
            raise self._error("there is no message to answer", Fault.REQUEST)
        responses = self._client.models.generate_content_stream(
            model=self._settings.gemini_model, contents=contents, config=self._config(messages)
        )
        for response in responses:
            yield Chunk(
                text=_parts(response, thought=False),
                thought=_parts(response, thought=True),
                tokens=_tokens(response),
            )
            if finish := self._finish(response):
                yield Chunk(finish=finish)

    def _config(self, messages: Sequence[Message]) -> types.GenerateContentConfig:
        system = "\n\n".join(m["content"] for m in messages if m["role"] == "system" and m["content"])
        # Thinking is taken from the same budget as the answer and delays its first token. Only the Flash
        # models of 2.5 can be told not to; others refuse a budget of 0.
        can_skip_thinking = self._settings.gemini_model.startswith("gemini-2.5-flash")
        return types.GenerateContentConfig(
            system_instruction=system or None,
            max_output_tokens=self._settings.max_output_tokens,
            thinking_config=types.ThinkingConfig(thinking_budget=0) if can_skip_thinking else None,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            automatic_continuation=False,
        )

    def _finish(self, response: types.GenerateContentResponse) -> Finish | None:
        """Why it ended. An answer that a filter cut, or that failed, is for the next one to go on with."""
        feedback = response.prompt_feedback
        if feedback is not None and feedback.block_reason is not None:
            raise self._error("the conversation was blocked by its filters", Fault.BLOCKED)
        reason = response.candidates[0].finish_reason if response.candidates else None
        if reason is None or reason is types.FinishReason.FINISH_REASON_UNSPECIFIED:
            return None
        if reason is types.FinishReason.STOP:
            return "stop"
        if reason is types.FinishReason.MAX_TOKENS:
            return "length"
        fault = Fault.BUSY if reason.value in _OWN_FAILURES else Fault.BLOCKED
        raise self._error(f"the answer was cut ({_status(reason.value)})", fault)

    def _explain(self, error: Exception) -> ProviderError:
        if not isinstance(error, errors.APIError):
            return self._error(f"the connection failed ({type(error).__name__})")
        what = f"it answered HTTP {error.code} {_status(error.status)}"
        wait_s = _retry_delay(error)
        if error.code == 429 or error.status == "RESOURCE_EXHAUSTED":
            return self._error(what, Fault.QUOTA, wait_s)
        if error.code in {401, 403, 404} or (error.code == 400 and _refuses_everything(error)):
            return self._error(what, Fault.KEY)
        if 400 <= error.code < 500 and error.code != 408:
            return self._error(what, Fault.REQUEST)
        return self._error(what, Fault.BUSY, wait_s)


def _http_options(settings: ProviderSettings) -> types.HttpOptions:
    silence_s = max(settings.first_token_timeout_s, settings.stall_timeout_s)
    return types.HttpOptions(
        base_url=settings.gemini_base_url or None,
        # The SDK has moved to v1 by default, where system instructions were refused for long and the
        # "-latest" models do not exist. v1beta knows everything that is used here.
        api_version="v1beta",
        timeout=int(silence_s * 1000),
        # The SDK would tell the server to end the whole stream after `timeout`.
        headers={"X-Server-Timeout": str(int(MAX_STREAM_S))},
        # httpx's Limits make the SDK choose httpx, whose exceptions and sockets are known here.
        client_args={
            "event_hooks": {"response": [attach_response]},
            "limits": httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=50),
        },
    )


def _contents(messages: Sequence[Message]) -> list[types.ContentUnionDict]:
    return [
        types.Content(
            role="model" if message["role"] == "assistant" else "user",
            parts=[types.Part(text=message["content"])],
        )
        for message in messages
        if message["role"] != "system" and message["content"]  # the API refuses an empty part
    ]


def _parts(response: types.GenerateContentResponse, *, thought: bool) -> str:
    """The answer's text, or the model's thoughts (the SDK's own `.text` warns about other parts)."""
    content = response.candidates[0].content if response.candidates else None
    parts = (content.parts if content else None) or []
    return "".join(part.text for part in parts if part.text and bool(part.thought) == thought)


def _tokens(response: types.GenerateContentResponse) -> int | None:
    return response.usage_metadata.candidates_token_count if response.usage_metadata else None


def _details(error: errors.APIError) -> list[Mapping[str, Any]]:
    body = error.details if isinstance(error.details, Mapping) else {}
    inner = body.get("error", body)
    details = inner.get("details") if isinstance(inner, Mapping) else None
    return [item for item in details if isinstance(item, Mapping)] if isinstance(details, list) else []


def _refuses_everything(error: errors.APIError) -> bool:
    """A bad key and an unsupported country are a 400 here, as a bad request is (google.rpc.ErrorInfo)."""
    bad_key = any(str(item.get("reason", "")).startswith("API_KEY_") for item in _details(error))
    return bad_key or error.status == "FAILED_PRECONDITION"


def _retry_delay(error: errors.APIError) -> float | None:
    """The wait that was asked for: google.rpc.RetryInfo ("37s"), or the header."""
    for item in _details(error):
        if match := _SECONDS.fullmatch(str(item.get("retryDelay", ""))):
            return float(match[1])
    headers = getattr(error.response, "headers", None) or {}
    return retry_after(headers.get("retry-after"))


def _status(status: object) -> str:
    """A status that may be shown: what a server sends is not trusted to be one."""
    return status if isinstance(status, str) and _STATUS.fullmatch(status) else "unknown"
