"""Forgetting what is over: a batch at a time, until none is left or the time is up."""

import time
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from ashao_site.accounts.guests import GuestUse
from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.sessions.sign_ins import orphans
from ashao_site.accounts.sign_in.models import SignInNonce
from ashao_site.lib.clock import now

FORGET_BATCH = 1000
FORGET_MAX_S = 120.0
REVOKED_KEY_KEPT = timedelta(days=90)
GUEST_USE_KEPT = timedelta(days=2)


def forget_expired(*, until: float | None = None) -> int:
    """Delete expired nonces and sessions, old guest counts, old revoked keys; returns how many went.

    Batch by batch until none is left, or until that time (`time.monotonic`; by default `FORGET_MAX_S` from now). Meant
    for a periodic task, which goes on the next time.
    """
    at = now()
    stop_at = time.monotonic() + FORGET_MAX_S if until is None else until
    expired: tuple[QuerySet[Any], ...] = (
        SignInNonce.objects.filter(expires_at__lte=at),
        Session.objects.filter(expire_date__lte=at),  # and with each its sign-in
        GuestUse.objects.filter(day__lt=(at - GUEST_USE_KEPT).date()),
        ApiKey.objects.filter(revoked_at__lte=at - REVOKED_KEY_KEPT),
        orphans(),  # no index helps to find them: last, and where the rest is done
    )
    return sum(_forget(rows, stop_at) for rows in expired)


def _forget(rows: QuerySet[Any], stop_at: float) -> int:
    count = 0
    while time.monotonic() < stop_at:
        batch = list(rows.values_list("pk", flat=True)[:FORGET_BATCH])
        count += rows.model._default_manager.filter(pk__in=batch).delete()[0]
        if len(batch) < FORGET_BATCH:
            break
    return count
