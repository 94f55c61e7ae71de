"""The reconciliation over the database: histories made by hand, and read set-wise."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ashao_site.accounts.audit import AuditEntry
from ashao_site.chain.indexer.models import ChainCursor
from ledger.books.actions import fund_promo, reverse_transfer
from ledger.books.models import Transfer
from ledger.deposits.models import TreasuryTransfer
from ledger.payouts.models import Payout, RelayerAttempt, RelayerTransaction
from ledger.payouts.states import PayoutState
from ledger.reconciliation import actions, queries, sql
from ledger.reconciliation.compare import compare
from ledger.reconciliation.report import Code, Report
from ledger.treasury.models import Booking

from .money_world import CHAIN_ID, NOW, OTHER, World, dead_chain, everything, no_chain, world

__all__ = ["no_chain", "world"]

pytestmark = pytest.mark.django_db


def report(**options: Any) -> Report:
    return compare(queries.read(**{"day": None, **options}))


def codes(found: Report) -> set[Code]:
    return {finding.code for finding in found.findings}


def test_everything_agrees_and_what_is_under_way_is_explained(world: World) -> None:
    everything(world)
    found = report()
    assert found.agrees, found.red
    assert found.unexplained_micros == 0
    assert codes(found) == {Code.PAYOUT_NOT_FINAL, Code.IN_SUSPENSE}
    paid = sum(Payout.objects.filter(state="included").values_list("amount_micros", flat=True))
    assert found.difference_micros == found.explained_micros == paid > 0
    assert sum(micros for _, micros in found.ledger.classes) == found.ledger.cash_micros
    assert found.payouts.open_micros == found.payouts.in_ledger_micros > 0
    assert [state for state, _, _ in found.payouts.by_state] == [str(state) for state in PayoutState]


def plain(found: Report) -> Any:
    return replace(found, made_at=NOW)


@pytest.mark.parametrize("seed", range(3))
def test_leaving_out_what_agrees_changes_nothing(world: World, seed: int) -> None:
    everything(world, seed)
    world.move("out", 5, "open", "")
    world.move("in", 6, "deposit", "deposit:nowhere", user_id=1)
    fund_promo(key="f", amount_micros=7, note="no transaction", staff="staff:1")
    for day in (None, NOW.date(), NOW.date() - timedelta(days=1)):
        short = plain(report(day=day))
        assert short == plain(report(day=day, skip_pairs=False))
        assert (day == NOW.date() - timedelta(days=1)) or {
            Code.UNBOOKED_OUT,
            Code.UNBOOKED_IN,
            Code.FUNDING_WITHOUT_TRANSACTION,
        } <= codes(short)


CHANGES: dict[str, Any] = {
    "deposit removed": lambda w: TreasuryTransfer.objects.filter(booked="deposit").first().delete(),
    "deposit of another amount": lambda w: change("deposit", amount_micros=77),
    "deposit of another person": lambda w: change("deposit", user_id=999),
    "deposit gone": lambda w: change("deposit", on_chain=False),
    "deposit booked in suspense": lambda w: change("deposit", booked="suspense"),
    "suspense forgotten": lambda w: change("suspense", booked="assigned"),
    "payment of another amount": lambda w: change("payout", amount_micros=77),
    "payment to another wallet": lambda w: change("payout", counterparty=OTHER),
    "payment in another transaction": lambda w: change("payout", tx_hash="0xother"),
    "payment removed": lambda w: TreasuryTransfer.objects.filter(booked="payout").first().delete(),
    "bill removed": lambda w: TreasuryTransfer.objects.filter(booked="cloud").first().delete(),
    "bill of another amount": lambda w: change("cloud", amount_micros=77),
    "booking removed": lambda w: Booking.objects.all().delete(),
    "booking of another amount": lambda w: Booking.objects.update(amount_micros=77),
    "unexplained payment": lambda w: w.move("out", 1, "open", ""),
    "unbooked deposit": lambda w: w.move("in", 1, "deposit", "", user_id=1),
    "ledger line without a transaction": lambda w: fund_promo(
        key="x", amount_micros=1, note="nothing", staff="s"
    ),
    "ledger line taken back": lambda w: take_back(w.deposit(1)),
    "state final": lambda w: set_payout(state="included", to_state="final"),
    "state failed": lambda w: set_payout(state="signed", to_state="failed"),
}


def change(of: str, **fields: Any) -> None:
    row = TreasuryTransfer.objects.filter(booked=of).order_by("id").first()
    assert row is not None
    assert TreasuryTransfer.objects.filter(pk=row.pk).update(**fields) == 1


def take_back(row: TreasuryTransfer) -> None:
    reverse_transfer(key="back", transfer_id=Transfer.objects.get(key=row.ledger_key).pk, note="a mistake")


def set_payout(*, state: str, to_state: str) -> None:
    row = Payout.objects.filter(state=state).first()
    assert row is not None
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # as if no trigger were there
        cursor.execute("UPDATE ledger_payout SET state = %s WHERE id = %s", [to_state, row.pk])
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize("what", CHANGES)
def test_one_wrong_row_is_red(world: World, what: str) -> None:
    everything(world)
    CHANGES[what](world)
    found = report()
    assert not found.agrees
    assert found.unexplained_micros > 0
    assert plain(found) == plain(report(skip_pairs=False))


def test_a_mistake_that_was_taken_back_is_no_difference_now(world: World) -> None:
    number = fund_promo(key="x", amount_micros=5, note="mistaken", staff="s").id
    assert not report().agrees
    reverse_transfer(key="back", transfer_id=number, note="there was no transaction")
    assert report().agrees


def test_a_past_day_differs_by_what_was_booked_after_it(world: World) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    world.deposit(5_000_000, block_at=NOW - timedelta(days=1))
    world.deposit(7_000_000, block_at=NOW + timedelta(days=2))  # a chain whose clock is ahead
    before = report(day=yesterday)
    assert (before.ledger.cash_micros, before.chain.cash_micros) == (0, 5_000_000)
    assert before.agrees
    assert codes(before) == {Code.BOOKED_LATER}
    assert before.difference_micros == before.explained_micros == -5_000_000
    after = report(day=NOW.date())
    assert after.agrees
    assert Code.BLOCK_LATER in codes(after)
    assert after.difference_micros == after.explained_micros == 7_000_000
    assert report().difference_micros == 0


def test_a_final_payout_in_a_block_that_is_not_read_is_explained(world: World) -> None:
    world.deposit(5_000_000)
    payout = world.payout(1_000_000, "final")
    TreasuryTransfer.objects.filter(booked="payout").delete()
    assert not report().agrees
    ChainCursor.objects.update(block=(payout.block or 0) - 1)
    found = report()
    assert found.agrees
    assert codes(found) == {Code.NOT_READ_YET}
    assert found.explained_micros == -1_000_000


def test_a_payout_whose_sending_is_known_explains_what_left(world: World) -> None:
    """The relayer was killed after it sent the transaction, and the indexer has read the block since."""
    world.deposit(5_000_000)
    payout = world.payout(1_000_000, "broadcast")
    sent = RelayerTransaction.objects.create(chain_id=CHAIN_ID, relayer=OTHER, nonce=1, payout=payout)
    row = world.move("out", 1_000_000, "open", "")
    assert not report().agrees
    RelayerAttempt.objects.create(
        transaction=sent, tx_hash=row.tx_hash, raw="0x", max_fee_wei=1, priority_fee_wei=1, created_at=NOW
    )
    found = report()
    assert found.agrees
    assert codes(found) == {Code.PAYOUT_NOT_FINAL}


def test_more_rows_than_are_looked_at_are_red_whatever_they_sum_to(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deposit(5_000_000)
    world.booking(1)
    world.booking(2)
    assert report().agrees
    monkeypatch.setattr(sql, "MAX_ROWS", 2)
    found = report()
    assert found.difference_micros == 0
    assert codes(found) == {Code.TOO_MANY}


@pytest.mark.django_db(transaction=True)
def test_a_look_reads_one_moment_and_asks_the_node_after_it(settings: Any) -> None:
    """As it runs for real: in no transaction of anybody else's."""
    settings.CHAIN = dead_chain()
    World().deposit(5_000_000)
    found = actions.reconcile(by=None)  # would raise NetworkInTransaction
    assert found.agrees
    assert codes(found) == {Code.NODE_SILENT}
    assert AuditEntry.objects.get(subject=actions.SUBJECT).action == actions.AGREES
