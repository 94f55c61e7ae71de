"""The public treasury page's figures."""

from datetime import UTC, timedelta
from typing import Any

import pytest
from django.test import Client

from ashao_site.accounts.models import User
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import now
from ledger.books import chart
from ledger.books.actions import Leg, fund_promo, grant, post_transfer
from ledger.treasury import sums
from ledger.treasury.models import Burn
from staking.treasury.queries import cache
from tests.ledger.support import sql
from tests.staking.support import ASHAO, START, tx, wallet, without_triggers
from workers.jobs.pricing import divide

pytestmark = pytest.mark.django_db


def job(key: str, *, days_ago: int = 0, **parts: int) -> None:
    """A paid job whose value went to these parts."""
    addresses = {
        "earnings": chart.user_earnings(7),
        "escrow": chart.user_escrow(7),
        "cloud": chart.POOL_CLOUD,
        "buyback": chart.POOL_BUYBACK,
        "stakers": chart.POOL_STAKERS,
    }
    value = sum(parts.values())
    legs = [Leg(addresses[part], micros) for part, micros in parts.items()]
    made = post_transfer(key=key, kind="job", legs=[Leg(chart.TREASURY_USDC, -value), *legs])
    if days_ago:
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("SET CONSTRAINTS ALL DEFERRED")
        with without_triggers():
            sql(
                "UPDATE ledger_transfer SET created_at = %s WHERE id = %s",
                now() - timedelta(days=days_ago),
                made.id,
            )


def pay(key: str, kind: str, source: str, receiver: str, micros: int) -> None:
    post_transfer(key=key, kind=kind, legs=[Leg(source, -micros), Leg(receiver, micros)])


def treasury() -> dict[str, Any]:
    cache.forget()
    response = Client().get("/api/treasury")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_an_empty_treasury(settings: Any) -> None:
    settings.CHAIN = None
    found = treasury()
    assert found["revenue"] == found["paidOut"] == 0
    assert (found["burned"], found["staked"], found["supply"]) == ("0", "0", str(10**27))
    assert [day["day"] for day in found["days"]] == [now().astimezone(UTC).date().isoformat()]
    assert (found["treasury"], found["vault"], found["token"]) == (None, None, None)


def test_revenue_and_its_split(chain_named: ChainSettings) -> None:
    job("a", earnings=70_000, buyback=15_000, stakers=15_000)
    job("b", earnings=50_000, escrow=20_000, buyback=15_000, stakers=15_000)
    job("c", cloud=70_000, buyback=15_000, stakers=15_000, days_ago=2)
    pay("r", "reward", chart.POOL_STAKERS, chart.user_earnings(8), 10_000)
    pay("p", "payout", chart.user_earnings(7), chart.TREASURY_USDC, 25_000)
    pay("k", "buyback", chart.POOL_BUYBACK, chart.TREASURY_USDC, 5_000)
    pay("g", "escrow_release", chart.user_escrow(7), chart.user_earnings(7), 3_000)
    Burn.objects.create(
        chain_id=31_337,
        tx_hash=tx(1),
        log_index=0,
        block=5,
        block_at=START,
        wallet=wallet(1),
        amount_wei=ASHAO,
    )
    found = treasury()
    assert found["revenue"] == 300_000
    assert [found[part] for part in ("workers", "cloud", "stakers", "buyback")] == [
        140_000,
        70_000,
        45_000,
        45_000,
    ]
    assert found["pools"] == {"buyback": 40_000, "stakers": 35_000, "cloud": 70_000}
    assert [found[name] for name in ("paidOut", "rewardsPaid", "boughtBack")] == [25_000, 10_000, 5_000]
    assert found["supply"] == str(10**27 - ASHAO)
    assert [(day["revenue"], day["workers"], day["paidOut"]) for day in found["days"]] == [
        (100_000, 0, 0),
        (0, 0, 0),
        (200_000, 140_000, 25_000),
    ]
    assert found["token"] == chain_named.token


def test_what_free_credits_paid_is_kept_apart_from_what_people_paid(chain_named: ChainSettings) -> None:
    fund_promo(key="f", amount_micros=1_000_000, note="For tests.", staff="charlie")
    assert grant(key="g", user_id=9, amount_micros=500_000)
    pay("d", "deposit", chart.TREASURY_USDC, chart.user_credits(9), 500_000)

    def paid(key: str, *, granted: int, bought: int, workers: int) -> None:
        shares = divide(value_micros=granted + bought, granted_micros=granted, share_bps=7_000)
        assert shares.worker == workers
        legs = [
            Leg(chart.user_granted(9), -granted),
            Leg(chart.user_credits(9), -bought),
            Leg(chart.user_earnings(7), shares.earnings),
            Leg(chart.user_escrow(7), shares.escrow),
            Leg(chart.POOL_BUYBACK, shares.buyback),
            Leg(chart.POOL_STAKERS, shares.stakers),
            Leg(chart.PROMO_BUDGET, shares.promo),
        ]
        post_transfer(key=key, kind="job", legs=legs)

    paid("free", granted=100_000, bought=0, workers=70_000)
    found = treasury()
    assert (found["revenue"], found["promoted"], found["workers"]) == (0, 70_000, 70_000)
    assert (found["stakers"], found["buyback"], found["pools"]["stakers"]) == (0, 0, 0)
    paid("both", granted=40_000, bought=60_000, workers=70_000)
    paid("bought", granted=0, bought=100_000, workers=70_000)
    found = treasury()
    assert (found["revenue"], found["promoted"]) == (160_000, 98_000)
    assert sum(found[part] for part in ("workers", "cloud", "stakers", "buyback")) == 258_000
    assert (found["days"][-1]["revenue"], found["days"][-1]["promoted"]) == (160_000, 98_000)


def test_ninety_days_and_no_gap(chain_named: ChainSettings) -> None:
    job("old", earnings=7, days_ago=400)
    days = [day["day"] for day in treasury()["days"]]
    today = now().astimezone(UTC).date()
    assert days == [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(90))]


def test_what_is_kept_and_what_is_read_again_make_the_same(
    chain_named: ChainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        job(f"j{number}", earnings=7, stakers=number + 1, days_ago=number % 5)
    pay("r", "reward", chart.POOL_STAKERS, chart.user_earnings(8), 60)
    plain = treasury()
    sums.memory.forget()
    monkeypatch.setattr(sums, "PIECE", 2)
    monkeypatch.setattr(sums, "FEW", 1)
    assert treasury() == plain
    assert sums.memory.kept
    job("more", earnings=1)
    assert treasury()["workers"] == plain["workers"] + 1
    assert treasury()["pools"]["stakers"] == 78 - 60


def test_it_is_computed_once_in_ten_seconds(
    chain_named: ChainSettings, django_assert_num_queries: Any
) -> None:
    treasury()
    with django_assert_num_queries(0):
        assert Client().get("/api/treasury").status_code == 200


def test_nobody_is_named(chain_named: ChainSettings, alice: User) -> None:
    job("a", earnings=70_000, buyback=15_000, stakers=15_000)
    text = str(treasury())
    assert (alice.wallet or "") not in text
    assert alice.public_id not in text
