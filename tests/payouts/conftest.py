"""One real chain for all of these tests, and the people and money on it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ashao_site.chain.settings import ChainSettings
from ashao_site.embedded.anvil import DevChain
from ledger.payouts import advance
from tests.chain.conftest import config, dev
from tests.chain.nodes import ENDLESS_S
from tests.contracts.support import ETHER, Chain

from .support import Town

__all__ = ["config", "dev"]


@pytest.fixture(scope="session")
def chain(dev: DevChain) -> Chain:
    return Chain(dev)


@pytest.fixture
def town(
    transactional_db: None,
    chain: Chain,
    config: ChainSettings,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Town]:
    """A relayer of its own with ether, a treasury of its own with $1,000, and the key that signs for it.

    A round takes as long as it needs. The chain is put back afterwards: automatic blocks, nothing waiting.
    """
    monkeypatch.setattr(advance, "ROUND_S", ENDLESS_S)
    town = Town(chain, config)
    settings.CHAIN = town.config
    settings.MONEY = replace(
        settings.MONEY,
        relayer_key="0x" + bytes(town.relayer.key).hex(),
        signer_key="0x" + bytes(town.treasury.key).hex(),
        four_eyes_micros=500_000_000,
        signer_daily_micros=1_000_000_000,
        payout_min_micros=1_000_000,
        payouts_per_day=1_000,
        authorization_s=3_600,
    )
    town.chain.rpc("anvil_setBalance", town.relayer.address, hex(100 * ETHER))
    town.fund(1_000_000_000)
    yield town
    chain.rpc("evm_setAutomine", True)
    chain.rpc("evm_mine")


@pytest.fixture
def by_hand(town: Town, settings: Any) -> Town:
    """The same without a key that signs."""
    settings.MONEY = replace(settings.MONEY, signer_key="")
    return town
