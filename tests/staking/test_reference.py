"""The statement that settles an epoch against a count of every second; payment in pieces against payment at once."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ashao_site.accounts.models import User
from ashao_site.chain.settings import ChainSettings
from ledger.books import chart
from ledger.books.actions import post_transfer
from ledger.books.queries import balance
from staking.rewards import payment
from staking.rewards.calendar import first_span
from staking.rewards.epochs import _settle_one
from staking.rewards.models import Epoch, Reward
from staking.rewards.payment import settle_and_pay
from tests.staking.support import (
    START,
    Change,
    Stakes,
    at,
    counted_by_seconds,
    earn,
    read_until,
    rewards_of,
    wallet,
)

EPOCH_S = 7  # a whole multiple of it lies between ORIGIN and START
EPOCHS = 4
PEOPLE = [wallet(0x51 + number) for number in range(4)]
fast = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class World:
    changes: list[Change]
    incomes: list[tuple[float, int]]


@st.composite
def worlds(draw: Any) -> World:
    """Stakes and withdrawals that the vault would allow, and money, within four short epochs."""
    stakes: dict[str, int] = {}
    changes = []
    for at_s in sorted(draw(st.lists(st.integers(0, EPOCH_S * EPOCHS), max_size=12))):
        who = draw(st.sampled_from(PEOPLE))
        has = stakes.get(who, 0)
        amount = draw(st.one_of(st.integers(1, 10), st.integers(1, 10**27)))
        if has and draw(st.booleans()):
            amount = -min(amount, has) if draw(st.booleans()) else -has
        stakes[who] = has + amount
        changes.append(Change(at_s, who, amount))
    times = st.integers(-20, EPOCH_S * EPOCHS * 10).map(lambda tenths: tenths / 10)
    incomes = draw(st.lists(st.tuples(times, st.integers(1, 10**9)), max_size=6))
    return World(changes, incomes)


def tell(world: World) -> None:
    """Have the world happen, within the caller's transaction. The first stake is at the first second."""
    stakes = Stakes()
    stakes.change(wallet(0x99), 1, at(0))
    stakes.change(wallet(0x99), -1, at(0))
    for change in world.changes:
        stakes.change(change.who, change.amount_wei, at(change.at_s))
    for number, (at_s, micros) in enumerate(world.incomes):
        earn(micros, at(at_s), key=f"in:{number}")


@pytest.fixture
def short_epochs(chain_named: ChainSettings, settings: Any) -> None:
    settings.MONEY = replace(settings.MONEY, epoch_s=EPOCH_S)


def test_the_first_epoch_begins_where_the_reference_does(short_epochs: None) -> None:
    assert first_span(START, EPOCH_S).starts_at == START


@fast
@given(worlds())
def test_it_is_what_counting_every_second_makes(short_epochs: None, world: World) -> None:
    with transaction.atomic():
        tell(world)
        read_until(at(EPOCH_S * EPOCHS + 1))
        assert settle_and_pay()[0] == EPOCHS
        expected = counted_by_seconds(world.changes, world.incomes, epoch_s=EPOCH_S, epochs=EPOCHS)
        found = [(epoch.pool_micros, rewards_of(epoch.number)) for epoch in Epoch.objects.order_by("number")]
        assert found == expected
        total = sum(micros for _, micros in world.incomes)
        given_micros = sum(sum(rewards.values()) for _, rewards in expected)
        assert balance(chart.POOL_STAKERS) + given_micros == total  # nothing is lost
        transaction.set_rollback(True)


@fast
@given(worlds(), st.lists(st.integers(0, 9), max_size=30), st.integers(1, 3))
def test_in_pieces_with_crashes_the_books_are_the_same(
    short_epochs: None, world: World, crashes: list[int], batch: int
) -> None:
    """Each number is the step at which a run dies; the last run is let through."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(payment, "BATCH", batch)
        with transaction.atomic():
            tell(world)
            settle_late = [at(EPOCH_S * number + 1) for number in range(1, EPOCHS + 1)]
            for step, moment in zip(crashes, settle_late * len(crashes), strict=False):
                read_until(moment)
                run_and_die(patch, step)
            read_until(at(EPOCH_S * EPOCHS + 1))
            settle_and_pay()
            expected = counted_by_seconds(world.changes, world.incomes, epoch_s=EPOCH_S, epochs=EPOCHS)
            assert [rewards_of(number) for number in range(EPOCHS)] == [rewards for _, rewards in expected]
            assert not Epoch.objects.filter(paid_at=None).exists()
            assert not Reward.objects.filter(paid=False).exists()
            for who, user_id in User.objects.ids_of_wallets(PEOPLE).items():
                earned = sum(rewards.get(who, 0) for _, rewards in expected)
                assert balance(chart.user_earnings(user_id)) == earned
            transaction.set_rollback(True)


class Killed(BaseException):
    """The process is gone."""


def run_and_die(patch: pytest.MonkeyPatch, step: int) -> None:
    """Settle and pay, and die at the step-th write of the settlement process."""
    left = step

    def dying(write: Any) -> Any:
        def attempt(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            found = write(*args, **kwargs)
            left -= 1
            if left == 0:
                raise Killed
            return found

        return attempt

    with pytest.MonkeyPatch.context() as inner:
        inner.setattr("staking.rewards.epochs._settle_one", dying(_settle_one))
        inner.setattr("staking.rewards.payment.ledger.post_transfer", dying(post_transfer))
        try:
            settle_and_pay()
        except Killed:
            pass
