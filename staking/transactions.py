"""Transactions that a person's own wallet signs and sends: built here, shown by the page, trusted by nobody.

Building one asks nobody. What came of it is read from the chain (`staking.indexer`).
"""

import functools
from dataclasses import dataclass

from django.conf import settings
from eth_typing import ChecksumAddress
from web3 import Web3

from ashao_site.chain_settings import ChainSettings
from ashao_site.lib.chain import ChainUnavailable
from ashao_site.lib.wei import format_ashao
from ledger.money import format_usd
from staking.artifacts import artifact

MAX_UINT256 = 2**256 - 1


@dataclass(frozen=True, kw_only=True)
class WalletTransaction:
    """A call of a contract. `label` says to a person what it does."""

    to: str
    data: str
    value: int
    chain_id: int
    label: str

    def body(self) -> dict[str, str | int]:
        """As the API tells it."""
        return {
            "to": self.to,
            "data": self.data,
            "value": hex(self.value),
            "chainId": self.chain_id,
            "label": self.label,
        }


def configured_chain() -> ChainSettings:
    """The chain's settings. Raises ChainUnavailable where none is configured."""
    config: ChainSettings | None = settings.CHAIN
    if config is None:
        raise ChainUnavailable("No chain is configured.", retry_after_s=None)
    return config


def transfer_usdc(to: str, amount_micros: int) -> WalletTransaction:
    """Send USDC to an address."""
    config = configured_chain()
    return WalletTransaction(
        to=config.usdc,
        data=call_data("DevUSDC", "transfer", checksum(to), _positive(amount_micros)),
        value=0,
        chain_id=config.chain_id,
        label=f"Send {format_usd(amount_micros).removeprefix('$')} USDC",
    )


def approve_ashao(amount_wei: int) -> WalletTransaction:
    """Let the vault take this much $ASHAO, which `stake` then does."""
    config = configured_chain()
    return WalletTransaction(
        to=config.token,
        data=call_data("AshaoToken", "approve", checksum(config.vault), _positive(amount_wei)),
        value=0,
        chain_id=config.chain_id,
        label=f"Approve {format_ashao(amount_wei)} ASHAO",
    )


def stake(amount_wei: int) -> WalletTransaction:
    """Put $ASHAO into the vault, which must have been approved."""
    return _vault_call("stake", "Stake", amount_wei)


def unstake(amount_wei: int) -> WalletTransaction:
    """Take $ASHAO back out of the vault."""
    return _vault_call("unstake", "Unstake", amount_wei)


def call_data(contract: str, function: str, *arguments: object) -> str:
    """The data of a call, as hex, by the committed interface of the contract."""
    factory = _coder().eth.contract(abi=artifact(contract).abi)
    data: str = factory.encode_abi(function, args=list(arguments))
    return data


def checksum(address: str) -> ChecksumAddress:
    """The address in the form that web3 takes."""
    return Web3.to_checksum_address(address)


def _vault_call(function: str, verb: str, amount_wei: int) -> WalletTransaction:
    config = configured_chain()
    return WalletTransaction(
        to=config.vault,
        data=call_data("StakingVault", function, _positive(amount_wei)),
        value=0,
        chain_id=config.chain_id,
        label=f"{verb} {format_ashao(amount_wei)} ASHAO",
    )


def _positive(amount: int) -> int:
    if not 0 < amount <= MAX_UINT256:
        raise ValueError("An amount is more than zero and fits 256 bits.")
    return amount


@functools.cache
def _coder() -> Web3:
    """A web3 that is connected to nothing: it encodes."""
    return Web3()
