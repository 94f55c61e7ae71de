"""A statement page by page, the newest first."""

from dataclasses import dataclass

from django.db.models import Sum

from ashao_site.accounts.models import User
from ledger.books import chart
from ledger.books.models import Account, Entry
from ledger.statement.rows import StatementRow, statement_row

MAX_STATEMENT_ROWS = 200


@dataclass(frozen=True, slots=True)
class StatementPage:
    """`next` is what `before_id` of the following page takes; None at the end."""

    rows: list[StatementRow]
    next: int | None


def statement_page(*, user: User, part: str | None, before_id: int | None, limit: int) -> StatementPage:
    """A page of a person's entries, of one part or of all."""
    asked = min(limit, MAX_STATEMENT_ROWS - 1) + 1  # one more tells whether there is another page
    prefix = chart.user_prefix(user.pk)
    read = (
        statement(address=f"{prefix}{part}", before_id=before_id, limit=asked)
        if part
        else statement(prefix=prefix, before_id=before_id, limit=asked)
    )
    rows = read[:limit]
    more = len(read) > len(rows) or len(rows) == MAX_STATEMENT_ROWS
    return StatementPage(rows, rows[-1].id if more else None)


def statement(
    *, address: str = "", prefix: str = "", before_id: int | None = None, limit: int = 50
) -> list[StatementRow]:
    """The entries of one account, or of all whose address begins with `prefix:`, the newest first.

    At most `limit` (never more than 200) older than `before_id`. Each row's balance is its account's just
    after it.
    """
    if bool(address) == bool(prefix):
        raise ValueError("Ask for one address or for one prefix.")
    if prefix and not prefix.endswith(":"):
        raise ValueError("A prefix ends with a colon: user:1 is also how user:10 begins.")
    accounts = Account.objects.filter(
        **({"address": address} if address else {"address__startswith": prefix})
    )
    entries = Entry.objects.filter(account__in=accounts)
    if before_id is not None:
        entries = entries.filter(pk__lt=before_id)
    newest = entries.select_related("transfer", "account").order_by("-id")
    page = list(newest[: max(0, min(limit, MAX_STATEMENT_ROWS))])
    return [statement_row(entry, entry.account.address, after) for entry, after in _with_balances(page)]


def _with_balances(page: list[Entry]) -> list[tuple[Entry, int]]:
    """Each entry of a page (newest first) with its account's balance after it."""
    newest: dict[int, int] = {}
    for entry in page:
        newest.setdefault(entry.account_id, entry.pk)
    running = {
        account_id: _sum_up_to(account_id=account_id, entry_id=entry_id)
        for account_id, entry_id in newest.items()
    }
    rows = []
    for entry in page:
        rows.append((entry, running[entry.account_id]))
        running[entry.account_id] -= entry.amount_micros
    return rows


def _sum_up_to(*, account_id: int, entry_id: int) -> int:
    entries = Entry.objects.filter(account_id=account_id, pk__lte=entry_id)
    return int(entries.aggregate(sum=Sum("amount_micros"))["sum"] or 0)
