"""What tests of the books need."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from ledger.books import actions, chart, queries

FAR = datetime(2100, 1, 1, tzinfo=UTC)
"""A hold that a test does not want to expire ends here."""


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def sql_value(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone()[0]


def deposit(address: str, amount_micros: int, *, key: str = "") -> int:
    """Put money on an account, from the treasury."""
    return actions.post_transfer(
        key=key or f"deposit:{address}:{amount_micros}",
        kind="deposit",
        legs=[actions.Leg(chart.TREASURY_USDC, -amount_micros), actions.Leg(address, amount_micros)],
    ).id


def hold_credits(user: str, amount_micros: int, *, key: str, **more: Any) -> actions.HoldRecord:
    sources: Sequence[str] = (chart.user_granted(user), chart.user_credits(user))
    told: dict[str, Any] = {"reference": "job_test", "expires_at": FAR, "sources": sources, **more}
    return actions.hold(key=key, amount_micros=amount_micros, **told)


def pay_pools(hold_key: str, paid_micros: int, **more: Any) -> actions.TransferRecord:
    """Post a hold into the pools that every settlement pays into."""
    buyback = paid_micros // 2
    legs = [
        leg
        for leg in (
            actions.Leg(chart.POOL_BUYBACK, buyback),
            actions.Leg(chart.POOL_STAKERS, paid_micros - buyback),
        )
        if leg.amount_micros
    ]
    more = {"key": f"post:{hold_key}", "kind": "job", "legs": legs, "reference": "job_test"} | more
    return actions.post_hold(hold_key=hold_key, **more)


def assert_books() -> None:
    assert queries.check_books() == []
