"""Forms of the admin that do something once, however often the button is pressed."""

from datetime import timedelta
from uuid import UUID

from django.db import models

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
