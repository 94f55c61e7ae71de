"""Many threads, each with a connection of its own, on few accounts. Nothing here depends on timing."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from ashao_site.lib.errors import AppError, Conflict, InsufficientCredits
from ledger.books import actions, chart, queries
from ledger.books.actions import Leg
from ledger.books.models import Account, Entry, Hold, HoldStatus, Transfer
from tests.ledger.support import FAR, assert_books, deposit, hold_credits, pay_pools, sql

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8
ALICE = chart.user_credits("alice")
PAST = datetime(2001, 1, 1, tzinfo=UTC)


def in_threads(calls, threads=THREADS):
    """Run the calls on that many threads, all let go at once; each result is a value or an AppError."""
    gate = threading.Barrier(min(threads, len(calls)))
    first = threading.local()

    def run(call):
        if not hasattr(first, "passed"):
            first.passed = True
            gate.wait(30)
        with closing(connection):
            try:
                return call()
            except AppError as error:
                return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, calls))


def test_one_key_from_eight_threads_is_one_transfer():
    deposit(ALICE, 100)
    legs = [Leg(ALICE, -60), Leg(chart.POOL_CLOUD, 60)]
    records = in_threads([lambda: actions.post_transfer(key="k", kind="x", legs=legs)] * THREADS)
    assert Counter(record.created for record in records) == {True: 1, False: THREADS - 1}
    assert len({record.id for record in records}) == 1
    assert queries.balance(ALICE) == 40
    assert_books()


def test_one_key_with_different_input_is_one_transfer_and_conflicts():
    def post(micros):
        legs = [Leg(chart.TREASURY_USDC, -micros), Leg(chart.user_credits(micros), micros)]
        return actions.post_transfer(key="k", kind="x", legs=legs)

    results = in_threads([lambda micros=micros: post(micros) for micros in range(1, THREADS + 1)])
    conflicts = [result for result in results if isinstance(result, Conflict)]
    assert len(conflicts) == THREADS - 1
    assert {error.code for error in conflicts} == {"idempotency_conflict"}
    assert Entry.objects.count() == 2
    assert_books()


def test_one_hold_key_from_eight_threads_is_one_hold_posted_once():
    deposit(ALICE, 100)
    held = in_threads([lambda: hold_credits("alice", 60, key="h")] * THREADS)
    assert Counter(record.created for record in held) == {True: 1, False: THREADS - 1}
    posted = in_threads([lambda: pay_pools("h", 60)] * THREADS)
    assert Counter(record.created for record in posted) == {True: 1, False: THREADS - 1}
    assert queries.balance(ALICE) == 40
    assert_books()


def test_ten_credits_are_held_once_of_fifty_tries():
    deposit(ALICE, 100_000)
    results = in_threads(
        [lambda number=number: hold_credits("alice", 100_000, key=f"h{number}") for number in range(50)]
    )
    assert sum(isinstance(result, InsufficientCredits) for result in results) == 49
    assert Hold.objects.count() == 1
    assert queries.available(ALICE) == 0
    assert_books()


def test_a_hold_is_resolved_by_one_of_poster_voider_and_expirer():
    for number in range(12):
        deposit(ALICE, 10, key=f"d{number}")
        hold_credits("alice", 10, key=f"h{number}", expires_at=PAST)
    calls = [lambda: actions.expire_holds(now=FAR, limit=4)] * 3
    for number in range(12):
        calls.append(lambda key=f"h{number}": pay_pools(key, 10).created)
        calls.append(lambda key=f"h{number}": actions.void_hold(hold_key=key))
    random.Random(1).shuffle(calls)
    results = in_threads(calls)
    assert sum(result for result in results if not isinstance(result, AppError)) == 12
    assert not Hold.objects.filter(status=HoldStatus.PENDING).exists()
    posted = Hold.objects.filter(status=HoldStatus.POSTED).count()
    assert queries.balance(ALICE) == queries.available(ALICE) == 120 - 10 * posted
    assert_books()


def test_expiry_is_shared_between_runners():
    deposit(ALICE, 100)
    for number in range(40):
        hold_credits("alice", 1, key=f"h{number}", expires_at=PAST)

    def run_until_nothing_is_left():
        done = 0
        while count := actions.expire_holds(now=FAR, limit=3):
            done += count
        return done

    done = sum(in_threads([run_until_nothing_is_left] * THREADS))
    done += run_until_nothing_is_left()  # a runner stops when the others have locked what is left
    assert done == 40
    assert queries.available(ALICE) == 100
    assert_books()


def test_expiry_passes_by_a_hold_that_somebody_is_settling():
    for user in ("alice", "bob"):
        deposit(chart.user_credits(user), 10)
        hold_credits(user, 10, key=user, expires_at=PAST)
    with transaction.atomic():
        assert pay_pools("alice", 10).created
        # In another connection, while this transaction is open. Waiting for it would end in an error.
        assert in_threads([expire_without_waiting]) == [1]
    assert Hold.objects.get(key="alice").status == HoldStatus.POSTED
    assert Hold.objects.get(key="bob").status == HoldStatus.EXPIRED
    assert_books()


def expire_without_waiting():
    with transaction.atomic():
        sql("SET LOCAL lock_timeout = '2s'")
        return actions.expire_holds(now=FAR)


def test_budget_is_never_overdrawn_by_concurrent_grants():
    actions.fund_promo(key="f", amount_micros=35, note="decision 1", staff="staff:1")
    results = in_threads(
        [
            lambda user=user: actions.grant(key=f"g{user}", user_id=user, amount_micros=10)
            for user in range(16)
        ]
    )
    assert sum(results) == 3
    assert queries.available(chart.PROMO_BUDGET) == 5
    assert_books()


def test_settlements_of_different_people_do_not_wait_for_each_other():
    """Two transactions pay into the same pools; the second commits while the first is still open."""
    for user in ("alice", "bob"):
        deposit(chart.user_credits(user), 100)
        hold_credits(user, 100, key=user)
    posted, finish = threading.Event(), threading.Event()

    def settle_alice_and_stay_open():
        with closing(connection), transaction.atomic():
            pay_pools("alice", 100)
            connection.check_constraints()  # the foreign keys too have taken their locks now
            posted.set()
            assert finish.wait(60)

    with ThreadPoolExecutor(1) as pool:
        open_transaction = pool.submit(settle_alice_and_stay_open)
        try:
            assert posted.wait(60)
            with transaction.atomic():
                sql("SET LOCAL lock_timeout = '5s'")  # waiting at all would end in an error here
                pay_pools("bob", 100)
            assert queries.balance(chart.user_credits("bob")) == 0
            assert queries.balance(chart.POOL_BUYBACK) == 50  # alice's is not committed yet
            assert not open_transaction.done()
        finally:
            finish.set()
        open_transaction.result(60)
    assert queries.balance(chart.POOL_BUYBACK) == 100
    assert_books()


def test_opposite_transfers_do_not_deadlock():
    users = [chart.user_credits(user) for user in ("alice", "bob", "charlie")]
    for address in users:
        deposit(address, 1_000)

    def move(number):
        source, goal = random.Random(number).sample(users, 2)
        legs = [Leg(source, -1), Leg(goal, 1)]
        return actions.post_transfer(key=f"m{number}", kind="move", legs=legs).created

    assert all(in_threads([lambda number=number: move(number) for number in range(160)]))
    assert sum(queries.balance(address) for address in users) == 3_000
    assert_books()


def test_random_work_of_eight_threads_keeps_the_books():
    users = ("alice", "bob", "charlie")
    for user in users:
        deposit(chart.user_credits(user), 300)
        deposit(chart.user_granted(user), 100)
    resolved: Counter[str] = Counter()
    lock = threading.Lock()

    def settle(key):
        done = random.Random(key).choice((True, False))
        owner = chart.user_earnings(random.Random(key).choice(users))
        if done:
            legs = [Leg(owner, 7), Leg(chart.POOL_BUYBACK, 2), Leg(chart.POOL_STAKERS, 1)]
            return pay_pools(key, 10, legs=legs, amount_micros=10).created
        return actions.void_hold(hold_key=key)

    def work(thread):
        dice = random.Random(thread)
        for step in range(100):
            user = dice.choice(users)
            key = f"hold:{dice.randrange(200)}"  # threads meet at the same keys
            choice = dice.random()
            try:
                if choice < 0.4:
                    hold_credits(user, dice.choice((10, 20)), key=key, reference=user)
                elif choice < 0.8:
                    if settle(key):
                        with lock:
                            resolved[key] += 1
                elif choice < 0.9:
                    legs = [
                        Leg(chart.user_earnings(user), -5),
                        Leg(chart.user_credits(dice.choice(users)), 5),
                    ]
                    actions.post_transfer(key=f"move:{thread}:{step}", kind="move", legs=legs)
                else:
                    deposit(chart.user_granted(user), 10, key=f"in:{dice.randrange(20)}:{user}")
            except AppError:
                pass

    in_threads([lambda thread=thread: work(thread) for thread in range(THREADS)])
    assert_books()
    assert not Account.objects.filter(guarded=True, balance_micros__lt=0).exists()
    assert set(resolved.values()) == {1}
    assert Hold.objects.exclude(status=HoldStatus.PENDING).count() == len(resolved)
    assert (
        Transfer.objects.filter(kind="job").count() == Hold.objects.filter(status=HoldStatus.POSTED).count()
    )
