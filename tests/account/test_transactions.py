"""What a wallet is given to sign, signed and sent on a real chain."""

from typing import Any

import pytest
from eth_account.signers.local import LocalAccount

from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.transactions import WalletTransaction
from ledger.deposits.buying import usdc_to_treasury
from staking.artifacts import artifact
from staking.rewards import wallet
from tests.contracts.support import Chain

ASHAO = 10**18


def send(chain: Chain, sender: LocalAccount, transaction: WalletTransaction) -> Any:
    body = transaction.body()
    receipt = chain._transact(sender, to=body["to"], data=body["data"])
    assert (body["value"], body["chainId"]) == ("0x0", 31_337)
    return receipt


def balance(chain: Chain, name: str, address: str, holder: str) -> int:
    contract = chain.web3.eth.contract(address, abi=artifact(name).abi)
    return contract.functions.balanceOf(holder).call()


def test_a_wallet_pays_and_stakes_with_them(on_chain: ChainSettings, chain: Chain) -> None:
    alice, faucet = chain.person(), chain.role("faucet")
    usdc = chain.web3.eth.contract(on_chain.usdc, abi=artifact("DevUSDC").abi)
    token = chain.web3.eth.contract(on_chain.token, abi=artifact("AshaoToken").abi)
    vault = chain.web3.eth.contract(on_chain.vault, abi=artifact("StakingVault").abi)
    chain.send(faucet, usdc.functions.mint(alice.address, 25_000_000))
    chain.send(faucet, token.functions.transfer(alice.address, 100 * ASHAO))
    before = balance(chain, "DevUSDC", on_chain.usdc, on_chain.treasury)

    assert send(chain, alice, usdc_to_treasury(20_000_001))["status"] == 1
    assert send(chain, alice, wallet.stake(60 * ASHAO))["status"] == 0, "not approved"
    assert send(chain, alice, wallet.approve(60 * ASHAO))["status"] == 1
    assert send(chain, alice, wallet.stake(60 * ASHAO))["status"] == 1
    assert send(chain, alice, wallet.unstake(10 * ASHAO))["status"] == 1

    assert balance(chain, "DevUSDC", on_chain.usdc, on_chain.treasury) == before + 20_000_001
    assert vault.functions.stakeOf(alice.address).call() == 50 * ASHAO
    assert token.functions.balanceOf(alice.address).call() == 50 * ASHAO


def test_labels_say_what_is_signed(on_chain: ChainSettings) -> None:
    labels = [
        usdc_to_treasury(20_500_000).label,
        wallet.approve(1_234 * ASHAO + ASHAO // 2).label,
        wallet.stake(ASHAO).label,
        wallet.unstake(1).label,
    ]
    assert labels == [
        "Send 20.50 USDC",
        "Approve 1,234.5 ASHAO",
        "Stake 1 ASHAO",
        "Unstake 0.000000000000000001 ASHAO",
    ]


@pytest.mark.parametrize("amount", [0, -1, 2**256])
def test_amounts_that_no_contract_takes(on_chain: ChainSettings, amount: int) -> None:
    with pytest.raises(ValueError, match="256"):
        wallet.stake(amount)


def test_without_a_chain(settings: Any) -> None:
    settings.CHAIN = None
    with pytest.raises(ChainUnavailable, match="No chain is configured"):
        wallet.stake(1)
