"""Every transfer of the treasury's USDC, in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from ashao_site.staff import words
from ashao_site.staff.asked import BOOK, RECONCILE, may
from ashao_site.staff.readonly import ReadOnlyAdmin
from ledger.books.admin_sides import ledger_link
from ledger.books.money import format_usd
from ledger.deposits import pages
from ledger.deposits.models import TreasuryTransfer

BOOKED_LABELS = {
    "deposit": "success",
    "assigned": "success",
    "funding": "success",
    "payout": "success",
    "buyback": "success",
    "cloud": "success",
    "refund": "success",
    "returned": "info",
    "suspense": "warning",
    "open": "danger",
}
TABS = (
    ("All", "", ""),
    ("In suspense", "booked__exact", "suspense"),
    ("Unexplained payments", "booked__exact", "open"),
)


@admin.register(TreasuryTransfer)
class TreasuryTransferAdmin(ReadOnlyAdmin):
    """Every transfer of USDC to or from the treasury, and what it is in the books."""

    list_display = (
        "time",
        "direction",
        "amount",
        "booked_label",
        "wallet_short",
        "whose",
        "transaction_short",
    )
    list_filter = ("booked", "direction", "on_chain")
    search_fields = ("tx_hash__iexact", "counterparty__iexact", "ledger_key__exact")
    search_help_text = "The whole transaction, wallet or ledger key."
    ordering = ("-block", "-log_index")
    list_before_template = "admin/staff/money_before.html"
    actions_list = ["reconciliation", "record_payment"]
    actions_detail = ["assign", "fund"]
    fields = readonly_fields = (
        "block_at",
        "direction",
        "amount",
        "booked_label",
        "wallet",
        "whose",
        "transaction",
        "log_index",
        "block",
        "on_chain",
        "chain_id",
        "ledger",
        "created_at",
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With tabs for what waits."""
        shown = {"money_tabs": _tabs(request)}
        answer: HttpResponse = super().changelist_view(request, {**shown, **(extra_context or {})})
        return answer

    @admin.display(description="amount", ordering="amount_micros")
    def amount(self, row: TreasuryTransfer) -> str:
        """In dollars; what left is negative."""
        return format_usd(row.amount_micros if row.direction == "in" else -row.amount_micros)

    @admin.display(description="block's time", ordering="block")
    def time(self, row: TreasuryTransfer) -> SafeString:
        return words.when(row.block_at)

    @admin.display(description="from or to")
    def wallet_short(self, row: TreasuryTransfer) -> SafeString:
        """As a list shows it."""
        return words.short(row.counterparty)

    @admin.display(description="from or to")
    def wallet(self, row: TreasuryTransfer) -> SafeString:
        return words.breaking(row.counterparty)

    @display(description="in the books", ordering="booked", label=BOOKED_LABELS)  # type: ignore[untyped-decorator]
    def booked_label(self, row: TreasuryTransfer) -> str:
        """As what it is booked."""
        return row.booked

    @admin.display(description="whose")
    def whose(self, row: TreasuryTransfer) -> SafeString | str:
        """The person whose credits it became."""
        return words.person_of(row.user_id)

    @admin.display(description="transaction")
    def transaction_short(self, row: TreasuryTransfer) -> SafeString:
        """As a list shows it."""
        return words.transaction(row.tx_hash)

    @admin.display(description="transaction")
    def transaction(self, row: TreasuryTransfer) -> SafeString:
        return words.transaction(row.tx_hash, whole=True)

    @admin.display(description="ledger")
    def ledger(self, row: TreasuryTransfer) -> SafeString | str:
        """The transfer of the books that it is."""
        return ledger_link(row.ledger_key)

    def has_reconcile_permission(self, request: HttpRequest) -> bool:
        """Who may see the reconciliation."""
        return may(request, RECONCILE)

    def has_book_permission(self, request: HttpRequest) -> bool:
        """Who may record payments."""
        return may(request, BOOK)

    def has_settle_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may say whose a deposit is."""
        return may(request, RECONCILE)

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """None for what does not wait any more."""
        actions: list[Any] = super().get_actions_detail(request, object_id)
        return actions if pages.waits(object_id) else []

    @action(description="Reconciliation", url_path="reconciliation", permissions=["reconcile"])  # type: ignore[untyped-decorator]
    def reconciliation(self, request: HttpRequest) -> HttpResponse:
        """To the page of the whole."""
        return HttpResponseRedirect(reverse("reconciliation"))

    @action(description="Record a payment", url_path="record-payment", permissions=["book"])  # type: ignore[untyped-decorator]
    def record_payment(self, request: HttpRequest) -> HttpResponse:
        """To the page on which staff record what the treasury paid."""
        return HttpResponseRedirect(reverse("admin:ledger_booking_record"))

    @action(description="Assign to a person", url_path="assign", permissions=["settle"])  # type: ignore[untyped-decorator]
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page on which staff say whose a deposit in suspense is."""
        return pages.assign_page(request, object_id)

    @action(description="Fund the promotion budget", url_path="fund", permissions=["settle"])  # type: ignore[untyped-decorator]
    def fund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page on which staff book a deposit in suspense as ashao's own."""
        return pages.fund_page(request, object_id)


def _tabs(request: HttpRequest) -> list[dict[str, object]]:
    """All, and what waits, with its count."""
    waits = TreasuryTransfer.objects.filter(booked__in=["suspense", "open"]).order_by()
    counts = dict(waits.values_list("booked").annotate(count=Count("id")))
    url = reverse("admin:ledger_treasurytransfer_changelist")
    chosen = request.GET.get("booked__exact", "")
    return [
        {
            "title": title,
            "url": f"{url}?{name}={value}" if name else url,
            "count": counts.get(value, 0) if value else None,
            "active": chosen == value,
        }
        for title, name, value in TABS
    ]
