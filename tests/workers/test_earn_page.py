"""The Earn page, what it may load, and how the files that it loads are served."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django_vite.core.asset_loader import DjangoViteAssetLoader

from ashao_site.lib.middleware import SecurityHeaders
from workers.machines.catalogue import download_origins, read_catalogue


@pytest.fixture
def vite_dev_mode(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names its script without a build's manifest."""
    settings.DJANGO_VITE = {"default": {"dev_mode": True}}
    monkeypatch.setattr(DjangoViteAssetLoader, "_instance", None)


@pytest.mark.usefixtures("vite_dev_mode", "db")
def test_the_page_carries_its_config(settings: Any) -> None:
    response = Client().get("/earn")
    assert response.status_code == 200
    assert "csrftoken" in response.cookies
    page = response.content.decode()
    assert "src/pages/earn.tsx" in page
    config = re.search(r'id="ashao-config" type="application/json">(.*?)</script>', page)
    assert config is not None
    assert json.loads(config[1]) == {
        "development": True,
        "chainId": settings.CHAIN_ID,
        "tiers": [{"id": "pro", "name": "Pro", "credits": 10}, {"id": "max", "name": "Max", "credits": 15}],
        "earn": {
            "modelHost": "https://huggingface.co/",
            "models": [model.model_dump(mode="json") for model in read_catalogue()],
            "minTokensPerSecond": 4,
            "allowSoftwareAdapter": False,
            "shareBps": 7_000,
            "stakedShareBps": 8_000,
        },
    }


@pytest.mark.usefixtures("vite_dev_mode", "db")
def test_the_page_is_only_read() -> None:
    assert Client().post("/earn").status_code == 405


def policy_of(response: Any) -> dict[str, list[str]]:
    policy = response.headers["Content-Security-Policy"]
    parts = [part.strip().split(" ") for part in policy.split(";")]
    return {name: values for name, *values in parts}


def test_pages_may_talk_to_the_public_hub_and_where_it_sends_them(db: None) -> None:
    policy = policy_of(Client().get("/nothing"))
    assert policy["connect-src"] == [
        "'self'",
        "https://huggingface.co",
        "https://*.huggingface.co",
        "https://*.hf.co",
    ]
    assert policy["worker-src"] == ["'self'", "blob:"]
    assert "'wasm-unsafe-eval'" in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]


def test_pages_may_talk_to_an_operators_own_host_and_no_other(settings: Any, rf: Any) -> None:
    settings.CSP_CONNECT_SRC = download_origins("http://127.0.0.1:8080/models/")
    response = SecurityHeaders(lambda _request: HttpResponse())(rf.get("/earn"))
    assert policy_of(response)["connect-src"] == ["'self'", "http://127.0.0.1:8080"]


HASHED = ["earn-Dq9q4zVN.js", "engine-worker-B_2-x9Kd.js", "ort-wasm-simd-threaded.asyncify-CTC3AUqe.wasm"]
PLAIN = ["ort-wasm-simd-threaded.wasm", "earn.js"]
SCRIPT = "self.onmessage = () => self.postMessage('hello');" * 40


@pytest.fixture
def static_files(settings: Any, tmp_path: Path) -> Client:
    """Files as a build leaves them, collected."""
    (tmp_path / "assets").mkdir()
    for name in (*HASHED, *PLAIN):
        (tmp_path / "assets" / name).write_text(SCRIPT)
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / (HASHED[0] + ".gz")).write_bytes(gzip.compress(SCRIPT.encode()))
    settings.STATIC_ROOT = tmp_path
    return Client()


@pytest.mark.parametrize("name", HASHED)
def test_what_is_named_by_its_content_is_cached_for_ever(static_files: Client, name: str) -> None:
    response = static_files.get(f"/static/assets/{name}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"


@pytest.mark.parametrize("path", [*(f"assets/{name}" for name in PLAIN), "favicon.svg"])
def test_other_files_are_not(static_files: Client, path: str) -> None:
    assert static_files.get(f"/static/{path}").headers["Cache-Control"] == "max-age=60, public"


def test_a_file_is_sent_compressed_where_it_was_built_so(static_files: Client) -> None:
    path = f"/static/assets/{HASHED[0]}"
    response = static_files.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert gzip.decompress(b"".join(response.streaming_content)).decode() == SCRIPT
    assert "Content-Encoding" not in static_files.get(path).headers


def test_the_policy_of_a_web_worker_comes_with_its_script(static_files: Client) -> None:
    """A worker's policy is that of its own script's answer, not that of the page."""
    response = static_files.get(f"/static/assets/{HASHED[1]}")
    assert "https://huggingface.co" in policy_of(response)["connect-src"]
    assert "'wasm-unsafe-eval'" in policy_of(response)["script-src"]


def test_the_runtime_has_the_type_that_browsers_stream_it_by(static_files: Client) -> None:
    assert static_files.get(f"/static/assets/{HASHED[2]}").headers["Content-Type"] == "application/wasm"
