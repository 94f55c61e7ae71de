"""Reads of one person's money: what there is, and every entry of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.db.models import Max, Sum

from ashao_site.accounts.models import User
from ashao_site.lib.chain import ChainUnavailable, chain
from ledger import chart
from ledger.models import Account, Entry, Payout
from ledger.money import micros_to_credits
from ledger.payouts.states import OPEN
from ledger.queries import MAX_STATEMENT_ROWS, StatementRow, statement
from staking.artifacts import artifact
from staking.asking import understood
from staking.transactions import checksum

MAX_EXPORT_ROWS = 200_000
"""The newest are told; a statement that is longer begins with what was there before them."""
EXPORT_ROWS_AT_ONCE = 1_000


class Figures(TypedDict):
    """Amounts in µUSDC; `credits` is whole credits."""

    wallet: str
    credits: int
    bought: int
    granted: int
    held: int
    earnings: int
    escrow: int
    pendingPayouts: int


class StatementLine(TypedDict):
    """One entry as the API tells it."""

    id: int
    at: datetime
    part: str
    kind: str
    reference: str
    amount: int
    balance: int


class StatementPage(TypedDict):
    """Some entries, the newest first; `next` is what `before` of the following page takes."""

    rows: list[StatementLine]
    next: int | None


@dataclass(frozen=True)
class Export:
    """What a whole statement is made of, as of one moment."""

    parts: dict[int, str]
    """The person's accounts by id."""
    last_ids: dict[int, int]
    """Each account's newest entry: all before it are there, for an account is locked when it gets one."""
    after_id: int
    """The newest entry that is left out, because there are too many; 0 for none."""
    opening: dict[int, int]
    """What was on each account by then."""


def figures_of(user: User) -> Figures:
    """What a person has. What is held for a message that is being answered is in neither bought nor granted."""
    accounts = {account.address: account for account in Account.objects.filter(address__in=_addresses(user))}

    def free(address: str) -> int:
        found = accounts.get(address)
        return found.balance_micros - found.held_micros if found else 0

    bought, granted = free(chart.user_credits(user.pk)), free(chart.user_granted(user.pk))
    pending = Payout.objects.filter(user_id=user.pk, state__in=OPEN).aggregate(sum=Sum("amount_micros"))
    return {
        "wallet": user.wallet or "",
        "credits": micros_to_credits(bought + granted),
        "bought": bought,
        "granted": granted,
        "held": sum(account.held_micros for account in accounts.values()),
        "earnings": free(chart.user_earnings(user.pk)),
        "escrow": free(chart.user_escrow(user.pk)),
        "pendingPayouts": pending["sum"] or 0,
    }


def statement_page(*, user: User, part: str | None, before_id: int | None, limit: int) -> StatementPage:
    """A page of a person's entries, of one part or of all."""
    asked = min(limit, MAX_STATEMENT_ROWS - 1) + 1  # one more tells whether there is another page
    prefix = chart.user_prefix(user.pk)
    found = (
        statement(address=f"{prefix}{part}", before_id=before_id, limit=asked)
        if part
        else statement(prefix=prefix, before_id=before_id, limit=asked)
    )
    rows = [_line(row) for row in found[:limit]]
    more = len(found) > len(rows) or len(rows) == MAX_STATEMENT_ROWS
    return {"rows": rows, "next": rows[-1]["id"] if more else None}


def begin_export(user: User) -> Export:
    """Fix what a whole statement is made of."""
    parts = {
        account.pk: account.address.rpartition(":")[2]
        for account in Account.objects.filter(address__in=_addresses(user))
    }
    mine = Entry.objects.filter(account__in=parts)
    newest = mine.order_by().values("account_id").annotate(last=Max("id"))
    last_ids = {row["account_id"]: row["last"] for row in newest}
    left_out = mine.order_by("-id").values_list("id", flat=True)[MAX_EXPORT_ROWS : MAX_EXPORT_ROWS + 1]
    after_id = next(iter(left_out), 0)
    sums = mine.filter(pk__lte=after_id).order_by().values("account_id").annotate(sum=Sum("amount_micros"))
    return Export(parts, last_ids, after_id, {row["account_id"]: int(row["sum"]) for row in sums})


def export_entries(export: Export, after_id: int) -> list[Entry]:
    """The next EXPORT_ROWS_AT_ONCE entries of a statement, the oldest first."""
    found = Entry.objects.filter(account__in=export.parts, pk__gt=after_id).order_by("id")
    return list(found.select_related("transfer")[:EXPORT_ROWS_AT_ONCE])


def export_lines(export: Export, balances: dict[int, int], entries: list[Entry]) -> Iterator[StatementLine]:
    """Entries with their accounts' balances after them; `balances` goes on from page to page."""
    for entry in entries:
        if entry.pk > export.last_ids.get(entry.account_id, 0):
            continue  # it came while the statement was being written
        balances[entry.account_id] = balances.get(entry.account_id, 0) + entry.amount_micros
        yield {
            "id": entry.pk,
            "at": entry.transfer.created_at,
            "part": export.parts[entry.account_id],
            "kind": entry.transfer.kind,
            "reference": entry.transfer.reference,
            "amount": entry.amount_micros,
            "balance": balances[entry.account_id],
        }


def usdc_balance(wallet: str) -> int | None:
    """The USDC of a wallet in µUSDC, as the chain has it now; None where it does not say."""
    try:
        with understood():
            usdc = chain().web3.eth.contract(checksum(chain().config.usdc), abi=artifact("DevUSDC").abi)
            return int(usdc.functions.balanceOf(checksum(wallet)).call())
    except ChainUnavailable:
        return None


def _addresses(user: User) -> list[str]:
    return [f"{chart.user_prefix(user.pk)}{part}" for part in chart.USER_PARTS]


def _line(row: StatementRow) -> StatementLine:
    return {
        "id": row.id,
        "at": row.created_at,
        "part": row.address.rpartition(":")[2],
        "kind": row.kind,
        "reference": row.reference,
        "amount": row.amount_micros,
        "balance": row.balance_after_micros,
    }
