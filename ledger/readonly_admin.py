"""What staff may look at in the admin and not touch."""

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ashao_site.accounts.uncounted_admin import UncountedList


class ReadOnly:
    """Nobody adds, changes or deletes what is in the books, staff included."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class ReadOnlyAdmin(ReadOnly, UncountedList, ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """A list and a page for each row, without counting a whole table to show a page of it."""
