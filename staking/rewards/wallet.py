"""The transactions with which a person's own wallet stakes and unstakes."""

from ashao_site.lib.errors import Conflict
from ashao_site.lib.wei import format_ashao
from staking import transactions
from staking.rewards import live
from staking.transactions import WalletTransaction


def stake_transactions(*, wallet: str, amount_wei: int) -> list[WalletTransaction]:
    """Approve, unless the vault may take as much already, then stake.

    Where the chain does not answer quickly, the approval is there: it does no harm. Raises `Conflict`
    (insufficient_ashao) if the chain says that the wallet has less, and ChainUnavailable without a chain.
    """
    stake = transactions.stake(amount_wei)
    found = live.ask(wallet)
    if found is not None and found.balance < amount_wei:
        raise Conflict(
            f"The wallet holds {format_ashao(found.balance)} ASHAO: that is less.", code="insufficient_ashao"
        )
    if found is not None and found.allowance >= amount_wei:
        return [stake]
    return [transactions.approve_ashao(amount_wei), stake]


def unstake_transactions(*, wallet: str, amount_wei: int) -> list[WalletTransaction]:
    """Unstake. Raises `Conflict` (insufficient_stake) if the chain says that less is staked."""
    unstake = transactions.unstake(amount_wei)
    found = live.ask(wallet)
    if found is not None and found.stake < amount_wei:
        raise Conflict(
            f"{format_ashao(found.stake)} ASHAO are staked: that is less.", code="insufficient_stake"
        )
    return [unstake]
