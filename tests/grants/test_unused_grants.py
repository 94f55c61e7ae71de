"""What was given to a wallet that never came back returns after 90 days, and nothing else does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from eth_account import Account

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ledger.books import actions as ledger
from ledger.books import chart, queries
from ledger.books.models import Transfer
from ledger.grants import actions
from ledger.grants.actions import give_signup_grant, return_unused
from ledger.grants.models import SignupGrant
from ledger.grants.queries import came_back
from ledger.tasks import return_unused_grants
from tests.accounts.accounts_browser import Browser
from tests.ledger.support import assert_books
from tests.workers.support import fund, person, worker_of
from workers.jobs.models import Worker

pytestmark = pytest.mark.django_db

GRANT = 5_000_000


@pytest.fixture(autouse=True)
def budget() -> None:
    fund(10_000)


@pytest.fixture
def days_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def on(days: int) -> None:
        at = timezone.now() + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda: at)

    return on


def new(name: str) -> User:
    user = person(name)
    User.objects.filter(pk=user.pk).update(last_seen_on=clock.now().date())
    give_signup_grant(user_id=user.pk, address="192.0.2.1")
    assert granted(user) == GRANT
    return user


def granted(user: User) -> int:
    return queries.available(chart.user_granted(user.pk))


def state(user: User) -> str:
    return SignupGrant.objects.get(user_id=user.pk).state


def test_after_ninety_days_what_is_left_returns_once(days_pass: Callable[[int], None]) -> None:
    alice = new("alice")
    before = queries.available(chart.PROMO_BUDGET)
    hold(alice, "spent")
    ledger.post_hold(
        hold_key="spent",
        key="done",
        kind="job",
        legs=[ledger.Leg(chart.POOL_CLOUD, 100_000)],
        reference="job",
    )
    days_pass(89)
    return_unused_grants()
    assert (granted(alice), state(alice)) == (GRANT - 100_000, "given")
    days_pass(91)
    return_unused_grants()
    return_unused_grants()
    assert (granted(alice), state(alice)) == (0, "returned")
    assert queries.available(chart.PROMO_BUDGET) == before + GRANT - 100_000
    assert Transfer.objects.get(kind="grant_return").key == f"grant:return:{alice.pk}"
    give_signup_grant(user_id=alice.pk, address="192.0.2.1")
    assert granted(alice) == 0, "there is no second grant"
    assert_books()


def hold(user: User, key: str) -> None:
    ledger.hold(
        key=key,
        reference=key,
        sources=[chart.user_granted(user.pk)],
        amount_micros=100_000,
        expires_at=timezone.now() + timedelta(hours=1),
    )


def seen(user: User) -> None:
    User.objects.filter(pk=user.pk).update(last_seen_on=clock.now().date() + timedelta(days=3))


def ran_a_worker(user: User) -> None:
    holder = worker_of(user)
    Worker.objects.filter(pk=holder.worker_pk).update(last_seen_at=clock.now() + timedelta(days=30))


def granted_yesterday(user: User) -> None:
    """What is on the books since is then of a later day."""
    SignupGrant.objects.filter(user_id=user.pk).update(given_at=clock.now() - timedelta(days=1))


def paid_in(user: User) -> None:
    granted_yesterday(user)
    legs = [ledger.Leg(chart.TREASURY_USDC, -1), ledger.Leg(chart.user_credits(user.pk), 1)]
    ledger.post_transfer(key="deposit", kind="deposit", legs=legs)


def sent_what_failed(user: User) -> None:
    granted_yesterday(user)
    hold(user, "failed")
    ledger.void_hold(hold_key="failed")


@pytest.mark.parametrize("did", [seen, ran_a_worker, paid_in, sent_what_failed])
def test_who_came_back_keeps_it(did: Callable[[User], None], days_pass: Callable[[int], None]) -> None:
    alice = new("alice")
    did(alice)
    days_pass(91)
    return_unused_grants()
    assert (granted(alice), state(alice)) == (GRANT, "kept")
    days_pass(500)
    return_unused_grants()
    assert (granted(alice), state(alice)) == (GRANT, "kept"), "it is looked at once"


def test_a_session_that_is_used_on_another_day_is_a_coming_back(days_pass: Callable[[int], None]) -> None:
    alice = Browser(Account.from_key("0x" + "a1" * 32))
    assert alice.sign_in().status_code == 200
    user = User.objects.get(wallet=alice.wallet)
    day = clock.now().date()
    assert (user.last_seen_on, came_back(user.pk, day)) == (day, False)
    User.objects.filter(pk=user.pk).update(last_seen_on=day - timedelta(days=2))
    assert not came_back(user.pk, day)
    assert alice.get("/api/me").status_code == 200
    assert came_back(user.pk, day - timedelta(days=2))


def test_what_is_held_is_not_touched(days_pass: Callable[[int], None]) -> None:
    alice = new("alice")
    hold(alice, "now")
    days_pass(91)
    assert return_unused(came_back=lambda user_id, day: False) == 1
    assert granted(alice) == 0
    assert queries.balance(chart.user_granted(alice.pk)) == 100_000
    assert_books()


def test_a_batch_at_a_time(days_pass: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "RETURNED_AT_ONCE_MAX", 2)
    people = [new(f"person {number}") for number in range(5)]
    days_pass(91)
    assert [return_unused(came_back=came_back) for _ in range(4)] == [2, 2, 1, 0]
    assert {state(user) for user in people} == {"returned"}
