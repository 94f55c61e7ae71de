"""What staff recorded of the treasury's payments, and what was burned, in the admin."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import action

from ashao_site.accounts.models import User
from ashao_site.chain.wei import format_ashao
from ashao_site.staff import words
from ashao_site.staff.asked import BOOK, may
from ashao_site.staff.readonly import ChainEventAdmin, ReadOnlyAdmin
from ledger.books.admin_sides import ledger_link
from ledger.books.money import format_usd
from ledger.treasury.models import Booking, Burn
from ledger.treasury.pages import record_page


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    """What staff recorded of the treasury's payments, each verified on the chain."""

    list_display = ("time", "kind", "amount", "burned", "staff", "transaction_short", "note")
    list_filter = ("kind",)
    search_fields = ("tx_hash__iexact", "burn_tx_hash__iexact")
    search_help_text = "The whole transaction."
    ordering = ("-id",)
    list_before_template = "admin/staff/money_before.html"
    actions_list = ["record_payment"]
    fields = readonly_fields = (
        "booked_at",
        "kind",
        "amount",
        "transaction",
        "burned",
        "burn_transaction",
        "staff",
        "note",
        "ledger",
        "chain_id",
    )

    def get_urls(self) -> list[URLPattern]:
        """The page that records comes first: its path could be an id."""
        page = self.admin_site.admin_view(record_page)
        return [path("record/", page, name="ledger_booking_record"), *super().get_urls()]

    def has_book_permission(self, request: HttpRequest) -> bool:
        """Who may record payments."""
        return may(request, BOOK)

    @action(description="Record a payment", url_path="record-payment", permissions=["book"])  # type: ignore[untyped-decorator]
    def record_payment(self, request: HttpRequest) -> HttpResponse:
        """To the page on which staff record what the treasury paid."""
        return HttpResponseRedirect(reverse("admin:ledger_booking_record"))

    @admin.display(description="recorded", ordering="id")
    def time(self, booking: Booking) -> SafeString:
        return words.when(booking.booked_at)

    @admin.display(description="amount", ordering="amount_micros")
    def amount(self, booking: Booking) -> str:
        return format_usd(booking.amount_micros)

    @admin.display(description="$ASHAO burned")
    def burned(self, booking: Booking) -> str:
        """All of its digits."""
        return format_ashao(booking.burned_wei) if booking.burned_wei else "-"

    @admin.display(description="by")
    def staff(self, booking: Booking) -> str:
        return str(User.objects.filter(pk=booking.staff_id).first() or "-")

    @admin.display(description="transaction")
    def transaction_short(self, booking: Booking) -> SafeString:
        """As a list shows it."""
        return words.transaction(booking.tx_hash)

    @admin.display(description="transaction")
    def transaction(self, booking: Booking) -> SafeString:
        return words.transaction(booking.tx_hash, whole=True)

    @admin.display(description="burn")
    def burn_transaction(self, booking: Booking) -> SafeString:
        """The transaction that burned what was bought."""
        return words.transaction(booking.burn_tx_hash, whole=True)

    @admin.display(description="ledger")
    def ledger(self, booking: Booking) -> SafeString | str:
        """The transfer of the books that it is."""
        return ledger_link(booking.ledger_key)


@admin.register(Burn)
class BurnAdmin(ChainEventAdmin):
    """$ASHAO that was burned, by anybody."""

    list_display = ("time", "wallet_short", "ashao", "transaction_short")
    search_fields = ("wallet__iexact", "tx_hash__iexact")
    search_help_text = "The whole wallet or transaction."
    fields = readonly_fields = (
        "block_at",
        "wallet",
        "ashao",
        "transaction",
        "log_index",
        "block",
        "chain_id",
    )
