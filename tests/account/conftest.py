"""One dev chain for all of these tests, and the people in front of it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from eth_utils.address import to_checksum_address

from ashao_site.accounts.models import User
from ashao_site.chain.settings import ChainSettings
from ashao_site.embedded.anvil import DevChain
from ashao_site.lib.aio import run_sync
from ashao_site.lib.redis import redis
from staking.artifacts import artifact
from tests.chain.conftest import config, dev  # noqa: F401 - fixtures
from tests.chain.nodes import LONG_S
from tests.contracts.support import Chain


@pytest.fixture(scope="session")
def stocked(dev: DevChain, config: ChainSettings) -> ChainSettings:  # noqa: F811
    """The chain with $ASHAO in its faucet, as `make run` deploys it."""
    chain = Chain(dev)
    token = chain.web3.eth.contract(config.token, abi=artifact("AshaoToken").abi)
    faucet = dev.accounts["faucet"].address
    chain.send(chain.role("deployer"), token.functions.transfer(to_checksum_address(faucet), 10**26))
    return config


@pytest.fixture(autouse=True)
def _a_tests_own_transaction(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the transaction around a test the chain may be asked: it is no transaction of the application's."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        monkeypatch.setattr(connection, "in_test_transaction", True, raising=False)


@pytest.fixture
def on_chain(settings: Any, dev: DevChain, stocked: ChainSettings) -> ChainSettings:  # noqa: F811
    """The site uses the dev chain, with its faucet."""
    settings.CHAIN = stocked
    settings.MONEY = replace(settings.MONEY, faucet_key=dev.accounts["faucet"].private_key)
    return stocked


@pytest.fixture
def chain(dev: DevChain) -> Chain:  # noqa: F811
    return Chain(dev)


@pytest.fixture
def alice(db: None) -> Iterator[User]:
    yield from person("a1")


@pytest.fixture
def bob(db: None) -> Iterator[User]:
    yield from person("b0")


def person(byte: str) -> Iterator[User]:
    user, _ = User.objects.get_or_create_wallet("0x" + byte * 20)
    yield user
    run_sync(forget(user.public_id))


async def forget(user_id: str) -> None:
    await redis().pipe.command("DEL", f"ashao:faucet:{user_id}")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def on_other_node(settings: Any, url: str) -> None:
    """The same chain, asked at another address."""
    settings.CHAIN = replace(settings.CHAIN, rpc_url=url, timeout_s=LONG_S)
