"""A stranger cannot make the chain's node answer again and again about a wallet that has no code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from eth_account import Account
from web3 import HTTPProvider
from web3.types import RPCEndpoint

import tests.chain.conftest as chain_fixtures
from ashao_site.accounts.sign_in import contract_signature
from ashao_site.accounts.sign_in.contract_signature import NO_CODE_S
from ashao_site.accounts.sign_in.signature import verify_signature
from ashao_site.chain.notation import checksummed
from ashao_site.chain.settings import ChainSettings
from ashao_site.embedded.anvil import CHAIN_ID, DevChain
from tests.chain.nodes import node, result

dev = chain_fixtures.dev

SAYS_YES = "631626ba7e60e01b60005260206000f3"
REVERTS = "60006000fd"


def at(url: str) -> ChainSettings:
    token, vault, usdc, treasury = (checksummed("0x" + digits * 20) for digits in ("a1", "b2", "c3", "d4"))
    return ChainSettings(
        rpc_url=url,
        chain_id=CHAIN_ID,
        confirmations=2,
        start_block=0,
        timeout_s=30.0,
        token=token,
        vault=vault,
        usdc=usdc,
        treasury=treasury,
    )


@dataclass
class Clock:
    """The module's own time, which a test lets pass."""

    now_s: float = 1_000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def rpc(dev: DevChain) -> Callable[..., Any]:
    provider = HTTPProvider(dev.url)
    return lambda method, *params: provider.make_request(RPCEndpoint(method), list(params))["result"]


def test_the_node_is_asked_once_in_some_minutes(
    rpc: Callable[..., Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet, clock = str(Account.create().address), Clock()
    asked: list[str] = []
    monkeypatch.setattr(contract_signature, "time", clock)

    def through(handler: Any, call: dict[str, Any]) -> None:
        asked.append(call["method"])
        result(rpc(call["method"], *call["params"]))(handler, call)

    def is_signed() -> bool:
        return verify_signature(wallet, "hello", "0x", address="203.0.113.7")

    with node(through) as url:
        settings.CHAIN = at(url)
        assert not any(is_signed() for _ in range(40))
        assert asked == ["eth_call"]
        rpc("anvil_setCode", wallet, "0x" + SAYS_YES)
        assert not is_signed()
        clock.now_s += NO_CODE_S + 1
        assert is_signed()
        rpc("anvil_setCode", wallet, "0x" + REVERTS)
        assert not is_signed()
        rpc("anvil_setCode", wallet, "0x" + SAYS_YES)
        assert is_signed(), "one that has code is asked each time"
    assert asked == ["eth_call"] * 4


def test_what_is_remembered_is_bounded(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered = contract_signature._WithoutCode()
    monkeypatch.setattr(contract_signature, "_without_code", remembered)
    monkeypatch.setattr(contract_signature, "NO_CODE_MAX", 3)
    wallets = [str(Account.create().address) for _ in range(5)]
    with node(result(f"0x{CHAIN_ID:062x}03")) as url:
        settings.CHAIN = at(url)
        assert not any(verify_signature(wallet, "hello", "0x") for wallet in wallets)
    assert [(CHAIN_ID, wallet) in remembered for wallet in wallets] == [False, False, True, True, True]
    assert len(remembered) == 3
