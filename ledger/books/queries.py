"""Everything that is read from the books."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from ledger.books import chart
from ledger.books.models import Account, Entry

MAX_DIFFERENCES = 100
"""How many differences of each kind `check_books` names. One is already too many."""


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account's balance, by address. `total_micros` is zero, or the books are wrong."""

    balances: tuple[tuple[str, int], ...]
    total_micros: int


def balance(address: str) -> int:
    """What is on an account in µUSDC, what is held of it included. 0 if it does not exist."""
    account = Account.objects.filter(address=chart.require_valid(address)).first()
    if account is None:
        return 0
    return account.balance_micros if account.guarded else _entries_sum(Entry.objects.filter(account=account))


def available(address: str) -> int:
    """What can be spent from an account in µUSDC: the balance less what is held. 0 if it does not exist."""
    if not chart.is_guarded(address):
        return balance(address)
    return _available([chart.require_valid(address)])


def spendable_micros(user_id: int | str) -> int:
    """What a person can spend on messages in µUSDC: granted and paid-in credits together."""
    return _available([chart.user_granted(user_id), chart.user_credits(user_id)])


def trial_balance() -> TrialBalance:
    """All accounts with the sums of their entries, read in one statement."""
    rows = Account.objects.annotate(sum_micros=Sum("entries__amount_micros")).order_by("address")
    balances = tuple((account.address, int(account.sum_micros or 0)) for account in rows)
    return TrialBalance(balances, sum(micros for _, micros in balances))


def check_books() -> list[str]:
    """Compare everything that must agree, and name each difference in a sentence. An empty list is right.

    Each comparison is one statement, so that it sees one moment even while money moves.
    """
    return [
        template.format(*row)
        for template, sql in _COMPARISONS
        for row in _rows(f"{sql} LIMIT {MAX_DIFFERENCES}")
    ]


_COMPARISONS = (
    (
        "{0}: the balance is kept as {1} µ, the entries sum to {2} µ",
        """SELECT a.address, a.balance_micros, coalesce(sum(e.amount_micros), 0)
           FROM ledger_account a LEFT JOIN ledger_entry e ON e.account_id = a.id
           WHERE a.guarded GROUP BY a.id
           HAVING a.balance_micros <> coalesce(sum(e.amount_micros), 0) ORDER BY a.id""",
    ),
    (
        "{0}: {1} µ are kept as held, the pending holds sum to {2} µ",
        """SELECT a.address, a.held_micros, coalesce(sum(l.amount_micros) FILTER (WHERE h.id IS NOT NULL), 0)
           FROM ledger_account a
           LEFT JOIN ledger_holdline l ON l.account_id = a.id
           LEFT JOIN ledger_hold h ON h.id = l.hold_id AND h.status = 'pending'
           GROUP BY a.id
           HAVING a.held_micros <> coalesce(sum(l.amount_micros) FILTER (WHERE h.id IS NOT NULL), 0)
           ORDER BY a.id""",
    ),
    (
        "{0}: the balance is {1} µ with {2} µ held",
        """SELECT address, balance_micros, held_micros FROM ledger_account
           WHERE guarded AND (balance_micros < held_micros OR held_micros < 0) ORDER BY id""",
    ),
    (
        "transfer {0} ({1}): {2} entries that sum to {3} µ",
        """SELECT t.id, t.key, count(e.id), coalesce(sum(e.amount_micros), 0)
           FROM ledger_transfer t LEFT JOIN ledger_entry e ON e.transfer_id = t.id
           GROUP BY t.id HAVING count(e.id) < 2 OR sum(e.amount_micros) <> 0 ORDER BY t.id""",
    ),
    (
        "hold {0} ({1}): of {2} µ, its lines sum to {3} µ",
        """SELECT h.id, h.key, h.amount_micros, coalesce(sum(l.amount_micros), 0)
           FROM ledger_hold h LEFT JOIN ledger_holdline l ON l.hold_id = h.id
           GROUP BY h.id HAVING h.amount_micros <> coalesce(sum(l.amount_micros), 0) ORDER BY h.id""",
    ),
    (
        "all accounts together: {0} µ, not zero",
        "SELECT sum(amount_micros) FROM ledger_entry HAVING sum(amount_micros) <> 0",
    ),
)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _available(addresses: Iterable[str]) -> int:
    accounts = Account.objects.filter(address__in=list(addresses))
    return sum(account.balance_micros - account.held_micros for account in accounts)


def _entries_sum(entries: QuerySet[Entry]) -> int:
    return int(entries.aggregate(sum=Sum("amount_micros"))["sum"] or 0)
