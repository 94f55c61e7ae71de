import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from workers.providers import registry
from workers.providers.config import ProviderSettings
from workers.providers.registry import build_providers

GEMINI = {"gemini_api_key": "key-of-alice"}
OPENAI = {"openai_base_url": "http://127.0.0.1:9/v1", "openai_model": "small"}


@pytest.mark.parametrize(
    ("settings", "ids"),
    [
        ({}, ["simulated"]),
        ({"simulated": "on"}, ["simulated"]),
        ({"simulated": "off"}, []),
        (GEMINI, ["gemini"]),
        ({**OPENAI, "simulated": "on"}, ["openai", "simulated"]),
        ({**OPENAI, **GEMINI}, ["gemini", "openai"]),
        ({"openai_api_key": "a key alone says nothing"}, ["simulated"]),
    ],
)
def test_builds_what_is_configured_in_order(settings: dict[str, Any], ids: list[str]) -> None:
    built = build_providers(ProviderSettings(**settings))
    assert [provider.id for provider in built] == ids
    assert all(provider.available() for provider in built)


@pytest.mark.parametrize(
    "wrong",
    [
        {"simulated": "maybe"},
        {"openai_base_url": "http://127.0.0.1:9/v1"},
        {"gemini_api_key": "key", "gemini_model": ""},
        {"gemini_base_url": "127.0.0.1:9"},
        {"openai_base_url": "ftp://example.org", "openai_model": "small"},
        {"first_token_timeout_s": 0},
        {"stall_timeout_s": -1},
        {"max_output_tokens": 0},
        {"simulated_tokens_per_second": -1},
    ],
)
def test_a_wrong_setting_is_one_clear_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        ProviderSettings(**wrong)


def test_keys_do_not_show_in_the_settings() -> None:
    shown = repr(ProviderSettings(gemini_api_key="secret-a", openai_api_key="secret-b"))
    assert "secret" not in shown


def test_no_sdk_is_imported_before_it_is_needed() -> None:
    program = (
        "import sys\n"
        "import workers.providers.registry as registry\n"
        "from workers.providers import ProviderSettings\n"
        "assert [p.id for p in registry.build_providers(ProviderSettings())] == ['simulated']\n"
        "print([name for name in ('google.genai', 'openai', 'httpx') if name in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=180, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_a_process_builds_its_providers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_built", None)
    monkeypatch.setattr(registry, "django_settings", SimpleNamespace(PROVIDERS=ProviderSettings(**OPENAI)))
    with ThreadPoolExecutor(8) as pool:
        lists = list(pool.map(lambda _n: registry.providers(), range(8)))
    assert [provider.id for provider in lists[0]] == ["openai"]
    assert all(some[0] is lists[0][0] for some in lists)
