"""The books in the admin: to be read, from account to entries to transfer, and one thing that staff do."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import action

from ledger import promo, queries
from ledger.models import Account, Entry, Hold, HoldLine, Transfer
from ledger.money import format_usd
from ledger.payouts.admin import PayoutAdmin
from ledger.readonly_admin import ReadOnly, ReadOnlyAdmin

__all__ = ["AccountAdmin", "EntryAdmin", "HoldAdmin", "PayoutAdmin", "TransferAdmin"]


def _link(target: Model, text: str) -> SafeString:
    url = reverse(f"admin:ledger_{target._meta.model_name}_change", args=[target.pk])
    return format_html('<a href="{}">{}</a>', url, text)


def _list_link(model_name: str, text: str, **lookups: int) -> SafeString:
    url = reverse(f"admin:ledger_{model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', url, urlencode(lookups), text)


class ReadOnlyInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """Rows that belong to the one shown."""

    extra = 0
    hide_title = True

    @admin.display(description="account")
    def account_link(self, row: Entry | HoldLine) -> SafeString:
        """The account, to go on from there."""
        return _link(row.account, row.account.address)

    @admin.display(description="amount")
    def amount(self, row: Entry | HoldLine) -> str:
        """In dollars."""
        return format_usd(row.amount_micros)


class EntryInline(ReadOnlyInline):
    """A transfer's entries."""

    model = Entry
    fields = readonly_fields = ("account_link", "amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """With their accounts."""
        return Entry.objects.select_related("account").order_by("id")


class HoldLineInline(ReadOnlyInline):
    """A hold's lines."""

    model = HoldLine
    fields = readonly_fields = ("account_link", "amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[HoldLine]:
        """With their accounts."""
        return HoldLine.objects.select_related("account").order_by("id")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Balances, and the way to their entries and holds."""

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
        """In dollars."""
        return format_usd(account.held_micros)

    @admin.display(description="entries")
    def entries_link(self, account: Account) -> SafeString:
        """To the account's entries."""
        return _list_link("entry", "Entries", account__id__exact=account.pk)

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
        return promo.fund_promo_page(request, self.admin_site.each_context(request))


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The lines of the books, the newest first."""

    list_display = ("id", "created_at", "account_link", "amount", "transfer_link", "reference")
    list_select_related = ("account", "transfer")
    search_fields = ("account__address__startswith", "transfer__reference", "transfer__key")
    ordering = ("-id",)
    fields = readonly_fields = ("account_link", "amount", "transfer_link", "reference", "created_at")

    @admin.display(description="account")
    def account_link(self, entry: Entry) -> SafeString:
        """To the account."""
        return _link(entry.account, entry.account.address)

    @admin.display(description="amount")
    def amount(self, entry: Entry) -> str:
        """In dollars."""
        return format_usd(entry.amount_micros)

    @admin.display(description="transfer")
    def transfer_link(self, entry: Entry) -> SafeString:
        """To the transfer with all its entries."""
        return _link(entry.transfer, entry.transfer.kind)

    @admin.display(description="reference")
    def reference(self, entry: Entry) -> str:
        """What the transfer was for."""
        return entry.transfer.reference

    @admin.display(description="time")
    def created_at(self, entry: Entry) -> Any:
        """When the transfer was posted."""
        return entry.transfer.created_at


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """Transfers with their entries."""

    list_display = ("id", "created_at", "kind", "reference", "key", "note")
    list_filter = ("kind",)
    search_fields = ("key", "reference")
    ordering = ("-id",)
    fields = readonly_fields = ("key", "kind", "reference", "note", "created_at", "reverses", "input_hash")
    inlines = [EntryInline]


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """Holds with their lines, and the transfer that posted them."""

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

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The account page links here with the holds of that account."""
        return lookup == "lines__account__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="amount")
    def amount(self, hold: Hold) -> str:
        """In dollars."""
        return format_usd(hold.amount_micros)

    @admin.display(description="transfer", empty_value="-")
    def transfer_link(self, hold: Hold) -> SafeString | None:
        """To the transfer that posted it."""
        return _link(hold.transfer, hold.transfer.kind) if hold.transfer else None
