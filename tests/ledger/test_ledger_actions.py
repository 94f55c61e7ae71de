from datetime import UTC, datetime, timedelta

import pytest

from ashao_site.lib.errors import Conflict, InsufficientCredits, NotFound
from ledger.books import actions, chart, queries
from ledger.books.actions import Leg
from ledger.books.models import Account, Entry, Hold, HoldStatus, Transfer
from tests.ledger.support import FAR, assert_books, deposit, hold_credits, pay_pools

pytestmark = pytest.mark.django_db

ALICE = chart.user_credits("alice")
ALICE_GRANTED = chart.user_granted("alice")
BOB_EARNINGS = chart.user_earnings("bob")
USD = 1_000_000


def counts():
    return Account.objects.count(), Transfer.objects.count(), Entry.objects.count(), Hold.objects.count()


def conflict(code):
    return pytest.raises(Conflict, check=lambda error: error.code == code)


def spend(amount_micros, key="spend", **more):
    legs = [Leg(ALICE, -amount_micros), Leg(chart.POOL_CLOUD, amount_micros)]
    return actions.post_transfer(**{"key": key, "kind": "spend", "legs": legs} | more)


def test_post_transfer_moves_money_and_creates_accounts():
    deposit(ALICE, 5 * USD)
    record = spend(2 * USD, reference="job_1", note="why")
    assert record.created
    assert queries.balance(ALICE) == queries.available(ALICE) == 3 * USD
    assert queries.balance(chart.TREASURY_USDC) == -5 * USD
    assert queries.balance(chart.POOL_CLOUD) == 2 * USD
    stored = Transfer.objects.get(pk=record.id)
    assert (stored.key, stored.kind, stored.reference, stored.note) == ("spend", "spend", "job_1", "why")
    assert_books()


def test_post_transfer_again_gives_the_first_result():
    deposit(ALICE, 5 * USD)
    first = spend(2 * USD)
    before = counts()
    again = spend(2 * USD)
    assert (again.id, again.created) == (first.id, False)
    assert counts() == before


@pytest.mark.parametrize("other", [{"kind": "x"}, {"reference": "x"}, {"note": "x"}])
def test_post_transfer_same_key_other_input(other):
    deposit(ALICE, 5 * USD)
    spend(2 * USD)
    with conflict("idempotency_conflict"):
        spend(2 * USD, **other)
    with conflict("idempotency_conflict"):
        spend(3 * USD)


def test_post_transfer_without_the_money_writes_nothing():
    deposit(ALICE, USD)
    before = counts()
    legs = [Leg(ALICE, -2 * USD), Leg(chart.user_credits("charlie"), 2 * USD)]
    with pytest.raises(InsufficientCredits):
        actions.post_transfer(key="k", kind="gift", legs=legs)
    assert counts() == before
    deposit(ALICE, 2 * USD)
    assert actions.post_transfer(key="k", kind="gift", legs=legs).created  # the key is free for a retry


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [Leg(ALICE, 0), Leg(chart.POOL_CLOUD, 0)],
        [Leg(ALICE, 1)],
        [Leg(ALICE, 1), Leg(chart.POOL_CLOUD, -2)],
        [Leg(ALICE, 1), Leg(ALICE, -1)],
        [Leg("user:alice:cash", 1), Leg(chart.POOL_CLOUD, -1)],
        [Leg(ALICE, 10**15 + 1), Leg(chart.TREASURY_USDC, -(10**15) - 1)],
    ],
)
def test_post_transfer_refuses_impossible_legs(legs):
    with pytest.raises(ValueError):
        actions.post_transfer(key="k", kind="x", legs=legs)


@pytest.mark.parametrize("bad", [{"key": ""}, {"key": "x" * 201}, {"kind": ""}, {"note": "x" * 501}])
def test_post_transfer_refuses_texts_that_do_not_fit(bad):
    with pytest.raises(ValueError):
        spend(1, **bad)


def test_legs_of_one_account_become_one_entry():
    deposit(ALICE, 10)
    legs = [Leg(ALICE, -15), Leg(chart.POOL_CLOUD, 10), Leg(ALICE, 5)]
    actions.post_transfer(key="k", kind="x", legs=legs)
    assert queries.balance(ALICE) == 0
    assert Entry.objects.filter(transfer__key="k").count() == 2


def test_reverse_transfer_takes_it_back_once():
    transfer_id = deposit(ALICE, USD)
    first = actions.reverse_transfer(key="undo", transfer_id=transfer_id, note="wrong person")
    assert first.created
    assert not actions.reverse_transfer(key="undo", transfer_id=transfer_id, note="wrong person").created
    with conflict("idempotency_conflict"):
        actions.reverse_transfer(key="undo", transfer_id=transfer_id, note="other")
    with conflict("already_reversed"):
        actions.reverse_transfer(key="again", transfer_id=transfer_id, note="wrong person")
    with pytest.raises(NotFound):
        actions.reverse_transfer(key="none", transfer_id=0, note="")
    assert queries.balance(ALICE) == queries.balance(chart.TREASURY_USDC) == 0
    assert Transfer.objects.get(pk=first.id).reverses_id == transfer_id
    assert_books()


def test_reverse_transfer_of_money_that_is_spent():
    transfer_id = deposit(ALICE, USD)
    spend(1)
    with pytest.raises(InsufficientCredits):
        actions.reverse_transfer(key="undo", transfer_id=transfer_id, note="")


def test_hold_takes_granted_first_then_credits():
    deposit(ALICE_GRANTED, 60_000)
    deposit(ALICE, 100_000)
    record = hold_credits("alice", 100_000, key="h")
    assert record.lines == ((ALICE_GRANTED, 60_000), (ALICE, 40_000))
    assert record.created
    assert queries.spendable_micros("alice") == 60_000
    assert queries.balance(ALICE) == 100_000
    assert queries.available(ALICE) == 60_000
    again = hold_credits("alice", 100_000, key="h", expires_at=FAR + timedelta(1))
    assert (again.id, again.lines, again.created) == (record.id, record.lines, False)
    with conflict("idempotency_conflict"):
        hold_credits("alice", 100_000, key="h", reference="other")
    assert_books()


def test_hold_of_more_than_there_is_writes_nothing():
    deposit(ALICE_GRANTED, 60_000)
    before = counts()
    for user in ("alice", "nobody"):
        with pytest.raises(InsufficientCredits):
            hold_credits(user, 60_001, key="h")
    assert counts() == before
    assert queries.spendable_micros("alice") == 60_000


@pytest.mark.parametrize("sources", [[], [ALICE, ALICE], [chart.POOL_CLOUD], ["user:alice:cash"]])
def test_hold_refuses_impossible_sources(sources):
    with pytest.raises(ValueError):
        hold_credits("alice", 1, key="h", sources=sources)


def test_post_hold_whole():
    deposit(ALICE, 100_000)
    hold_credits("alice", 100_000, key="h")
    legs = [Leg(BOB_EARNINGS, 70_000), Leg(chart.POOL_BUYBACK, 15_000), Leg(chart.POOL_STAKERS, 15_000)]
    first = actions.post_hold(hold_key="h", key="p", kind="job", legs=legs, reference="job_1")
    again = actions.post_hold(hold_key="h", key="p", kind="job", legs=legs[::-1], reference="job_1")
    assert first.created
    assert (again.id, again.created) == (first.id, False)
    assert queries.balance(ALICE) == 0
    assert queries.available(BOB_EARNINGS) == 70_000
    assert Hold.objects.get().transfer_id == first.id
    with conflict("idempotency_conflict"):
        actions.post_hold(hold_key="h", key="p", kind="other", legs=legs, reference="job_1")
    with conflict("hold_resolved"):
        actions.post_hold(hold_key="h", key="p2", kind="job", legs=legs, reference="job_1")
    with conflict("hold_resolved"):
        actions.void_hold(hold_key="h")
    assert_books()


def test_post_hold_in_part_takes_the_first_lines_and_frees_the_rest():
    deposit(ALICE_GRANTED, 60_000)
    deposit(ALICE, 100_000)
    hold_credits("alice", 100_000, key="h")
    pay_pools("h", 70_000, amount_micros=70_000)
    assert queries.balance(ALICE_GRANTED) == 0
    assert queries.available(ALICE) == queries.balance(ALICE) == 90_000
    assert_books()


def test_post_hold_refuses_amounts_that_do_not_fit():
    deposit(ALICE, 100)
    hold_credits("alice", 50, key="h")
    with conflict("hold_too_small"):
        pay_pools("h", 51, amount_micros=51)
    with pytest.raises(ValueError):
        pay_pools("h", 49)
    with pytest.raises(ValueError):
        pay_pools("h", 50, legs=[Leg(chart.POOL_CLOUD, 51), Leg(chart.POOL_BUYBACK, -1)])
    with pytest.raises(NotFound):
        pay_pools("none", 50)
    assert Hold.objects.get().status == HoldStatus.PENDING
    assert_books()


def test_post_hold_under_a_key_of_another_transfer():
    deposit(ALICE, 100, key="taken")
    hold_credits("alice", 50, key="h")
    with conflict("idempotency_conflict"):
        pay_pools("h", 50, key="taken")
    assert Hold.objects.get().status == HoldStatus.PENDING


def test_void_hold_frees_the_money_once():
    deposit(ALICE, 100)
    hold_credits("alice", 50, key="h")
    assert actions.void_hold(hold_key="h") is True
    assert actions.void_hold(hold_key="h") is False
    assert queries.available(ALICE) == 100
    with conflict("hold_resolved"):
        pay_pools("h", 50)
    with pytest.raises(NotFound):
        actions.void_hold(hold_key="none")
    assert_books()


def test_expire_holds_takes_only_those_whose_time_is_over():
    deposit(ALICE, 100)
    start = datetime(2030, 1, 1, tzinfo=UTC)
    for number in range(4):
        hold_credits("alice", 10, key=f"h{number}", expires_at=start + timedelta(minutes=number))
    now = start + timedelta(minutes=2)
    assert actions.expire_holds(now=now, limit=2) == 2
    assert actions.expire_holds(now=now) == 1
    assert actions.expire_holds(now=now) == 0
    assert queries.available(ALICE) == 90
    assert actions.void_hold(hold_key="h0") is False
    with conflict("hold_resolved"):
        pay_pools("h0", 10)
    assert_books()


def test_a_hold_past_its_time_can_be_posted_until_it_is_expired():
    deposit(ALICE, 100)
    hold_credits("alice", 10, key="h", expires_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert pay_pools("h", 10).created
    assert actions.expire_holds(now=FAR) == 0


def test_grants_come_out_of_the_budget_and_end_with_it():
    def grant(user, key):
        return actions.grant(key=key, user_id=user, amount_micros=5 * USD)

    assert grant("alice", "g") is False
    assert not Transfer.objects.exists()
    actions.fund_promo(key="f", amount_micros=9 * USD, note="decision 1", staff="staff:1")
    assert grant("alice", "g") is True
    assert grant("alice", "g") is True
    assert grant("bob", "g2") is False
    assert queries.spendable_micros("alice") == 5 * USD
    assert queries.spendable_micros("bob") == 0
    assert queries.available(chart.PROMO_BUDGET) == 4 * USD
    assert queries.balance(chart.TREASURY_USDC) == -9 * USD
    with conflict("idempotency_conflict"):
        grant("bob", "g")
    assert_books()


def test_fund_promo_keeps_the_evidence():
    record = actions.fund_promo(key="f", amount_micros=USD, note="decision 1", staff="staff:1")
    stored = Transfer.objects.get(pk=record.id)
    assert (stored.reference, stored.note) == ("staff:1", "decision 1")
    with pytest.raises(ValueError):
        actions.fund_promo(key="f2", amount_micros=-USD, note="", staff="staff:1")
