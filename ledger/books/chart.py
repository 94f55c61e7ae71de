"""The chart of accounts: every address there is, which of them are guarded, and the sign of each.

Sign convention: what ashao owes or has set aside (people's credits and earnings, the promotion budget, the
pools) is positive. `treasury:usdc` is the asset behind all of it, the USDC that ashao has, and carries the
negative: a deposit of $5 is −5 on the treasury and +5 on somebody's credits. So all accounts sum to zero.
"""

import re

PROMO_BUDGET = "promo:budget"
"""What staff have set aside for free credits. Cannot go below zero: when it is empty there are no grants."""
TREASURY_USDC = "treasury:usdc"
POOL_BUYBACK = "pool:buyback"
POOL_STAKERS = "pool:stakers"
POOL_CLOUD = "pool:cloud"
SUSPENSE = "suspense:deposits"
"""USDC that came from a sender nobody knows, until staff assign it. Cannot go below zero."""

HOUSE_ACCOUNTS = (PROMO_BUDGET, TREASURY_USDC, POOL_BUYBACK, POOL_STAKERS, POOL_CLOUD, SUSPENSE)
"""The accounts that are nobody's. They exist from the first migration on."""
USER_PARTS = ("credits", "granted", "earnings", "escrow")

_USER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_USER_ADDRESS = re.compile(rf"user:{_USER_ID.pattern}:(?:{'|'.join(USER_PARTS)})")
_PAYOUT_ADDRESS = re.compile(r"payout:pay_[A-Za-z0-9]{16,32}")


def user_credits(user_id: int | str) -> str:
    """What a person has paid in and not spent."""
    return _user_address(user_id, "credits")


def user_granted(user_id: int | str) -> str:
    """Credits given for free from the promotion budget, and not spent."""
    return _user_address(user_id, "granted")


def user_earnings(user_id: int | str) -> str:
    """What a person's workers and stake have earned, to be paid out."""
    return _user_address(user_id, "earnings")


def user_escrow(user_id: int | str) -> str:
    """What was earned from granted credits, until the worker is trusted."""
    return _user_address(user_id, "escrow")


def payout(payout_id: str) -> str:
    """What was requested by a payout and has not yet left the treasury for good. `payout_id` is its public id."""
    address = f"payout:{payout_id}"
    if _PAYOUT_ADDRESS.fullmatch(address) is None:
        raise ValueError(f"{payout_id!r} is no payout's id.")
    return address


def user_prefix(user_id: int | str) -> str:
    """What the addresses of all accounts of one person begin with, the closing colon included."""
    return f"user:{_checked_user_id(user_id)}:"


def is_valid(address: str) -> bool:
    """Whether the chart has this address."""
    shapes = (_USER_ADDRESS, _PAYOUT_ADDRESS)
    return address in HOUSE_ACCOUNTS or any(shape.fullmatch(address) is not None for shape in shapes)


def require_valid(address: str) -> str:
    """Return the address, or raise `ValueError` if the chart does not have it."""
    if not is_valid(address):
        raise ValueError(f"There is no account address {address!r} in the chart.")
    return address


def is_guarded(address: str) -> bool:
    """Whether this account may never go below zero: everything that belongs to someone, and the budget."""
    return address.startswith(("user:", "payout:")) or address in (PROMO_BUDGET, SUSPENSE)


def _user_address(user_id: int | str, part: str) -> str:
    return f"user:{_checked_user_id(user_id)}:{part}"


def _checked_user_id(user_id: int | str) -> str:
    text = str(user_id)
    if isinstance(user_id, bool) or _USER_ID.fullmatch(text) is None or text.startswith("-"):
        raise ValueError(f"{user_id!r} cannot be part of an account address.")
    return text
