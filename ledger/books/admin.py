"""The books in the admin: to be read, from account to entries to transfer, and one thing that staff do."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import action

from ashao_site.staff.readonly import ReadOnly, ReadOnlyAdmin
from ledger.books import promo, queries
from ledger.books.admin_sides import NamedLookups, is_of_job, of_jobs, reference_of, side
from ledger.books.models import Account, Entry, Hold, HoldLine, Transfer
from ledger.books.money import format_usd

OF_ACCOUNT = "lines__account__id__exact"
"""How the account page links to its holds."""


def _link(target: Model, text: str) -> SafeString:
    url = reverse(f"admin:ledger_{target._meta.model_name}_change", args=[target.pk])
    return format_html('<a href="{}">{}</a>', url, text)


def _list_link(model_name: str, text: str, **lookups: int) -> SafeString:
    url = reverse(f"admin:ledger_{model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', url, urlencode(lookups), text)


def _account(row: Entry | HoldLine) -> SafeString | str:
    address = row.account.address
    hidden = is_of_job(reference_of(row)) and side(address) != address
    return side(address) if hidden else _link(row.account, address)


class ReadOnlyInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """Rows that belong to the one shown."""

    extra = 0
    hide_title = True

    @admin.display(description="account")
    def account_link(self, row: Entry | HoldLine) -> SafeString | str:
        """The account, to go on from there; of a job's the kind of account."""
        return _account(row)

    @admin.display(description="amount")
    def amount(self, row: Entry | HoldLine) -> str:
        return format_usd(row.amount_micros)


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = readonly_fields = ("account_link", "amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return Entry.objects.select_related("account", "transfer").order_by("id")


class HoldLineInline(ReadOnlyInline):
    model = HoldLine
    fields = readonly_fields = ("account_link", "amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[HoldLine]:
        return HoldLine.objects.select_related("account", "hold").order_by("id")


@admin.register(Account)
class AccountAdmin(NamedLookups, ReadOnlyAdmin):
    """Balances, and the way to their entries and holds."""

    lookups = frozenset({"guarded__exact", "guarded__isnull"})

    list_display = ("address", "balance", "held", "entries_link", "holds_link")
    list_filter = ("guarded",)
    search_fields = ("address__startswith",)
    ordering = ("address",)
    fields = readonly_fields = ("address", "guarded", "balance", "held", "entries_link", "holds_link")
    actions_list = ["fund_promo"]

    @admin.display(description="balance")
    def balance(self, account: Account) -> str:
        """In dollars; for pools and the treasury, the sum of their entries."""
        return format_usd(account.balance_micros if account.guarded else queries.balance(account.address))

    @admin.display(description="held")
    def held(self, account: Account) -> str:
        return format_usd(account.held_micros)

    @admin.display(description="entries")
    def entries_link(self, account: Account) -> SafeString:
        """To the account's entries."""
        return _list_link("entry", "Entries", account__id__exact=account.pk)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """To the account's page."""
        return ("address",)

    @admin.display(description="holds")
    def holds_link(self, account: Account) -> SafeString:
        """To the holds that have set money of this account aside."""
        return _list_link("hold", "Holds", lines__account__id__exact=account.pk)

    def has_fund_promo_permission(self, request: HttpRequest) -> bool:
        """Who may fund: asked by name, because unfold looks a dotted one up in a database that may be empty.

        Nobody where there is a chain: there, USDC that came to the treasury is assigned to the budget, and a
        funding without a transaction would be a difference for ever.
        """
        return settings.CHAIN is None and bool(request.user.has_perm("ledger.fund_promo"))

    @action(  # type: ignore[untyped-decorator]
        description="Fund the promotion budget", url_path="fund-promo", permissions=["fund_promo"]
    )
    def fund_promo(self, request: HttpRequest) -> HttpResponse:
        """The page on which staff fund the promotion budget."""
        return promo.fund_promo_page(request)


@admin.register(Entry)
class EntryAdmin(NamedLookups, ReadOnlyAdmin):
    """The lines of the books, the newest first. Of a job's, what is shown depends on whether an account was chosen."""

    lookups = frozenset({"account__id__exact"})
    list_display = ("day", "account_or_side", "amount", "transfer_link", "reference")
    list_select_related = ("account", "transfer")
    search_fields = ("account__address__startswith",)
    search_help_text = "How an account's address begins; of what is not about a job, a reference or key."
    ordering = ("-id",)
    fields = readonly_fields = ("account_or_side", "amount", "transfer_link", "reference", "day")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Where one account was chosen, its name stands beside its amounts."""
        if "account__id__exact" in request.GET:
            return ("day", "account_link", "amount", "transfer_link", "reference")
        return self.list_display

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """By account; by reference and key only what is not about a job."""
        term = search_term.strip()
        if not term:
            return queryset, False
        by_transfer = Q(transfer__reference__icontains=term) | Q(transfer__key__icontains=term)
        by_account = Q(account__address__startswith=term)
        return queryset.filter(by_account | (by_transfer & ~of_jobs("transfer__"))), False

    @admin.display(description="account")
    def account_link(self, entry: Entry) -> SafeString:
        return _link(entry.account, entry.account.address)

    @admin.display(description="account")
    def account_or_side(self, entry: Entry) -> SafeString | str:
        """To the account; of a job's the kind of account."""
        return _account(entry)

    @admin.display(description="amount")
    def amount(self, entry: Entry) -> str:
        return format_usd(entry.amount_micros)

    @admin.display(description="transfer")
    def transfer_link(self, entry: Entry) -> SafeString | str:
        """To the transfer with all its entries; of a job only what it is."""
        transfer = entry.transfer
        return transfer.kind if is_of_job(transfer.reference) else _link(transfer, transfer.kind)

    @admin.display(description="reference")
    def reference(self, entry: Entry) -> str:
        """What the transfer was for; of a job nothing."""
        return "" if is_of_job(entry.transfer.reference) else entry.transfer.reference

    @admin.display(description="time")
    def day(self, entry: Entry) -> Any:
        """When the transfer was posted; of a job's the day."""
        at = entry.transfer.created_at
        return at.date() if is_of_job(entry.transfer.reference) else at


@admin.register(Transfer)
class TransferAdmin(NamedLookups, ReadOnlyAdmin):
    """Transfers with their entries."""

    lookups = frozenset({"kind", "kind__exact", "kind__isnull"})

    list_display = ("id", "created_at", "kind", "reference", "key", "note")
    list_filter = ("kind",)
    search_fields = ("key", "reference")
    ordering = ("-id",)
    fields = readonly_fields = ("key", "kind", "reference", "note", "created_at", "reverses", "input_hash")
    inlines = [EntryInline]

    def get_fields(self, request: HttpRequest, obj: Transfer | None = None) -> Sequence[str]:
        """Without the hash of a job's input: somebody who tries all accounts would read the earner from it."""
        hidden = obj is not None and is_of_job(obj.reference)
        return tuple(name for name in self.fields if not (hidden and name == "input_hash"))

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """To the transfer's page."""
        return ("id",)


@admin.register(Hold)
class HoldAdmin(NamedLookups, ReadOnlyAdmin):
    """Holds with their lines, and the transfer that posted them; or of one account without what they were for."""

    lookups = frozenset({"status__exact", "status__isnull", OF_ACCOUNT})

    list_display = ("id", "created_at", "status", "amount", "reference", "expires_at", "resolved_at")
    list_filter = ("status",)
    search_fields = ("key", "reference")
    ordering = ("-id",)
    fields = readonly_fields = (
        "key",
        "reference",
        "status",
        "amount",
        "created_at",
        "expires_at",
        "resolved_at",
        "transfer_link",
    )
    inlines = [HoldLineInline]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Of one account's, the day and the amount."""
        return ("day", "status", "amount") if OF_ACCOUNT in request.GET else self.list_display

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """To the hold's page, but not from an account's."""
        return None if OF_ACCOUNT in request.GET else ("id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Hold], search_term: str
    ) -> tuple[QuerySet[Hold], bool]:
        """By key and reference, but not among an account's: that would tell whose job it is."""
        if OF_ACCOUNT in request.GET and search_term.strip():
            return queryset.none(), False
        results: tuple[QuerySet[Hold], bool] = super().get_search_results(request, queryset, search_term)
        return results

    @admin.display(description="day")
    def day(self, hold: Hold) -> date:
        """When it was made."""
        return hold.created_at.date()

    @admin.display(description="amount")
    def amount(self, hold: Hold) -> str:
        return format_usd(hold.amount_micros)

    @admin.display(description="transfer", empty_value="-")
    def transfer_link(self, hold: Hold) -> SafeString | None:
        """To the transfer that posted it."""
        return _link(hold.transfer, hold.transfer.kind) if hold.transfer else None
