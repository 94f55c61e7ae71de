"""Amounts: integers of µUSDC (millionths of a dollar), credits, and sharing without losing a unit."""

from collections.abc import Sequence
from decimal import Decimal

MICROS_PER_CREDIT = 10_000
MICROS_PER_USD = 1_000_000
WHOLE_BPS = 10_000
"""A whole in basis points: 100 % is 10,000."""
WORKER_SHARE_BPS = 7_000
STAKED_SHARE_BPS = 8_000
"""What a worker earns of a job's value, and what one earns whose owner stakes $ASHAO."""
MAX_AMOUNT_MICROS = 10**15
"""No single amount is larger: a thousand million dollars. Far below what a bigint column holds."""


def credits_to_micros(credit_count: int) -> int:
    """Whole credits as µUSDC."""
    return credit_count * MICROS_PER_CREDIT


def micros_to_credits(amount_micros: int) -> int:
    """The whole credits in an amount, rounded down: nobody is shown a credit they cannot spend."""
    return amount_micros // MICROS_PER_CREDIT


def usd_to_micros(usd: Decimal) -> int:
    """Dollars as µUSDC. Raises `ValueError` for more than six decimals: money is not rounded in silence."""
    micros = usd * MICROS_PER_USD
    if not usd.is_finite() or micros != micros.to_integral_value():
        raise ValueError(f"{usd} USD is not a whole number of µUSDC.")
    return int(micros)


def format_usd(amount_micros: int) -> str:
    """An amount for people, `$1,234.50`: at least cents, and every further digit that is not zero."""
    dollars, rest = divmod(abs(amount_micros), MICROS_PER_USD)
    decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if amount_micros < 0 else ''}${dollars:,}.{decimals}"


def split(amount_micros: int, parts_bps: Sequence[int]) -> tuple[int, ...]:
    """Share an amount in proportion to `parts_bps`, which sum to 10,000. The parts sum to the amount exactly.

    Every part is its exact share rounded down, and the units left over go one each to the parts that lost
    the most by rounding, the earlier first: so no part is further than one unit from its exact share.
    """
    if amount_micros < 0:
        raise ValueError("Only an amount of zero or more can be split.")
    if not parts_bps or min(parts_bps) < 0 or sum(parts_bps) != WHOLE_BPS:
        raise ValueError(f"The parts must be zero or more and sum to {WHOLE_BPS:,} basis points.")
    shares = [divmod(amount_micros * bps, WHOLE_BPS) for bps in parts_bps]
    left_over = amount_micros - sum(whole for whole, _ in shares)
    by_loss = sorted(range(len(shares)), key=lambda index: -shares[index][1])
    gains = frozenset(by_loss[:left_over])
    return tuple(whole + (index in gains) for index, (whole, _) in enumerate(shares))
