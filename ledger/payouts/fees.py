"""What the relayer offers for gas (EIP-1559). Pure."""

from dataclasses import dataclass

MAX_FEE_WEI = 1_000 * 10**9
"""For a unit of gas: above it nothing is sent, it waits for cheaper blocks."""
BUMP_NUMERATOR, BUMP_DENOMINATOR = 9, 8
"""Nodes take another transaction of the same nonce when both fees are at least 10 or 12.5 % higher."""
ETHER = 10**18
GWEI = 10**9


@dataclass(frozen=True)
class Fees:
    """The most that a unit of gas may cost, and what of it goes to whoever makes the block."""

    max_wei: int
    tip_wei: int


def market(base_fee_wei: int, tip_wei: int) -> Fees:
    """What is offered now: enough for six full blocks in a row."""
    tip = max(1, tip_wei)
    return Fees(2 * base_fee_wei + tip, tip)


def higher(before: Fees, *, market: Fees) -> Fees | None:
    """What takes the place of a transaction with these fees; None where that is above the limit."""
    tip = max(market.tip_wei, _raised(before.tip_wei))
    raised = Fees(max(market.max_wei, _raised(before.max_wei), tip), tip)
    return raised if raised.max_wei <= MAX_FEE_WEI else None


def problem_with(offered: Fees, *, gas: int, waiting: int, wei: int) -> str:
    """Why nothing more can be sent now, "" where it can. `waiting` others are still to be paid from `wei`."""
    if offered.max_wei > MAX_FEE_WEI:
        return f"Gas costs more than {MAX_FEE_WEI // GWEI:,} gwei now: payouts wait for cheaper blocks."
    if offered.max_wei * gas * (waiting + 1) > wei:
        return too_poor(wei)
    return ""


def too_poor(wei: int) -> str:
    return (
        f"The relayer has too little ether for gas ({wei / ETHER:.6f}): payouts wait until it is sent some."
    )


def _raised(wei: int) -> int:
    return -(-wei * BUMP_NUMERATOR // BUMP_DENOMINATOR) + 1
