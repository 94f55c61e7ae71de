"""People whose stake earns before they have ever signed in; who counts as a staker."""

from typing import Any

import pytest
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Case, Value, When
from django.test import RequestFactory

from ashao_site.accounts.models import User
from ashao_site.accounts.sign_in.actions import wallet_signed_in
from ashao_site.chain.settings import ChainSettings
from ledger.books import chart, money
from ledger.books.actions import fund_promo
from ledger.books.queries import balance
from staking.rewards.models import Stake
from staking.rewards.payment import settle_and_pay
from staking.rewards.queries import is_staker, stakes_enough
from tests.staking.support import ASHAO, CHAIN_ID, START, WEEK_S, Stakes, at, earn, read_until, wallet
from workers.jobs import pricing
from workers.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def budget() -> None:
    fund_promo(key="promo:test", amount_micros=50_000_000, note="For tests.", staff="charlie")


def stake_of(user: User, amount_wei: int, chain_id: int = CHAIN_ID) -> None:
    Stake.objects.create(chain_id=chain_id, wallet=user.wallet, amount_wei=amount_wei, changed_at=START)


def test_rewards_come_before_the_person_and_the_first_credits_with_them(
    chain_named: ChainSettings, budget: None
) -> None:
    charlie = wallet(0xC7)
    stakes = Stakes()
    stakes.change(charlie, ASHAO, at(0))
    earn(1_000, at(5), key="in")
    read_until(at(WEEK_S + 1))
    settle_and_pay()
    user = User.objects.get(wallet=charlie)
    assert not user.has_usable_password()
    assert user.last_login is None
    assert balance(chart.user_earnings(user.pk)) == 1_000
    assert balance(chart.user_granted(user.pk)) == 0
    same, first = User.objects.get_or_create_wallet(charlie)
    assert (same.pk, first) == (user.pk, True)
    wallet_signed_in.send(sender=User, user=same, address="192.0.2.1")
    assert balance(chart.user_granted(user.pk)) == 5_000_000
    assert User.objects.get_or_create_wallet(charlie)[1] is False


def test_a_disabled_person_is_given_no_credits(chain_named: ChainSettings, budget: None) -> None:
    (user_id,) = User.objects.ids_of_wallets([wallet(0xC7)]).values()
    User.objects.filter(pk=user_id).update(is_active=False)
    assert User.objects.get_or_create_wallet(wallet(0xC7))[1] is False
    assert balance(chart.user_granted(user_id)) == 0


def test_many_wallets_are_a_few_statements(alice: User, django_assert_max_num_queries: Any) -> None:
    wallets = [alice.wallet or "", *(wallet(number) for number in range(1, 200))]
    with django_assert_max_num_queries(5):
        found = User.objects.ids_of_wallets(wallets)
    assert found.keys() == set(wallets)
    assert found[alice.wallet or ""] == alice.pk
    assert User.objects.ids_of_wallets(wallets) == found


@pytest.mark.parametrize(
    ("amount_wei", "staker"), [(0, False), (ASHAO - 1, False), (ASHAO, True), (5 * ASHAO, True)]
)
def test_a_staker_has_staked_the_minimum(
    chain_named: ChainSettings, alice: User, bob: User, amount_wei: int, staker: bool
) -> None:
    stake_of(alice, amount_wei)
    stake_of(bob, 10 * ASHAO, chain_id=1)  # another chain's
    assert (is_staker(alice.pk), is_staker(bob.pk), is_staker(None)) == (staker, False, False)


def test_it_is_one_statement_and_false_without_a_chain(
    chain_named: ChainSettings, alice: User, settings: Any, django_assert_num_queries: Any
) -> None:
    stake_of(alice, ASHAO)
    with django_assert_num_queries(1):
        assert is_staker(alice.pk)
    settings.CHAIN = None
    assert not is_staker(alice.pk)


@pytest.mark.parametrize("staked", [True, False, None])
def test_inside_the_statement_that_marks_a_job(
    chain_named: ChainSettings, alice: User, settings: Any, staked: bool | None
) -> None:
    stake_of(alice, ASHAO if staked is not False else ASHAO - 1)
    if staked is None:
        settings.CHAIN = None
    job = Job.objects.create(tier="pro", model="m", price_micros=1, queued_at=START, deadline_at=START)
    share = Case(When(stakes_enough(alice.pk), then=Value(8_000)), default=Value(7_000))
    Job.objects.filter(pk=job.pk).update(share_bps=share)
    job.refresh_from_db()
    assert job.share_bps == (8_000 if staked else 7_000)


def test_signing_in_again_changes_nothing(alice: User) -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    login(request, alice)
    assert User.objects.get_or_create_wallet(alice.wallet or "")[1] is False


def test_the_shares_are_those_that_jobs_are_settled_with() -> None:
    assert (
        pricing.share_bps(staked=False),
        pricing.share_bps(staked=True),
    ) == (money.WORKER_SHARE_BPS, money.STAKED_SHARE_BPS)
