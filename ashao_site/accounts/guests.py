"""People who have not signed in: their id, and how much they may send in a day.

No network address is kept: a row holds a keyed hash of it and of the day, so that days cannot be linked.
"""

from datetime import UTC, date, datetime, time, timedelta
from math import ceil

from django.conf import settings
from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from ashao_site.lib.addresses import site_network
from ashao_site.lib.clock import now
from ashao_site.lib.errors import RateLimited
from ashao_site.lib.text import is_id, new_id

GUEST_SESSION_KEY = "guest_id"

_COUNT_ONE = """
INSERT INTO accounts_guestuse (subject_hash, day, count) VALUES (%s, %s, 1)
ON CONFLICT (subject_hash, day) DO UPDATE SET count = accounts_guestuse.count + 1
WHERE accounts_guestuse.count < %s
RETURNING count
"""


class GuestUse(models.Model):
    """How many messages a guest's session, or a network, has sent on one UTC day; and how many grants a network got."""

    subject_hash = models.CharField(max_length=64)
    day = models.DateField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_hash", "day"], name="guest_use_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"


def guest_id(request: HttpRequest) -> str:
    """The id of this session's guest, `gst_…`, made and kept in the session if there is none yet."""
    known = known_guest(request)
    if known is not None:
        return known
    made = new_id("gst")
    request.session[GUEST_SESSION_KEY] = made
    return made


def known_guest(request: HttpRequest) -> str | None:
    """The id of this session's guest, if there is one."""
    known = request.session.get(GUEST_SESSION_KEY)
    return known if isinstance(known, str) and is_id(known, "gst") else None


def take_guest_message(*, session_subject: str, address_subject: str) -> None:
    """Count one message of today (UTC) for the session, the address and, of IPv6, the /48 around it; or for none.

    Raises `RateLimited` (`guest_limit`, until midnight UTC) when one is used up. The rows stay locked
    until the surrounding transaction ends, in the same order always: session, address, network.
    """
    at = now()
    day = at.astimezone(UTC).date()
    with transaction.atomic():
        for subject, limit in _limits(session_subject, address_subject, day):
            if not _count_one(subject, day, limit):
                raise RateLimited(
                    "That was today's last message without signing in. Sign in with a wallet to go on.",
                    code="guest_limit",
                    retry_after_s=_seconds_left(at),
                )


def guest_remaining(*, session_subject: str, address_subject: str) -> int:
    """How many messages may still be sent today: the least of what session, address and network have left."""
    day = now().astimezone(UTC).date()
    limits = _limits(session_subject, address_subject, day)
    rows = GuestUse.objects.filter(day=day, subject_hash__in=[subject for subject, _ in limits])
    used = dict(rows.values_list("subject_hash", "count"))
    return max(0, min(limit - used.get(subject, 0) for subject, limit in limits))


def count_use(kind: str, subject: str, *, day: date, limit: int) -> bool:
    """Count one use of some `kind` by a subject on a day, unless it has had `limit` of them; whether it was counted.

    Kept as the guests' are: under a keyed hash of the subject and the day. Within the caller's transaction.
    """
    return _count_one(_subject_hash(kind, subject, day), day, limit)


def uses(kind: str, subject: str, *, day: date) -> int:
    """How many of some kind `count_use` has counted."""
    row = GuestUse.objects.filter(day=day, subject_hash=_subject_hash(kind, subject, day))
    return row.values_list("count", flat=True).first() or 0


def next_free_messages_at(at: datetime) -> datetime:
    """When guests have all their messages of a day again."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), tzinfo=UTC)


def _limits(session_subject: str, address_subject: str, day: date) -> list[tuple[str, int]]:
    limits = [
        (_subject_hash("session", session_subject, day), settings.GUEST_MESSAGES_PER_SESSION),
        (_subject_hash("address", address_subject, day), settings.GUEST_MESSAGES_PER_ADDRESS),
    ]
    network = site_network(address_subject)
    if network is not None:
        limits.append((_subject_hash("network", network, day), settings.GUEST_MESSAGES_PER_NETWORK))
    return limits


def _subject_hash(kind: str, subject: str, day: date) -> str:
    return salted_hmac(f"ashao.guest.{kind}", f"{day}:{subject}", algorithm="sha256").hexdigest()


def _count_one(subject: str, day: date, limit: int) -> bool:
    if limit < 1:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ONE, [subject, day, limit])
        return cursor.fetchone() is not None


def _seconds_left(at: datetime) -> int:
    return max(1, ceil((next_free_messages_at(at) - at).total_seconds()))
