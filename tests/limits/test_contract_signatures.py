"""Signatures that only the chain's node can judge are counted; a key's own never asks it, and never is."""

from typing import Any

from eth_account import Account

from ashao_site.accounts.sign_in.signature import verify_signature
from ashao_site.chain.notation import checksummed
from ashao_site.chain.settings import ChainSettings
from ashao_site.embedded.anvil import CHAIN_ID
from ashao_site.lib import limits
from ashao_site.lib.errors import RateLimited
from tests.accounts.accounts_browser import sign
from tests.chain.nodes import node, result

NO = f"0x{CHAIN_ID:062x}00"
ALICE_AT, BOB_AT = "203.0.113.7", "198.51.100.9"


def test_an_address_may_have_the_node_asked_only_so_often(settings: Any) -> None:
    alice, mallory = Account.create(), Account.from_key("0x" + "66" * 32)
    calls: list[Any] = []

    def answer(handler: Any, call: dict[str, Any]) -> None:
        calls.append(call)
        result(NO)(handler, call)

    assert limits.CONTRACT_WALLET.address is not None
    burst = limits.CONTRACT_WALLET.address.burst
    with node(answer) as url:
        token, vault, usdc, treasury = (checksummed("0x" + d * 20) for d in ("a1", "b2", "c3", "d4"))
        settings.CHAIN = ChainSettings(
            rpc_url=url,
            chain_id=CHAIN_ID,
            start_block=0,
            confirmations=1,
            timeout_s=120.0,
            token=token,
            vault=vault,
            usdc=usdc,
            treasury=treasury,
        )
        wrong, right = sign(mallory, "hello"), sign(alice, "hello")
        refused = None
        for _ in range(burst * 10):
            try:
                assert not verify_signature(alice.address, "hello", wrong, address=ALICE_AT)
            except RateLimited as error:
                refused = error
                break
        assert refused is not None
        assert refused.retry_after_s
        assert not verify_signature(alice.address, "hello", wrong, address=BOB_AT), "another's bucket is full"
        asked = len(calls)
        assert asked >= burst
        for _ in range(burst * 2):
            assert verify_signature(alice.address, "hello", right, address=ALICE_AT)
        assert len(calls) == asked, "a key's own signature asks nobody"
