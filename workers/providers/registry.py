"""Which providers there are, in the order in which they are tried. Adding one is a file and a line here."""

import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings as django_settings

from workers.providers.base import InferenceProvider
from workers.providers.config import ProviderSettings


@dataclass(frozen=True)
class _Source:
    """A module with `build(settings)`, and whether the settings ask for it."""

    module: str
    configured: Callable[[ProviderSettings], bool]


_CLOUD = (
    _Source("workers.providers.gemini", lambda s: bool(s.gemini_api_key)),
    _Source("workers.providers.openai_compatible", lambda s: bool(s.openai_base_url)),
)
_SIMULATED = "workers.providers.simulated"

_lock = threading.Lock()
_built: list[InferenceProvider] | None = None


def providers() -> list[InferenceProvider]:
    """The providers of `settings.PROVIDERS`, built once for each process.

    The first call may take seconds where an SDK has to be imported: call it when the process starts. The
    list is empty where nothing is configured and the simulated one is off, as in production unless it is asked for.
    """
    global _built  # noqa: PLW0603 - clients and cool-downs are shared by the threads of a process
    with _lock:
        if _built is None:
            _built = build_providers(django_settings.PROVIDERS)
        return list(_built)


def build_providers(settings: ProviderSettings) -> list[InferenceProvider]:
    """New providers from explicit settings, those to be tried first at the front."""
    modules = [source.module for source in _CLOUD if source.configured(settings)]
    if settings.simulates:
        modules.append(_SIMULATED)
    return [_build(module, settings) for module in modules]


def _build(module: str, settings: ProviderSettings) -> InferenceProvider:
    # By name, because google.genai takes seconds and much memory to import: a process that has no key
    # for it, and a web process that only imports this package, should not pay that.
    provider: InferenceProvider = importlib.import_module(module).build(settings)
    return provider
