"""Free credits at a first sign-in: so many an address and day, so much of the budget a day, and who gets none yet."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from eth_account import Account

from ashao_site.accounts.guests import GuestUse
from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ledger.books import chart, queries
from ledger.books.models import Transfer
from ledger.grants.actions import give_signup_grant
from ledger.grants.models import GrantDay, GrantState, SignupGrant
from tests.accounts.accounts_browser import Browser, in_threads
from tests.workers.support import books_are_true, fund, person

GRANT = 5_000_000
PLENTY = 1_000_000
"""Credits in the budget: two grants of $5 are a thousandth of it."""


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.GRANTS_PER_ADDRESS = 5
    settings.GRANTS_BUDGET_PERCENT = 1
    settings.TRUSTED_PROXIES = 1


def signed_in(number: int, address: str = "192.0.2.1") -> Browser:
    browser = Browser(Account.from_key(number.to_bytes(32, "big")))
    browser.client.defaults["HTTP_X_FORWARDED_FOR"] = address
    assert browser.sign_in().status_code == 200
    return browser


def told(browser: Browser) -> tuple[int, str, str]:
    found = browser.get("/api/me").json()
    return found["credits"], found["freeCredits"]["state"], found["freeCredits"]["reason"]


def a_day_passes(monkeypatch: pytest.MonkeyPatch, days: int = 1) -> None:
    at = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: at)


def granted_to(user_id: int, address: str = "192.0.2.1") -> bool:
    return give_signup_grant(user_id=user_id, address=address).state == GrantState.GIVEN


@pytest.mark.django_db
def test_five_an_address_and_day_and_the_sixth_is_told_and_gets_them_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fund(PLENTY)
    for number in range(1, 6):
        assert told(signed_in(number)) == (500, "given", "")
    sixth = signed_in(6)
    assert told(sixth) == (0, "waiting", "address")
    assert told(signed_in(7, "192.0.2.2")) == (500, "given", ""), "another address has its own five"
    again = signed_in(6)
    assert told(again) == (0, "waiting", "address")
    user = User.objects.get(wallet=again.wallet)
    a_day_passes(monkeypatch)
    assert granted_to(user.pk)
    assert granted_to(user.pk), "and once only"
    assert told(again) == (500, "given", "")
    assert Transfer.objects.filter(kind="grant").count() == 7
    assert GrantDay.objects.order_by("day").values_list("given_micros", flat=True)[0] == 6 * GRANT


@pytest.mark.django_db
def test_all_networks_of_a_48_are_one_address() -> None:
    fund(PLENTY)
    states = [told(signed_in(n, f"2001:db8:7:{n:x}::1"))[1] for n in range(1, 8)]
    assert states == ["given"] * 5 + ["waiting"] * 2
    assert told(signed_in(9, "2001:db8:8::1"))[1] == "given"


@pytest.mark.django_db
def test_one_percent_of_the_budget_a_day(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.GRANTS_PER_ADDRESS = 100
    fund(200_000)  # $2,000: four grants
    people = [person(f"person {number}").pk for number in range(9)]
    assert [granted_to(user_id) for user_id in people] == [True] * 4 + [False] * 5
    assert set(SignupGrant.objects.filter(state="waiting").values_list("reason", flat=True)) == {"day"}
    a_day_passes(monkeypatch)
    assert [granted_to(user_id) for user_id in people] == [True] * 7 + [False] * 2, "of what was left: three"


@pytest.mark.django_db
def test_a_small_budget_gives_one_a_day_and_an_empty_one_none(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [person(f"person {number}").pk for number in range(3)]
    assert not granted_to(people[0])
    assert SignupGrant.objects.get().reason == "budget"
    fund(1_000)
    assert [granted_to(user_id) for user_id in people] == [True, False, False]
    a_day_passes(monkeypatch)
    assert [granted_to(user_id) for user_id in people] == [True, True, False]
    assert queries.available(chart.PROMO_BUDGET) == 0


@pytest.mark.django_db
def test_nothing_is_counted_where_nothing_is_given() -> None:
    assert not granted_to(person("alice").pk)
    assert not GuestUse.objects.exists()
    fund(1_000)
    assert granted_to(person("bob").pk)
    assert not granted_to(person("charlie").pk)
    assert GuestUse.objects.get().count == 1
    assert "192.0.2.1" not in str(GuestUse.objects.values())


@pytest.mark.django_db(transaction=True)
def test_the_last_room_of_a_day_is_given_once(settings: Any) -> None:
    settings.GRANTS_PER_ADDRESS = 3
    fund(PLENTY)
    people = [person(f"person {number}").pk for number in range(8)]
    found = in_threads([partial(granted_to, user_id) for user_id in people])
    assert sorted(found) == [False] * 5 + [True] * 3
    settings.GRANTS_PER_ADDRESS, settings.GRANTS_BUDGET_PERCENT = 100, 1
    day = GrantDay.objects.get()
    allowed = (queries.available(chart.PROMO_BUDGET) + day.given_micros) // 100
    GrantDay.objects.update(given_micros=allowed - GRANT)
    waiting = list(SignupGrant.objects.filter(state="waiting").values_list("user_id", flat=True))
    found = in_threads([partial(granted_to, user_id, "192.0.2.9") for user_id in waiting])
    assert sum(found) == 1
    books_are_true()
