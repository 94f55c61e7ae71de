"""Who somebody is to what is theirs, when they were last here, and that something no longer speaks for them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal

from ashao_site.accounts.models import User
from ashao_site.lib.clock import now

LAST_USED_STEP = timedelta(minutes=1)
"""`last_used_at` is written at most this often: who calls often must not cost a write each time."""

access_ended = Signal()
"""A session was ended (signed out, from there or from elsewhere) or an API key revoked. Arguments: `viewer`, whose.

Sent once that is committed. What is open in that session, or was opened with that key, must not tell anything
of the person any longer.
"""


@dataclass(frozen=True)
class Viewer:
    """A signed-in user (`user_id`, the row's id), or a guest (`gst_…`), or nobody known: both None."""

    user_id: int | None = None
    guest_id: str | None = None


def tell_access_ended(viewer: Viewer) -> None:
    """Announce, once the transaction has committed, that something no longer speaks for this person."""
    transaction.on_commit(lambda: access_ended.send(sender=Viewer, viewer=viewer))


def note_seen(user: User) -> None:
    """Note that this person is here today (UTC): one write a day."""
    today = now().astimezone(UTC).date()
    if user.last_seen_on != today:
        User.objects.filter(pk=user.pk).update(last_seen_on=today)
        user.last_seen_on = today


def note_last_use(rows: QuerySet[Any], last: datetime | None) -> None:
    """Note in `last_used_at` of these rows, which say `last` there, that they are used now."""
    at = now()
    stale = at - LAST_USED_STEP
    if last is None or last <= stale:
        rows.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lte=stale)).update(last_used_at=at)
