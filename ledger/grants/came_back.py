"""Whether somebody came back after the day of their first sign-in, as far as anything here shows it.

The apps above add what they see of a person: a sign is asked whether there is any of its kind since that moment.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from ashao_site.accounts.models import User
from ledger.books import chart
from ledger.books.models import Entry, HoldLine

Sign = Callable[[int, datetime], bool]

_signs: list[Sign] = []


def add_sign(sign: Sign) -> None:
    """Have this asked as well, by a person's id. To be called while the apps load."""
    _signs.append(sign)


def came_back(user_id: int, day: date) -> bool:
    """Whether this person signed in, used a session or a key, sent, earned, paid or ran a worker after that UTC day."""
    if User.objects.filter(pk=user_id, last_seen_on__gt=day).exists():
        return True
    after = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    mine = [f"{chart.user_prefix(user_id)}{part}" for part in chart.USER_PARTS]
    moved = Entry.objects.filter(account__address__in=mine, transfer__created_at__gte=after)
    held = HoldLine.objects.filter(account__address__in=mine, hold__created_at__gte=after)
    return any(sign(user_id, after) for sign in _signs) or moved.exists() or held.exists()
