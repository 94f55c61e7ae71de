"""How many tokens a model reads: each model server tells it in its own place, and some cut silently beyond it."""

import json
import re
from collections.abc import Iterator, Mapping

import httpx

from .limits import CONTEXT_MAX_TOKENS, CONTEXT_MIN_TOKENS, OLLAMA_CONTEXT_TOKENS, UPSTREAM_ASK_S

_NUM_CTX = re.compile(r"^num_ctx[ \t]+(\d{1,9})$", re.MULTILINE)
# In a list of models: LM Studio, vLLM and SGLang, OpenRouter and its like.
_FIELDS = ("loaded_context_length", "max_model_len", "context_length", "context_window")


class ContextFinder:
    """Asks one model server. What it does not know is a 404 there, or nothing that can be read: None."""

    def __init__(self, base_url: str, client: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
        self._base_url = base_url
        # The servers' own calls are beside OpenAI's, not below them.
        self._root = base_url.removesuffix("/v1") if base_url.endswith("/v1") else None
        self._client = client
        self._headers = headers

    async def find(self, model: str) -> int | None:
        """The context of `model` as the server has it loaded."""
        for context in (
            _of_llama_cpp(await self._own("GET", "/props")),
            _of_list(await self._ask("GET", f"{self._base_url}/models"), "data", "id", model),
            _of_list(await self._own("GET", "/api/v0/models"), "data", "id", model),
            _of_list(await self._own("GET", "/api/ps"), "models", "name", model),
            _of_ollama(await self._own("POST", "/api/show", {"model": model})),
        ):
            if context is not None:
                return context
        return None

    async def _own(self, method: str, path: str, body: object = None) -> dict[str, object]:
        return {} if self._root is None else await self._ask(method, self._root + path, body)

    async def _ask(self, method: str, url: str, body: object = None) -> dict[str, object]:
        try:
            response = await self._client.request(
                method, url, json=body, headers=dict(self._headers), timeout=UPSTREAM_ASK_S
            )
            data = json.loads(response.content) if response.is_success else None
        except (httpx.HTTPError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}


def _of_llama_cpp(data: Mapping[str, object]) -> int | None:
    settings = data.get("default_generation_settings")
    return _tokens(settings.get("n_ctx")) if isinstance(settings, dict) else None


def _of_list(data: Mapping[str, object], key: str, name: str, model: str) -> int | None:
    """Of one entry of a list of models."""
    for entry in _entries(data.get(key)):
        if entry.get(name) in (model, f"{model}:latest"):
            meta = entry.get("meta")
            values = [entry.get(field) for field in _FIELDS]
            values.append(meta.get("n_ctx") if isinstance(meta, dict) else None)
            return next((tokens for value in values if (tokens := _tokens(value)) is not None), None)
    return None


def _of_ollama(data: Mapping[str, object]) -> int | None:
    """Of a model that is not loaded: as it was told to, else Ollama's own, and never above the model's."""
    parameters, about = data.get("parameters"), data.get("model_info")
    told = _NUM_CTX.search(parameters) if isinstance(parameters, str) else None
    if told:
        return _tokens(int(told[1]))
    if not isinstance(about, dict):
        return None
    most = [_tokens(value) for name, value in about.items() if str(name).endswith(".context_length")]
    return min([OLLAMA_CONTEXT_TOKENS, *(tokens for tokens in most if tokens is not None)])


def _entries(value: object) -> Iterator[Mapping[str, object]]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield entry


def _tokens(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if CONTEXT_MIN_TOKENS <= value <= CONTEXT_MAX_TOKENS else None
