"""What a new wallet would be given, and whether somebody came back after the day of their first sign-in.

The apps above add what they see of a person: a sign is asked whether there is any of its kind since that moment.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings

from ashao_site.accounts.guests import uses
from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.addresses import site_network
from ledger.books import chart
from ledger.books.models import Entry, HoldLine
from ledger.books.money import credits_to_micros
from ledger.books.queries import available
from ledger.grants.actions import SIGNUP_GRANT_CREDITS, has_room_today
from ledger.grants.models import GrantDay

Sign = Callable[[int, datetime], bool]

_signs: list[Sign] = []


def offered_credits(*, address: str) -> int:
    """The free credits of a new wallet from this network address now: all of them, or 0 where a limit is reached."""
    today = clock.now().astimezone(UTC).date()
    given_micros = GrantDay.objects.filter(day=today).values_list("given_micros", flat=True).first() or 0
    budget_micros = available(chart.PROMO_BUDGET)
    if budget_micros < credits_to_micros(SIGNUP_GRANT_CREDITS):
        return 0
    if not has_room_today(budget_micros=budget_micros, given_micros=given_micros):
        return 0
    network = site_network(address) or address
    return SIGNUP_GRANT_CREDITS if uses("grant", network, day=today) < settings.GRANTS_PER_ADDRESS else 0


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
