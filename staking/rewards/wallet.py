"""The transactions with which a person's own wallet stakes and unstakes."""

from ashao_site.chain.abi import APPROVE, Function
from ashao_site.chain.node import configured_chain
from ashao_site.chain.transactions import WalletTransaction, contract_call
from ashao_site.chain.wei import format_ashao
from ashao_site.lib.errors import Conflict
from staking.rewards import live

_STAKE: Function[None] = Function("stake(uint256)")
_UNSTAKE: Function[None] = Function("unstake(uint256)")


def approve(amount_wei: int) -> WalletTransaction:
    """Let the vault take this much $ASHAO, which staking then does."""
    config = configured_chain()
    label = f"Approve {format_ashao(amount_wei)} ASHAO"
    return contract_call(config.token, APPROVE, config.vault, amount=amount_wei, label=label)


def stake(amount_wei: int) -> WalletTransaction:
    """Put $ASHAO into the vault, which must have been approved."""
    label = f"Stake {format_ashao(amount_wei)} ASHAO"
    return contract_call(configured_chain().vault, _STAKE, amount=amount_wei, label=label)


def unstake(amount_wei: int) -> WalletTransaction:
    """Take $ASHAO back out of the vault."""
    label = f"Unstake {format_ashao(amount_wei)} ASHAO"
    return contract_call(configured_chain().vault, _UNSTAKE, amount=amount_wei, label=label)


def stake_transactions(*, wallet: str, amount_wei: int) -> list[WalletTransaction]:
    """Approve, unless the vault may take as much already, then stake.

    Where the chain does not answer quickly, the approval is there: it does no harm. Raises `Conflict`
    (insufficient_ashao) if the chain says that the wallet has less, and ChainUnavailable without a chain.
    """
    staking = stake(amount_wei)
    held = live.ask(wallet)
    if held is not None and held.balance < amount_wei:
        raise Conflict(
            f"The wallet holds {format_ashao(held.balance)} ASHAO: that is less.", code="insufficient_ashao"
        )
    if held is not None and held.allowance >= amount_wei:
        return [staking]
    return [approve(amount_wei), staking]


def unstake_transactions(*, wallet: str, amount_wei: int) -> list[WalletTransaction]:
    """Unstake. Raises `Conflict` (insufficient_stake) if the chain says that less is staked."""
    unstaking = unstake(amount_wei)
    held = live.ask(wallet)
    if held is not None and held.stake < amount_wei:
        raise Conflict(
            f"{format_ashao(held.stake)} ASHAO are staked: that is less.", code="insufficient_stake"
        )
    return [unstaking]
