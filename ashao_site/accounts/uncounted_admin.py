"""Lists in the admin of tables that are too long to be counted for each page that is shown of them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.paginator import InfinitePaginator


class UncountedList:
    """Says nothing of how many rows there are: what unfold's paginator calls their number is 9,999,999,999."""

    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_disable_select_all = True

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As Django's, without "All … selected"."""
        shown = {"selection_note_all": "", **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, shown)  # type: ignore[misc]  # a mixin
        return answer
