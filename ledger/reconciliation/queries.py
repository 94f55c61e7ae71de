"""What is compared, read from the database in one snapshot.

The rows that certainly agree are paired by PostgreSQL and stay there: what is read is the sums, and the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Sum

from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import day_end, now
from ledger.books.queries import check_books
from ledger.deposits.models import Booked, TreasuryTransfer
from ledger.payouts.models import Payout
from ledger.payouts.states import PayoutState
from ledger.reconciliation import sql
from ledger.reconciliation.compare import Inputs
from ledger.reconciliation.report import LedgerSide, PayoutSide
from ledger.reconciliation.values import CashMove, Cursor, Line, Paid, SetAside

ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
"""Everything is before it."""
STATEMENT_TIMEOUT_MS = 120_000
LINE_COLUMNS = len(fields(Line))
CLASSES = ("credits", "granted", "earnings", "escrow", "payouts", "suspense", "promo", "pools")
"""Whom the treasury's cash belongs to, in the order in which it is shown."""


def read(*, day: date | None, with_books: bool = True, skip_pairs: bool = True) -> Inputs:
    """Everything as of the end of a day, or of now.

    `with_books` checks the books themselves too, for now only. `skip_pairs` leaves out what agrees: with all
    rows the report is the same, and takes longer.
    """
    moment = day_end(day) if day is not None else None
    with _snapshot():
        return _read(day, moment, with_books=with_books and day is None, skip_pairs=skip_pairs)


def _read(day: date | None, moment: datetime | None, *, with_books: bool, skip_pairs: bool) -> Inputs:
    values = {"moment": moment or ALWAYS, "skip_pairs": skip_pairs, "limit": sql.MAX_ROWS}
    lines, moves, paid, is_cut = _unpaired(values)
    set_aside = [SetAside(*row) for row in _rows(sql.SET_ASIDE, values)]
    cursor = _cursor()
    in_micros, out_micros, other_micros = _chain_sums(values, cursor)
    ledger, in_ledger_micros = _ledger(values)
    waiting = TreasuryTransfer.objects.filter(booked=Booked.SUSPENSE).aggregate(
        count=Count("id"), micros=Sum("amount_micros")
    )
    return Inputs(
        made_at=now(),
        day=day,
        moment=moment,
        ledger=ledger,
        payouts=_payouts(values, moment, in_ledger_micros),
        in_micros=in_micros,
        out_micros=out_micros,
        other_chains_micros=other_micros,
        suspense_waiting=(waiting["count"], waiting["micros"] or 0),
        cursor=cursor,
        lines=lines,
        moves=moves,
        paid=paid,
        set_aside=set_aside,
        is_cut=is_cut or len(set_aside) >= sql.MAX_ROWS,
        book_faults=check_books() if with_books else (),
    )


def _unpaired(values: dict[str, Any]) -> tuple[list[Line], list[CashMove], list[Paid], bool]:
    """What is no pair, the payouts that it is about, and whether there was more than was read."""
    rows = _rows(sql.PAIRS, values)
    lines = list({row[0]: Line(*row[:LINE_COLUMNS]) for row in rows if row[0] is not None}.values())
    on_chain = (row[LINE_COLUMNS:] for row in rows)
    moves = list({row[0]: CashMove(*row) for row in on_chain if row[0] is not None}.values())
    more = {
        "keys": [line.root for line in lines] + [move.key for move in moves if move.key],
        "hashes": list({move.tx_hash.lower() for move in moves if move.amount_micros < 0}),
    }
    paid = [Paid(*row) for row in _rows(sql.PAID, more)]
    return lines, moves, paid, len(rows) >= sql.MAX_ROWS


def _ledger(values: dict[str, Any]) -> tuple[LedgerSide, int]:
    sums = {name: int(micros) for name, micros in _rows(sql.CLASSES, values)}
    cash_micros = -sums.pop("treasury", 0)
    names = [*CLASSES, *sorted(sums.keys() - set(CLASSES))]
    side = LedgerSide(cash_micros, tuple((name, sums.get(name, 0)) for name in names))
    return side, sums.get("payouts", 0)


def _payouts(values: dict[str, Any], moment: datetime | None, in_ledger_micros: int) -> PayoutSide:
    ((open_micros,),) = _rows(sql.OPEN_PAYOUTS, values)
    if moment is not None:
        return PayoutSide(int(open_micros), in_ledger_micros)
    by_state = {
        row["state"]: (row["state"], row["count"], int(row["micros"]))
        for row in Payout.objects.order_by()
        .values("state")
        .annotate(count=Count("id"), micros=Sum("amount_micros"))
    }
    return PayoutSide(
        int(open_micros),
        in_ledger_micros,
        tuple(by_state.get(state, (str(state), 0, 0)) for state in PayoutState),
    )


def _chain_sums(values: dict[str, Any], cursor: Cursor | None) -> tuple[int, int, int]:
    """In, out, and what of in less out is on other chains than the cursor's."""
    in_micros = out_micros = other_micros = 0
    for chain_id, came, left in _rows(sql.CHAIN_SUMS, values):
        in_micros, out_micros = in_micros + int(came), out_micros + int(left)
        if cursor is not None and chain_id != cursor.chain_id:
            other_micros += int(came) - int(left)
    return in_micros, out_micros, other_micros


def _cursor() -> Cursor | None:
    config: ChainSettings | None = settings.CHAIN
    chain_id = config.chain_id if config is not None else settings.CHAIN_ID
    row = ChainCursor.objects.filter(chain_id=chain_id).first()
    if row is None:
        return None
    return Cursor(row.chain_id, row.block, row.block_hash, row.block_at, row.read_at, row.alarm)


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@contextmanager
def _snapshot() -> Iterator[None]:
    """One moment for all statements, while money goes on to move; within a transaction, that transaction's."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
        yield
