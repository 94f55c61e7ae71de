"""What visitors leave behind: sessions of an hour, or for as long as their conversations. Tidying keeps up."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from accounts_browser import Browser
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from ashao_site.accounts import tidy
from ashao_site.accounts.guests import GuestUse
from ashao_site.accounts.sign_in.models import SignInNonce
from ashao_site.accounts.tidy import forget_expired
from ashao_site.lib.clock import now

HOUR = timedelta(hours=1)


def ends() -> datetime:
    return Session.objects.get().expire_date


def cookie_s(browser: Browser) -> int:
    return int(browser.client.cookies["sessionid"]["max-age"])


def lasts(at_least: timedelta, at_most: timedelta) -> bool:
    return now() + at_least - timedelta(minutes=1) <= ends() <= now() + at_most


@pytest.mark.django_db
def test_asking_for_a_nonce_makes_a_session_of_an_hour(bob: Browser) -> None:
    bob.nonce()
    assert lasts(HOUR, HOUR * 5 / 4)
    assert cookie_s(bob) <= HOUR.total_seconds() * 5 / 4
    first = ends()
    bob.nonce()
    assert ends() == first, "it was just made: another nonce writes it no further"


@pytest.mark.django_db
def test_a_nonce_that_is_asked_for_later_is_good_for_as_long_as_any(bob: Browser) -> None:
    bob.nonce()
    session = bob.client.session
    soon = now() + timedelta(minutes=1)
    session["visitor_until"] = soon.isoformat()
    session.set_expiry(soon)
    session.save()
    bob.nonce()
    assert lasts(HOUR, HOUR * 5 / 4)
    assert bob.sign_in().status_code == 200


@pytest.mark.django_db
def test_a_sign_in_lasts_as_long_as_ever(alice: Browser) -> None:
    assert alice.sign_in().status_code == 200
    month = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    assert lasts(month, month)
    alice.nonce()  # for a payout wallet: it is not a visitor's
    assert lasts(month, month)
    assert cookie_s(alice) == month.total_seconds()


@pytest.mark.django_db
def test_staff_who_were_visitors_first_are_signed_in_for_as_long_as_ever(django_user_model: Any) -> None:
    django_user_model.objects.create_superuser("alice", "correct horse battery")
    client = Client()
    assert client.post(
        "/api/auth/nonce", headers={"Cookie": "csrftoken=" + "c" * 32, "X-CSRFToken": "c" * 32}
    )
    assert lasts(HOUR, HOUR * 5 / 4)
    assert client.login(username="alice", password="correct horse battery")
    assert ends() > now() + timedelta(hours=2)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/me", "/api/network", "/", "/earn", "/api/chat/conversations"])
def test_looking_around_makes_no_rows(path: str, bob: Browser) -> None:
    for _ in range(3):
        bob.get(path)
    bob.client.cookies["sessionid"] = "a" * 32  # of a session that is over
    bob.get(path)
    assert not Session.objects.exists()
    assert not SignInNonce.objects.exists()
    assert not GuestUse.objects.exists()


@pytest.mark.django_db
def test_tidying_goes_on_until_nothing_is_left(monkeypatch: Any) -> None:
    monkeypatch.setattr(tidy, "FORGET_BATCH", 10)
    over = now() - timedelta(minutes=1)
    nonces = [SignInNonce(nonce=f"n{n}", session_key="s", expires_at=over) for n in range(95)]
    SignInNonce.objects.bulk_create(nonces)
    Session.objects.bulk_create(
        [Session(session_key=f"s{n}", session_data="", expire_date=over) for n in range(100)]
    )
    SignInNonce.objects.create(nonce="live", session_key="s", expires_at=now() + HOUR)
    assert forget_expired() == 195
    assert SignInNonce.objects.get().nonce == "live"
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_tidying_stops_when_its_time_is_up() -> None:
    over = now() - timedelta(minutes=1)
    SignInNonce.objects.create(nonce="old", session_key="s", expires_at=over)
    assert forget_expired(until=0.0) == 0
    assert forget_expired() == 1


@pytest.mark.django_db
def test_what_is_over_is_found_by_an_index() -> None:
    """However many rows are live: tidying reads only those that go."""
    asked = {
        "accounts_signinnonce": SignInNonce.objects.filter(expires_at__lte=now()),
        "django_session": Session.objects.filter(expire_date__lte=now()),
        "accounts_guestuse": GuestUse.objects.filter(day__lt=now().date()),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for table, rows in asked.items():
            plan = rows.values_list("pk", flat=True)[:1000].explain()
            assert "Index" in plan, (table, plan)
            assert "Seq Scan" not in plan, (table, plan)
