"""What every page of the staff rests on: forms that do something once, and lists too long to be counted."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.admin import ShowFacets
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.paginator import InfinitePaginator

from ashao_site.lib.clock import now

FORM_KEPT = timedelta(days=30)
"""A form that was opened longer ago than this is no longer known by its key."""


class ConfirmedForm(models.Model):
    """A form of the admin that somebody confirmed: its key, so that the same form sent again does nothing."""

    key = models.UUIDField(unique=True)
    at = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        return str(self.key)


def confirm_once(key: UUID) -> bool:
    """Whether this is the first time that the form with this key is confirmed. Of two at once, one is.

    Ask before doing it, not in a transaction with it: what breaks off in between is started again with a new
    form, by somebody who has looked.
    """
    ConfirmedForm.objects.filter(at__lt=now() - FORM_KEPT).delete()
    _, first = ConfirmedForm.objects.get_or_create(key=key)
    return first


class UncountedList:
    """Says nothing of how many rows there are: what unfold's paginator calls their number is 9,999,999,999."""

    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_disable_select_all = True

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As Django's, without "All … selected"."""
        shown = {"selection_note_all": "", **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, shown)  # type: ignore[misc]  # a mixin
        return answer
