from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books import chart, money


@given(
    amount=st.integers(0, money.MAX_AMOUNT_MICROS),
    cuts=st.lists(st.integers(0, money.WHOLE_BPS), max_size=6),
)
def test_split_loses_nothing_and_is_fair_to_a_unit(amount, cuts):
    edges = [0, *sorted(cuts), money.WHOLE_BPS]
    parts_bps = [high - low for low, high in pairwise(edges)]
    parts = money.split(amount, parts_bps)
    assert sum(parts) == amount
    for part, bps in zip(parts, parts_bps, strict=True):
        assert abs(part * money.WHOLE_BPS - amount * bps) < money.WHOLE_BPS


def test_split_of_a_job():
    assert money.split(100_000, (7_000, 1_500, 1_500)) == (70_000, 15_000, 15_000)
    assert money.split(1, (5_000, 5_000)) == (1, 0)
    assert money.split(3, (10_000, 0)) == (3, 0)


@pytest.mark.parametrize(("amount", "parts"), [(-1, (10_000,)), (1, ()), (1, (9_999,)), (1, (10_001, -1))])
def test_split_refuses_what_is_no_share(amount, parts):
    with pytest.raises(ValueError):
        money.split(amount, parts)


def test_credits_and_dollars():
    assert money.credits_to_micros(500) == 5_000_000
    assert money.micros_to_credits(19_999) == 1
    assert money.usd_to_micros(Decimal("12.345678")) == 12_345_678
    with pytest.raises(ValueError):
        money.usd_to_micros(Decimal("0.0000001"))
    with pytest.raises(ValueError):
        money.usd_to_micros(Decimal("NaN"))


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "$0.00"), (5_000_000, "$5.00"), (1_234_500_000, "$1,234.50"), (-1, "-$0.000001"), (70_000, "$0.07")],
)
def test_format_usd(micros, text):
    assert money.format_usd(micros) == text


def test_addresses_of_a_person():
    assert chart.user_credits(7) == "user:7:credits"
    assert chart.user_granted("usr_Ab-1") == "user:usr_Ab-1:granted"
    assert chart.user_earnings(7) == "user:7:earnings"
    assert chart.user_escrow(7) == "user:7:escrow"
    assert chart.user_prefix(7) == "user:7:"


@pytest.mark.parametrize("user_id", ["", "a:b", "a b", "é", "x" * 65, -1, True, "7\n"])
def test_user_ids_that_cannot_be_in_an_address(user_id):
    with pytest.raises(ValueError):
        chart.user_credits(user_id)


@pytest.mark.parametrize(
    "address", ["", "user:7", "user:7:cash", "pool:other", "promo:budget:x", "user:7:credits\n"]
)
def test_addresses_that_are_not_in_the_chart(address):
    assert not chart.is_valid(address)
    with pytest.raises(ValueError):
        chart.require_valid(address)


def test_what_is_guarded():
    assert chart.is_guarded("user:7:credits")
    assert chart.is_guarded(chart.PROMO_BUDGET)
    unguarded = {chart.TREASURY_USDC, chart.POOL_BUYBACK, chart.POOL_STAKERS, chart.POOL_CLOUD}
    assert not any(chart.is_guarded(address) for address in unguarded)
    assert all(chart.is_valid(address) for address in chart.HOUSE_ACCOUNTS)
