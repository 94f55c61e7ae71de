"""What staff may look at in the admin and not touch."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from ashao_site.accounts.staff_pages import UncountedList
from ashao_site.chain.wei import format_ashao
from ashao_site.staff import words


class ReadOnly:
    """Nobody adds, changes or deletes what is in the books, staff included."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, UncountedList, ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """A list and a page for each row, without counting a whole table to show a page of it."""


class AshaoAdmin(ReadOnlyAdmin):
    """Rows with an amount of $ASHAO."""

    @admin.display(description="$ASHAO", ordering="amount_wei")
    def ashao(self, row: Any) -> str:
        """All of its digits."""
        return format_ashao(row.amount_wei)


class ChainEventAdmin(AshaoAdmin):
    """Rows that are events of the chain."""

    ordering = ("-block", "-log_index")

    @admin.display(description="block's time", ordering="block")
    def time(self, row: Any) -> SafeString:
        return words.when(row.block_at)

    @admin.display(description="wallet")
    def wallet_short(self, row: Any) -> SafeString:
        """As a list shows it."""
        return words.short(row.wallet)

    @admin.display(description="transaction")
    def transaction_short(self, row: Any) -> SafeString:
        """As a list shows it."""
        return words.transaction(row.tx_hash)

    @admin.display(description="transaction")
    def transaction(self, row: Any) -> SafeString:
        return words.transaction(row.tx_hash, whole=True)
