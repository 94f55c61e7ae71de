"""The pages about money: their configuration, and what they may talk to."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django_vite.core.asset_loader import DjangoViteAssetLoader

from ashao_site.chain.settings import ChainSettings, origin_of
from ashao_site.lib.middleware import SecurityHeaders

PAGES = ["account", "stake", "treasury"]


@pytest.fixture(autouse=True)
def vite_dev_mode(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages name their scripts without a build's manifest."""
    settings.DJANGO_VITE = {"default": {"dev_mode": True}}
    monkeypatch.setattr(DjangoViteAssetLoader, "_instance", None)


def config_of(path: str) -> dict[str, Any]:
    response = Client().get(path)
    assert response.status_code == 200
    assert "csrftoken" in response.cookies
    page = response.content.decode()
    assert f"src/pages{path}.tsx" in page
    match = re.search(r'id="ashao-config" type="application/json">(.*?)</script>', page)
    assert match is not None
    return json.loads(match[1])


@pytest.mark.parametrize("name", PAGES)
def test_on_the_dev_chain_a_page_knows_all_of_it(db: None, on_chain: ChainSettings, name: str) -> None:
    assert config_of(f"/{name}") == {
        "development": True,
        "chainId": 31_337,
        "tiers": [{"id": "pro", "name": "Pro", "credits": 10}, {"id": "max", "name": "Max", "credits": 15}],
        "chain": {
            "id": 31_337,
            "name": "ashao dev chain",
            "rpcUrl": on_chain.rpc_url,
            "explorer": None,
            "usdc": on_chain.usdc,
            "token": on_chain.token,
            "vault": on_chain.vault,
            "treasury": on_chain.treasury,
            "confirmations": 2,
        },
        "faucet": True,
    }


@pytest.mark.parametrize("name", PAGES)
def test_without_a_chain(db: None, settings: Any, name: str) -> None:
    settings.CHAIN = None
    config = config_of(f"/{name}")
    assert (config["chain"], config["faucet"]) == (None, False)


def test_the_address_of_another_chains_node_stays_here(
    db: None, settings: Any, on_chain: ChainSettings
) -> None:
    settings.CHAIN = replace(on_chain, chain_id=8_453, rpc_url="https://node.example/v2/hunter2")
    settings.MONEY = replace(settings.MONEY, explorer_url="https://explorer.example")
    config = config_of("/account")
    assert "hunter2" not in json.dumps(config)
    assert (config["chain"]["rpcUrl"], config["faucet"]) == (None, False)
    assert (config["chain"]["name"], config["chain"]["explorer"]) == ("Base", "https://explorer.example")


def test_in_production_a_chain_with_that_id_is_no_dev_chain(
    db: None, settings: Any, on_chain: ChainSettings
) -> None:
    settings.PRODUCTION = True
    config = config_of("/account")
    assert (config["chain"]["rpcUrl"], config["faucet"]) == (None, False)


def test_only_these_pages_may_talk_to_the_dev_chain(settings: Any, rf: Any) -> None:
    settings.CSP_CONNECT_SRC = ["https://models.example"]
    settings.CSP_DEV_CHAIN = ["http://127.0.0.1:8545"]
    below = SecurityHeaders(lambda _request: HttpResponse())
    for path in ("/account", "/stake", "/treasury", "/", "/earn", "/c/conv_x", "/admin/", "/account/x"):
        policy = below(rf.get(path)).headers["Content-Security-Policy"]
        connect = next(part.split() for part in policy.split("; ") if part.startswith("connect-src"))
        allowed = ["http://127.0.0.1:8545"] if path.strip("/") in PAGES else []
        assert connect == ["connect-src", "'self'", "https://models.example", *allowed], path


def test_an_origin_has_no_secret_in_it() -> None:
    assert origin_of("http://127.0.0.1:8545") == "http://127.0.0.1:8545"
    assert origin_of("https://user:hunter2@node.example/v2/key?x=1") == "https://node.example"
