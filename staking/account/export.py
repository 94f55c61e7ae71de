"""A whole statement as CSV, written page by page: it is never in memory as a whole."""

import csv
import io
from collections.abc import AsyncGenerator, Iterable

from ashao_site.accounts.models import User
from ashao_site.lib.aio import in_db
from ledger.money import MICROS_PER_USD
from staking.account.queries import StatementLine, begin_export, export_entries, export_lines

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


async def statement_csv(user: User) -> AsyncGenerator[str, None]:
    """The lines of the file, header first, then the entries from the oldest on."""
    yield _text([COLUMNS])
    export = await in_db(begin_export, user)
    balances, after_id = dict(export.opening), export.after_id
    if after_id:
        yield _text(_opening(part, balances.get(pk, 0)) for pk, part in export.parts.items())
    while entries := await in_db(export_entries, export, after_id):
        yield _text(_cells(line) for line in export_lines(export, balances, entries))
        after_id = entries[-1].pk


def usd(amount_micros: int) -> str:
    """Dollars with all six decimals, as a spreadsheet reads them: `-0.150000`."""
    dollars, rest = divmod(abs(amount_micros), MICROS_PER_USD)
    return f"{'-' if amount_micros < 0 else ''}{dollars}.{rest:06d}"


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text


def _cells(line: StatementLine) -> tuple[str, ...]:
    texts = (line["part"], line["kind"], line["reference"])
    amounts = (usd(line["amount"]), usd(line["balance"]), str(line["amount"]), str(line["balance"]))
    return (line["at"].isoformat(), *(harmless(text) for text in texts), *amounts)


def _opening(part: str, balance_micros: int) -> tuple[str, ...]:
    """Where a statement is cut: what was there before its first entry."""
    return ("", part, "earlier entries", "", "", usd(balance_micros), "", str(balance_micros))


def _text(rows: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()
