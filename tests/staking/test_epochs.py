"""Epochs: settled once, exactly, and only when the chain is known beyond them."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ashao_site.chain.settings import ChainSettings
from ledger.books import actions, chart
from ledger.books.models import Transfer
from ledger.books.queries import balance, check_books
from staking.rewards import epochs, payment
from staking.rewards.models import Epoch, Reward
from staking.rewards.payment import settle_and_pay
from tests.staking.support import ASHAO, WEEK_S, Stakes, at, earn, read_until, rewards_of, wallet

ALICE, BOB, CHARLIE = (wallet(number) for number in (0xA1, 0xB0, 0xC7))

pytestmark = pytest.mark.django_db


@pytest.fixture
def stakes(chain_named: ChainSettings) -> Stakes:
    return Stakes()


def after(weeks: int) -> Any:
    return at(weeks * WEEK_S + 1)


def test_nothing_is_settled_before_the_chain_is_known_beyond_the_end(stakes: Stakes) -> None:
    stakes.change(ALICE, ASHAO, at(10))
    earn(1_000, at(20), key="in")
    assert settle_and_pay() == (0, 0)  # the chain has not been read at all
    read_until(at(WEEK_S))
    assert settle_and_pay() == (0, 0)  # a change could still come in the last second
    read_until(after(1), alarm="Somebody must look.")
    assert settle_and_pay() == (0, 0)
    read_until(after(1), recheck=True)
    assert settle_and_pay() == (0, 0)
    read_until(after(1))
    assert settle_and_pay() == (1, 1)
    assert rewards_of(0) == {ALICE: 1_000}
    assert settle_and_pay() == (0, 0)


def test_without_a_chain_or_without_a_stake_there_are_no_epochs(stakes: Stakes, settings: Any) -> None:
    read_until(after(3))
    earn(1_000, at(20), key="in")
    assert settle_and_pay() == (0, 0)
    stakes.change(ALICE, ASHAO, at(10))
    settings.CHAIN = None
    assert settle_and_pay() == (0, 0)


def test_stake_counts_by_time_and_not_at_the_end(stakes: Stakes) -> None:
    stakes.change(ALICE, ASHAO, at(0))
    stakes.change(BOB, 1_000_000 * ASHAO, at(WEEK_S))  # in time for the snapshot that there is none of
    earn(700, at(5), key="in")
    read_until(after(1))
    settle_and_pay()
    assert rewards_of(0) == {ALICE: 700}


def test_what_is_left_over_is_carried_on(stakes: Stakes) -> None:
    for who in (ALICE, BOB, CHARLIE):
        stakes.change(who, ASHAO, at(0))
    earn(100, at(5), key="one")
    earn(1, at(WEEK_S), key="two")  # at the very end: it is the next one's
    read_until(after(2))
    assert settle_and_pay()[0] == 2
    assert rewards_of(0) == dict.fromkeys((ALICE, BOB, CHARLIE), 33)
    second = Epoch.objects.get(number=1)
    assert (second.pool_micros, second.rewards_micros, second.paid_at is not None) == (2, 0, True)
    assert balance(chart.POOL_STAKERS) == 2
    assert Reward.objects.count() == 3  # nobody is given nothing


def test_an_epoch_without_stakers_gives_its_pool_to_the_next(stakes: Stakes) -> None:
    stakes.change(ALICE, ASHAO, at(0))
    stakes.change(ALICE, -ASHAO, at(WEEK_S))
    stakes.change(BOB, ASHAO, at(2 * WEEK_S + 10))
    earn(50, at(WEEK_S + 1), key="in")
    read_until(after(3))
    settle_and_pay()
    assert [epoch.stakers for epoch in Epoch.objects.order_by("number")] == [1, 0, 1]
    assert [rewards_of(number) for number in range(3)] == [{}, {}, {BOB: 50}]


@pytest.mark.parametrize("known", [(3,), (1, 2, 3), (2, 3)])
def test_it_does_not_matter_when_epochs_are_settled(stakes: Stakes, known: tuple[int, ...]) -> None:
    """Late, with the later epochs' money in the pool already, or each at its end: the same."""
    stakes.change(ALICE, 3 * ASHAO, at(0))
    stakes.change(BOB, ASHAO, at(WEEK_S // 2))
    for week in range(3):
        earn(1_000 + week, at(week * WEEK_S + 7), key=f"in:{week}")
    for weeks in known:
        read_until(after(weeks))
        settle_and_pay()
    assert [rewards_of(number) for number in range(3)] == [
        {ALICE: 857, BOB: 142},
        {ALICE: 751, BOB: 250},  # of 1,002: one was left over
        {ALICE: 752, BOB: 250},
    ]


def test_what_is_booked_late_is_shared_in_the_next_epoch(stakes: Stakes) -> None:
    stakes.change(ALICE, ASHAO, at(0))
    read_until(after(1))
    settle_and_pay()
    earn(9, at(100), key="late")
    read_until(after(2))
    settle_and_pay()
    assert (rewards_of(0), rewards_of(1)) == ({}, {ALICE: 9})


def test_never_more_than_the_pool_holds(stakes: Stakes) -> None:
    stakes.change(ALICE, ASHAO, at(0))
    earn(1_000, at(5), key="in")
    wrong = Transfer.objects.get(key="in")
    actions.reverse_transfer(
        key="oops", transfer_id=wrong.pk, note="Booked by mistake."
    )  # now, after the end
    earn(30, key="now")
    read_until(after(1))
    settle_and_pay()
    assert rewards_of(0) == {ALICE: 30}
    assert balance(chart.POOL_STAKERS) == 0


def test_an_empty_pool_waits_for_what_was_settled(stakes: Stakes) -> None:
    stakes.change(ALICE, ASHAO, at(0))
    earn(1_000, at(5), key="in")
    read_until(after(1))
    epochs.settle(epochs.due_spans())
    actions.reverse_transfer(key="oops", transfer_id=Transfer.objects.get(key="in").pk, note="A mistake.")
    assert payment.pay_open_epochs() == 0
    assert balance(chart.POOL_STAKERS) == 0
    earn(1_000, key="again")
    assert payment.pay_open_epochs() == 1
    assert Epoch.objects.get().paid_at is not None


def test_a_settled_epoch_is_not_settled_again(stakes: Stakes) -> None:
    stakes.change(ALICE, ASHAO, at(0))
    earn(1_000, at(5), key="in")
    read_until(after(1))
    spans = epochs.due_spans()
    assert epochs.settle(spans) == 1
    stakes.change(BOB, ASHAO, at(6))
    assert epochs.settle(spans) == 0  # another process was here first
    assert Reward.objects.count() == Epoch.objects.count() == 1


@pytest.mark.parametrize("doubt", [{"recheck": True}, {"alarm": "Reorganised."}, {"moment": at(50)}])
def test_an_epoch_waits_when_the_chain_was_doubted_since(stakes: Stakes, doubt: dict[str, Any]) -> None:
    """An alarm came after the epoch was found due, or was taken off, and the reading stepped back before its end."""
    stakes.change(ALICE, ASHAO, at(0))
    earn(1_000, at(5), key="in")
    read_until(after(1))
    spans = epochs.due_spans()
    read_until(**{"moment": after(1), **doubt})  # and bob's stake, at 100 s, is to be read again
    assert epochs.settle(spans) == 0
    assert not Epoch.objects.exists()
    stakes.change(BOB, ASHAO, at(100))
    read_until(after(1))
    assert epochs.settle(spans) == 1
    assert rewards_of(0).keys() == {ALICE, BOB}


def test_nobody_moves_the_cursor_while_an_epoch_is_settled(stakes: Stakes) -> None:
    """A step back locks it too, and forgets stakes that would be missing in the epoch."""
    stakes.change(ALICE, ASHAO, at(0))
    read_until(after(1))
    with CaptureQueriesContext(connection) as said:
        assert settle_and_pay() == (1, 0)
    statements = [query["sql"] for query in said.captured_queries]
    (locked,) = [number for number, sql in enumerate(statements) if "FOR NO KEY UPDATE" in sql]
    (written,) = [number for number, sql in enumerate(statements) if "INSERT INTO staking_epoch" in sql]
    assert locked < written
    assert "staking_chaincursor" in statements[locked]
    assert not any("SAVEPOINT" in sql for sql in statements[locked:written])  # in one transaction


def test_a_changed_length_of_epochs(stakes: Stakes, settings: Any) -> None:
    stakes.change(ALICE, ASHAO, at(0))
    read_until(after(1))
    settle_and_pay()
    settings.MONEY = replace(settings.MONEY, epoch_s=5 * 86_400)
    earn(11, at(WEEK_S + 1), key="in")
    read_until(at(WEEK_S + 11 * 86_400))
    settle_and_pay()
    found = list(Epoch.objects.order_by("number"))
    assert all(one.ends_at == next_.starts_at for one, next_ in itertools.pairwise(found))
    assert found[1].ends_at - found[1].starts_at <= timedelta(days=5)
    assert all(epoch.ends_at - epoch.starts_at == timedelta(days=5) for epoch in found[2:])
    assert sum(epoch.rewards_micros for epoch in found) == 11


def test_a_year_that_was_missed_is_done_in_parts(stakes: Stakes) -> None:
    stakes.change(ALICE, ASHAO, at(0))
    earn(5_300, at(51 * WEEK_S), key="in")
    read_until(after(53))
    assert settle_and_pay(limit=50) == (50, 0)
    assert settle_and_pay(limit=50) == (3, 1)
    assert rewards_of(51) == {ALICE: 5_300}


def test_statements_do_not_grow_with_the_stakers(stakes: Stakes, django_assert_max_num_queries: Any) -> None:
    for number in range(500):
        stakes.change(wallet(0x1000 + number), ASHAO + number, at(number))
    earn(10**6, at(5), key="in")
    read_until(after(1))
    with django_assert_max_num_queries(80):  # three batches
        assert settle_and_pay() == (1, 3)
    assert check_books() == []
    assert Reward.objects.filter(paid=True).count() == 500
