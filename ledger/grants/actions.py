"""Giving the free credits of a first sign-in, and taking back what nobody ever came for."""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from ashao_site.accounts.guests import count_use
from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.addresses import site_network
from ashao_site.lib.errors import InsufficientCredits
from ledger.books import actions as ledger
from ledger.books import chart
from ledger.books.money import credits_to_micros
from ledger.books.queries import available
from ledger.grants.models import GrantDay, GrantReason, GrantState, SignupGrant

log = structlog.get_logger("ashao.grants")

SIGNUP_GRANT_CREDITS = 500
UNUSED_AFTER = timedelta(days=90)
"""After so long, what was given to a wallet that never came back returns to the promotion budget."""
RETURNED_AT_ONCE_MAX = 500


class _NotNow(Exception):
    """Nothing is given, and what was counted for it is not."""

    def __init__(self, reason: GrantReason) -> None:
        self.reason = reason


def give_signup_grant(*, user_id: int, address: str) -> SignupGrant:
    """Give a person the free credits of their first sign-in, if that was not done and today's limits allow it.

    Called at each sign-in, from the network address `address` (`client_address`): who got none today gets them at
    a sign-in on a day with room. The limits, by UTC day: `GRANTS_PER_ADDRESS`, where IPv6 counts by /48, and
    `GRANTS_BUDGET_PERCENT` of the promotion budget, which is what it holds and what was given of it that day; one
    grant a day is given whatever that comes to. Nothing is counted where nothing is given.
    """
    SignupGrant.objects.bulk_create([SignupGrant(user_id=user_id)], ignore_conflicts=True)
    with transaction.atomic():
        grant = SignupGrant.objects.select_for_update(no_key=True).get(user_id=user_id)
        if grant.state != GrantState.WAITING:
            return grant
        try:
            with transaction.atomic():
                _give(user_id=user_id, address=address)
        except _NotNow as refused:
            grant.reason = refused.reason
            log.warning("no_grant", reason=str(refused.reason))
        else:
            grant.state, grant.reason, grant.given_at = GrantState.GIVEN, GrantReason.NONE, clock.now()
        grant.save()
    return grant


def _give(*, user_id: int, address: str) -> None:
    """Raises `_NotNow`. All that give wait for each other at the day's row, so that two never share its last room."""
    amount_micros = credits_to_micros(SIGNUP_GRANT_CREDITS)
    today = clock.now().astimezone(UTC).date()
    GrantDay.objects.bulk_create([GrantDay(day=today)], ignore_conflicts=True)
    day = GrantDay.objects.select_for_update(no_key=True).get(day=today)
    budget_micros = available(chart.PROMO_BUDGET)
    if budget_micros < amount_micros:
        raise _NotNow(GrantReason.BUDGET)
    if not has_room_today(budget_micros=budget_micros, given_micros=day.given_micros):
        raise _NotNow(GrantReason.DAY)
    network, per_address = site_network(address) or address, settings.GRANTS_PER_ADDRESS
    if not count_use("grant", network, day=today, limit=per_address):
        raise _NotNow(GrantReason.ADDRESS)
    if not ledger.grant(key=f"grant:signup:{user_id}", user_id=user_id, amount_micros=amount_micros):
        raise _NotNow(GrantReason.BUDGET)
    day.given_micros += amount_micros
    day.save()


def has_room_today(*, budget_micros: int, given_micros: int) -> bool:
    """Whether one more grant is within what may be given of the budget on a day on which so much was given."""
    percent: int = settings.GRANTS_BUDGET_PERCENT
    allowed_micros = (budget_micros + given_micros) * percent // 100
    return not given_micros or given_micros + credits_to_micros(SIGNUP_GRANT_CREDITS) <= allowed_micros


def grant_of(user_id: int) -> SignupGrant | None:
    """What became of a person's free credits; None for one who has never signed in with a wallet."""
    return SignupGrant.objects.filter(user_id=user_id).first()


def return_unused(*, came_back: Callable[[int, date], bool]) -> int:
    """Take back what was given 90 days ago to wallets that never came back; how many were settled, at most a batch.

    `came_back(user_id, day)` says whether that person did anything here after that day. A grant is looked at once:
    then it is kept for good, or what is left of it returns. What is held is never touched.
    """
    due = SignupGrant.objects.filter(state=GrantState.GIVEN, given_at__lt=clock.now() - UNUSED_AFTER)
    grant_ids = list(due.order_by("given_at").values_list("pk", flat=True)[:RETURNED_AT_ONCE_MAX])
    return sum(_settle(grant_id, came_back) for grant_id in grant_ids)


def _settle(grant_id: int, came_back: Callable[[int, date], bool]) -> bool:
    with transaction.atomic():
        grant = (
            SignupGrant.objects.select_for_update(no_key=True, skip_locked=True)
            .filter(pk=grant_id, state=GrantState.GIVEN)
            .first()
        )
        if grant is None or grant.given_at is None:
            return False
        if came_back(grant.user_id, grant.given_at.astimezone(UTC).date()):
            grant.state = GrantState.KEPT
        else:
            try:
                _take_back(grant.user_id)
            except InsufficientCredits:  # somebody sends a message at this very moment
                return False
            grant.state = GrantState.RETURNED
        grant.save()
        return True


def _take_back(user_id: int) -> None:
    left_micros = available(chart.user_granted(user_id))
    if left_micros <= 0:
        return
    ledger.post_transfer(
        key=f"grant:return:{user_id}",
        kind="grant_return",
        legs=[
            ledger.Leg(chart.user_granted(user_id), -left_micros),
            ledger.Leg(chart.PROMO_BUDGET, left_micros),
        ],
    )


def give_first_credits(sender: object, *, user: User, address: str, **_: Any) -> None:
    """A new wallet gets free credits, within the limits of a day and as long as the promotion budget lasts."""
    give_signup_grant(user_id=user.pk, address=address)
