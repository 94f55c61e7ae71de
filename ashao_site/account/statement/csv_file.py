"""A whole statement as CSV, written batch by batch: it is never in memory as a whole."""

import csv
import io
from collections.abc import Iterable

from ashao_site.accounts.models import User
from ashao_site.lib.aio import in_db
from ashao_site.lib.pieces import Pieces
from ledger.books.money import MICROS_PER_USD
from ledger.statement.rows import StatementRow, part_of
from ledger.statement.whole import begin_whole, rows_of

COLUMNS = (
    "time",
    "part",
    "kind",
    "reference",
    "amount_usd",
    "balance_usd",
    "amount_micros",
    "balance_micros",
)
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


async def statement_csv(user: User) -> Pieces:
    """The lines of the file, header first, then the entries from the oldest on."""
    yield _text([COLUMNS])
    whole = await in_db(begin_whole, user)
    if whole.after_id:
        yield _text(
            _opening(part_of(address), whole.opening.get(pk, 0)) for pk, address in whole.addresses.items()
        )
    async for rows in rows_of(whole):
        yield _text(_cells(row) for row in rows)


def usd(amount_micros: int) -> str:
    """Dollars with all six decimals, as a spreadsheet reads them: `-0.150000`."""
    dollars, rest = divmod(abs(amount_micros), MICROS_PER_USD)
    return f"{'-' if amount_micros < 0 else ''}{dollars}.{rest:06d}"


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text


def _cells(row: StatementRow) -> tuple[str, ...]:
    texts = (row.part, row.kind, row.reference)
    amount, balance = row.amount_micros, row.balance_after_micros
    amounts = (usd(amount), usd(balance), str(amount), str(balance))
    return (row.created_at.isoformat(), *(harmless(text) for text in texts), *amounts)


def _opening(part: str, balance_micros: int) -> tuple[str, ...]:
    """Where a statement is cut: what was there before its first entry."""
    return ("", part, "earlier entries", "", "", usd(balance_micros), "", str(balance_micros))


def _text(rows: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()
