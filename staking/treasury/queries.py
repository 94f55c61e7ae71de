"""The treasury as everybody may see it: sums, never who."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict

from django.conf import settings
from django.db.models import Max, Sum

from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.wei import SUPPLY_WEI
from ashao_site.lib.clock import now
from ledger.treasury.models import Booking, BookingKind, Burn
from ledger.treasury.sums import Sums, sums
from staking.rewards.models import Stake

CACHE_S = 10.0
DAYS_SHOWN = 90
BURNS_SHOWN = 50
PARTS = ("workers", "cloud", "stakers", "buyback")
"""What a job's value is split into. The promotion budget's part of it is what they add up to less what people paid."""


class PoolsBody(TypedDict):
    """What is in the pools now, in µUSDC."""

    buyback: int
    stakers: int
    cloud: int


class BurnBody(TypedDict):
    """A transaction that burned $ASHAO, and what the treasury paid for them."""

    txHash: str
    url: str | None
    burned: str
    usdc: int | None
    at: datetime


class DayBody(TypedDict):
    """A day (UTC), in µUSDC."""

    day: str
    revenue: int
    promoted: int
    workers: int
    cloud: int
    stakers: int
    buyback: int
    paidOut: int


class TreasuryBody(TypedDict):
    """The whole answer of `GET /api/treasury`."""

    revenue: int
    promoted: int
    workers: int
    cloud: int
    stakers: int
    buyback: int
    pools: PoolsBody
    paidOut: int
    rewardsPaid: int
    boughtBack: int
    burned: str
    staked: str
    supply: str
    burns: list[BurnBody]
    days: list[DayBody]
    explorer: str | None
    treasury: str | None
    vault: str | None
    token: str | None


@dataclass
class _Cache:
    lock: threading.Lock = field(default_factory=threading.Lock)
    body: TreasuryBody | None = None
    made_at_s: float = 0.0

    def forget(self) -> None:
        """As at the start."""
        self.body = None


cache = _Cache()


def treasury_overview() -> TreasuryBody:
    """The treasury, not older than `CACHE_S`: it costs little, and everybody may ask for it."""
    with cache.lock:
        body = cache.body
        if body is not None and time.monotonic() - cache.made_at_s < CACHE_S:
            return body
    made_at_s, body = time.monotonic(), _overview()
    with cache.lock:
        cache.body, cache.made_at_s = body, made_at_s
    return body


def _overview() -> TreasuryBody:
    config: ChainSettings | None = settings.CHAIN
    added_up = sums(max_age_s=0)
    burned_wei = _burned_wei(config) if config else 0
    promoted = -added_up.of("job", "promo")
    return {
        "revenue": sum(added_up.of("job", part) for part in PARTS) - promoted,
        "promoted": promoted,
        "workers": added_up.of("job", "workers"),
        "cloud": added_up.of("job", "cloud"),
        "stakers": added_up.of("job", "stakers"),
        "buyback": added_up.of("job", "buyback"),
        "pools": {
            "buyback": added_up.balance("buyback"),
            "stakers": added_up.balance("stakers"),
            "cloud": added_up.balance("cloud"),
        },
        "paidOut": added_up.of("payout", "usdc"),
        "rewardsPaid": added_up.of("reward", "workers"),
        "boughtBack": added_up.of("buyback", "usdc"),
        "burned": str(burned_wei),
        "staked": str(_staked_wei(config) if config else 0),
        "supply": str(SUPPLY_WEI - burned_wei),
        "burns": _burns(config) if config else [],
        "days": list(_days(added_up)),
        "explorer": settings.MONEY.explorer_url or None,
        "treasury": config.treasury if config else None,
        "vault": config.vault if config else None,
        "token": config.token if config else None,
    }


def _days(added_up: Sums) -> Iterable[DayBody]:
    """From the first day with anything, or the first that is shown, to today; none is left out."""
    by_part = {part: added_up.by_day("job", part) for part in (*PARTS, "promo")}
    paid_out = added_up.by_day("payout", "usdc")
    today = now().astimezone(UTC).date()
    first = min((*(day for days in (*by_part.values(), paid_out) for day in days), today))
    day = max(first, today - timedelta(days=DAYS_SHOWN - 1))
    while day <= today:
        yield _day(day, {part: days.get(day, 0) for part, days in by_part.items()}, paid_out.get(day, 0))
        day += timedelta(days=1)


def _day(day: date, parts: dict[str, int], paid_out: int) -> DayBody:
    return {
        "day": day.isoformat(),
        "revenue": sum(parts.values()),
        "promoted": -parts["promo"],
        "workers": parts["workers"],
        "cloud": parts["cloud"],
        "stakers": parts["stakers"],
        "buyback": parts["buyback"],
        "paidOut": paid_out,
    }


def _burns(config: ChainSettings) -> list[BurnBody]:
    """The latest transactions that burned something."""
    mine = Burn.objects.filter(chain_id=config.chain_id).order_by()
    rows = list(
        mine.values("tx_hash")
        .annotate(wei=Sum("amount_wei"), last=Max("block"), at=Max("block_at"))
        .order_by("-last", "tx_hash")[:BURNS_SHOWN]
    )
    bookings = Booking.objects.filter(
        chain_id=config.chain_id, kind=BookingKind.BUYBACK, burn_tx_hash__in=[row["tx_hash"] for row in rows]
    )
    paid = dict(bookings.values_list("burn_tx_hash", "amount_micros"))
    explorer = settings.MONEY.explorer_url
    return [
        {
            "txHash": row["tx_hash"],
            "url": f"{explorer}/tx/{row['tx_hash']}" if explorer else None,
            "burned": str(int(row["wei"])),
            "usdc": paid.get(row["tx_hash"]),
            "at": row["at"],
        }
        for row in rows
    ]


def _burned_wei(config: ChainSettings) -> int:
    burns = Burn.objects.filter(chain_id=config.chain_id)
    return int(burns.aggregate(sum=Sum("amount_wei"))["sum"] or 0)


def _staked_wei(config: ChainSettings) -> int:
    stakes = Stake.objects.filter(chain_id=config.chain_id)
    return int(stakes.aggregate(sum=Sum("amount_wei"))["sum"] or 0)
