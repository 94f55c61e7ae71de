"""What a wallet that signs in for the first time would be given. Asked before somebody signs in; nothing is counted."""

from datetime import UTC

from django.conf import settings

from ashao_site.accounts.guests import uses
from ashao_site.lib import clock
from ashao_site.lib.addresses import site_network
from ledger.books import chart
from ledger.books.money import credits_to_micros
from ledger.books.queries import available
from ledger.grants.actions import SIGNUP_GRANT_CREDITS, has_room_today
from ledger.grants.models import GrantDay


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
