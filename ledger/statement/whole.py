"""A whole statement, the oldest first: as of one moment, and read batch by batch."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from django.db.models import Max, Sum

from ashao_site.accounts.models import User
from ashao_site.lib.aio import in_db
from ledger.books.models import Account, Entry
from ledger.statement.figures import addresses_of
from ledger.statement.rows import StatementRow, statement_row

MAX_WHOLE_ROWS = 200_000
"""The newest are told; a statement that is longer begins with what was there before them."""
ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Whole:
    """What a whole statement is made of, as of one moment."""

    addresses: dict[int, str]
    """The person's accounts by id."""
    last_ids: dict[int, int]
    """Each account's newest entry: all before it are there, for an account is locked when it gets one."""
    after_id: int
    """The newest entry that is left out, because there are too many; 0 for none."""
    opening: dict[int, int]
    """What was on each account by then."""


def begin_whole(user: User) -> Whole:
    """Fix what a whole statement is made of."""
    accounts = Account.objects.filter(address__in=addresses_of(user))
    addresses = {account.pk: account.address for account in accounts}
    mine = Entry.objects.filter(account__in=addresses)
    newest = mine.order_by().values("account_id").annotate(last=Max("id"))
    last_ids = {row["account_id"]: row["last"] for row in newest}
    left_out = mine.order_by("-id").values_list("id", flat=True)[MAX_WHOLE_ROWS : MAX_WHOLE_ROWS + 1]
    after_id = next(iter(left_out), 0)
    sums = mine.filter(pk__lte=after_id).order_by().values("account_id").annotate(sum=Sum("amount_micros"))
    return Whole(addresses, last_ids, after_id, {row["account_id"]: int(row["sum"]) for row in sums})


async def rows_of(whole: Whole) -> AsyncGenerator[list[StatementRow], None]:
    """All its rows, with the balances after them."""
    balances, after_id = dict(whole.opening), whole.after_id
    while entries := await in_db(next_entries, whole, after_id):
        yield list(balanced(whole, balances, entries))
        after_id = entries[-1].pk


def next_entries(whole: Whole, after_id: int) -> list[Entry]:
    """The next entries of it, the oldest first."""
    later = Entry.objects.filter(account__in=whole.addresses, pk__gt=after_id).order_by("id")
    return list(later.select_related("transfer")[:ROWS_AT_ONCE])


def balanced(whole: Whole, balances: dict[int, int], entries: list[Entry]) -> Iterator[StatementRow]:
    """Entries with their accounts' balances after them; `balances` goes on from batch to batch."""
    for entry in entries:
        if entry.pk > whole.last_ids.get(entry.account_id, 0):
            continue  # it came while the statement was being written
        balances[entry.account_id] = balances.get(entry.account_id, 0) + entry.amount_micros
        yield statement_row(entry, whole.addresses[entry.account_id], balances[entry.account_id])
