"""A chain by name, and people."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ashao_site.accounts.models import User
from ashao_site.chain.settings import ChainSettings
from ledger.treasury.sums import memory
from staking.rewards import live
from staking.treasury.queries import cache
from tests.indexer.conftest import deployed, dev, networked, world  # noqa: F401 - fixtures
from tests.staking.support import WEEK_S, chain_settings


@pytest.fixture
def chain_named(settings: Any) -> ChainSettings:
    """A chain is configured. Whether it answers is another matter."""
    settings.CHAIN = chain_settings()
    settings.MONEY = replace(settings.MONEY, epoch_s=WEEK_S)
    return settings.CHAIN


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.get_or_create_wallet("0x" + "a1" * 20)[0]


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.get_or_create_wallet("0x" + "b0" * 20)[0]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Figures that the process keeps are of another test's database."""
    memory.forget()
    cache.forget()
    live._Silence.until_s = 0.0


@pytest.fixture
def charlie(db: None) -> User:
    return User.objects.create_user("charlie")


@pytest.fixture
def silent_node() -> Iterator[str]:
    """The URL of a node that takes a call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
