"""Deposits, payouts and bookings as rows, made by hand: no chain is there."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from ashao_site.accounts.models import User
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.watch import chain_watch
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.deposits.models import TreasuryTransfer
from ledger.payouts.models import Payout
from ledger.payouts.states import PayoutState
from ledger.treasury.models import Booking
from tests.chain.nodes import dead_url

CHAIN_ID = 31_337
WALLET, OTHER = "0x" + "A" * 40, "0x" + "B" * 40
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def no_chain(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHAIN, settings.CHAIN_ID = None, CHAIN_ID
    monkeypatch.setattr(chain_watch, "_last", None)
    monkeypatch.setattr(chain_watch, "_last_at", float("-inf"))


def dead_chain() -> ChainSettings:
    """A chain whose node does not answer."""
    return ChainSettings(
        rpc_url=dead_url(),
        chain_id=CHAIN_ID,
        confirmations=2,
        start_block=0,
        timeout_s=120,
        token=OTHER,
        vault=OTHER,
        usdc=OTHER,
        treasury=OTHER,
    )


class World:
    """Rows as the indexer, the payouts and the bookings write them."""

    def __init__(self) -> None:
        self.block = 100
        self.alice = User.objects.create(wallet="0x" + "a" * 40)
        self.cursor = ChainCursor.objects.create(
            chain_id=CHAIN_ID,
            genesis_hash="0x0",
            block=10_000,
            block_hash="0x1",
            block_at=NOW,
            read_at=NOW,
            range_blocks=1,
        )

    def move(self, direction: str, micros: int, booked: str, key: str, **more: Any) -> TreasuryTransfer:
        self.block += 1
        fields = {
            "tx_hash": f"0x{self.block:064x}",
            "log_index": 0,
            "block_at": NOW,
            "counterparty": WALLET,
            **more,
        }
        return TreasuryTransfer.objects.create(
            chain_id=CHAIN_ID,
            block=self.block,
            direction=direction,
            amount_micros=micros,
            booked=booked,
            ledger_key=key,
            **fields,
        )

    def deposit(self, micros: int, **more: Any) -> TreasuryTransfer:
        key = f"deposit:{CHAIN_ID}:{self.block}:0"
        post(key, "deposit", chart.TREASURY_USDC, chart.user_credits(self.alice.pk), micros)
        return self.move("in", micros, "deposit", key, user_id=self.alice.pk, **more)

    def suspense(self, micros: int, booked: str = "suspense") -> TreasuryTransfer:
        key = f"deposit:{CHAIN_ID}:{self.block}:0"
        post(key, "suspense", chart.TREASURY_USDC, chart.SUSPENSE, micros)
        row = self.move("in", micros, booked, key)
        target = {"assigned": chart.user_credits(self.alice.pk), "funding": chart.PROMO_BUDGET}.get(booked)
        if target:
            post(key.replace("deposit", "assign"), "deposit", chart.SUSPENSE, target, micros)
        return row

    def booking(self, micros: int) -> TreasuryTransfer:
        row = self.move("out", micros, "cloud", f"booking:{CHAIN_ID}:{self.block}")
        post(row.ledger_key, "cloud_bill", chart.POOL_CLOUD, chart.TREASURY_USDC, micros)
        Booking.objects.create(
            kind="cloud",
            chain_id=CHAIN_ID,
            tx_hash=row.tx_hash,
            amount_micros=micros,
            staff_id=1,
            ledger_key=row.ledger_key,
        )
        return row

    def payout(self, micros: int, state: str, **more: Any) -> Payout:
        number = Payout.objects.count()
        public_id = f"pay_{number:020d}"
        paid = state in ("included", "final")
        fields: dict[str, Any] = {
            "state": state,
            "requested_at": NOW,
            "final_at": NOW if state == "final" else None,
            "failed_at": NOW if state == "failed" else None,
            "tx_hash": f"0x{self.block + 1:064x}" if paid else "",
            "block": self.block + 1 if paid else None,
            "log_index": 0 if paid else None,
        }
        payout = Payout.objects.create(
            public_id=public_id,
            user_id=self.alice.pk,
            wallet=WALLET,
            amount_micros=micros,
            key=public_id,
            nonce=public_id,
            **(fields | more),
        )
        mine, held = chart.user_credits(self.alice.pk), chart.payout(public_id)
        post(f"payout:{public_id}", "payout_request", mine, held, micros)
        if state == "final":
            post(f"payout_final:{public_id}", "payout", held, chart.TREASURY_USDC, micros)
        if state == "failed":
            post(f"payout_failed:{public_id}", "payout_failed", held, mine, micros)
        if paid:
            final = state == "final"
            self.move(
                "out", micros, "payout" if final else "open", f"payout_final:{public_id}" if final else ""
            )
        return payout


def post(key: str, kind: str, source: str, target: str, micros: int) -> int:
    return post_transfer(key=key, kind=kind, legs=[Leg(source, -micros), Leg(target, micros)]).id


@pytest.fixture
def world() -> World:
    return World()


def everything(world: World, seed: int = 7) -> None:
    """Some of all there is, in an order by chance."""
    world.deposit(90_000_000)
    chance = random.Random(seed)
    kinds = ["deposit", "suspense", "assigned", "funding", "booking"] + [str(state) for state in PayoutState]
    for kind in chance.sample(kinds * 2, k=len(kinds) * 2):
        micros = chance.choice([1, 1, 2, 10_000])  # some alike
        if kind == "deposit":
            world.deposit(micros)
        elif kind == "booking":
            world.booking(micros)
        elif kind in ("suspense", "assigned", "funding"):
            world.suspense(micros, kind)
        else:
            world.payout(micros, kind)
