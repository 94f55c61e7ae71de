"""Random sequences of actions, compared after every step with a model of a few dictionaries."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ashao_site.lib.errors import Conflict, InsufficientCredits
from ledger.books import actions, chart, queries
from ledger.books.actions import Leg
from ledger.books.models import Account, Hold
from tests.ledger.support import deposit

USERS = ("alice", "bob", "charlie")
GUARDED = (chart.PROMO_BUDGET, *(f"user:{user}:{part}" for user in USERS for part in chart.USER_PARTS))
START = datetime(2030, 1, 1, tzinfo=UTC)

users = st.sampled_from(USERS)
guarded = st.sampled_from(GUARDED)
small = st.integers(1, 40)


@dataclass
class ModelHold:
    lines: dict[str, int]
    expires_at: datetime
    status: str = "pending"
    posted_micros: int = 0

    @property
    def amount(self) -> int:
        return sum(self.lines.values())


class LedgerMachine(RuleBasedStateMachine):
    """The model knows balances, holds and the entries of transfers, and nothing of how the books are kept."""

    hold_keys = Bundle("hold_keys")
    transfer_keys = Bundle("transfer_keys")

    def __init__(self) -> None:
        super().__init__()
        self.slate = transaction.atomic()
        self.slate.__enter__()
        self.balances: Counter[str] = Counter()
        self.holds: dict[str, ModelHold] = {}
        self.transfers: dict[str, dict[str, int]] = {}
        self.ids: dict[str, int] = {}
        self.reversed: set[str] = set()
        self.now = START
        self.serial = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.slate.__exit__(None, None, None)

    def new_key(self, kind: str) -> str:
        self.serial += 1
        return f"{kind}:{self.serial}"

    def free(self, address: str) -> int:
        held = sum(hold.lines.get(address, 0) for hold in self.holds.values() if hold.status == "pending")
        return self.balances[address] - held

    def book(self, key: str, transfer_id: int, amounts: dict[str, int]) -> str:
        for address, micros in amounts.items():
            self.balances[address] += micros
        self.transfers[key] = amounts
        self.ids[key] = transfer_id
        return key

    @rule(target=transfer_keys, address=guarded, micros=small)
    def money_comes_in(self, address: str, micros: int) -> str:
        key = self.new_key("deposit")
        transfer_id = deposit(address, micros, key=key)
        return self.book(key, transfer_id, {chart.TREASURY_USDC: -micros, address: micros})

    @rule(user=users, micros=small)
    def a_grant_is_whole_or_nothing(self, user: str, micros: int) -> None:
        key = self.new_key("grant")
        done = actions.grant(key=key, user_id=user, amount_micros=micros)
        assert done == (self.free(chart.PROMO_BUDGET) >= micros)
        if done:
            self.balances[chart.PROMO_BUDGET] -= micros
            self.balances[chart.user_granted(user)] += micros

    @rule(source=guarded, goal=guarded, micros=small)
    def money_moves_if_it_is_free(self, source: str, goal: str, micros: int) -> None:
        if source == goal:
            return
        key = self.new_key("move")
        legs = [Leg(source, -micros), Leg(goal, micros)]
        try:
            record = actions.post_transfer(key=key, kind="move", legs=legs)
        except InsufficientCredits:
            assert self.free(source) < micros
        else:
            assert self.free(source) >= micros
            self.book(key, record.id, {source: -micros, goal: micros})

    @rule(key=transfer_keys)
    def a_transfer_is_reversed_once(self, key: str) -> None:
        opposite = {address: -micros for address, micros in self.transfers[key].items()}
        possible = all(
            not chart.is_guarded(address) or self.free(address) + micros >= 0
            for address, micros in opposite.items()
        )
        new_key = self.new_key("reversal")
        try:
            record = actions.reverse_transfer(key=new_key, transfer_id=self.ids[key], note="")
        except InsufficientCredits:
            assert not possible
        except Conflict:
            assert key in self.reversed
        else:
            assert possible
            assert key not in self.reversed
            self.reversed.add(key)
            self.book(new_key, record.id, opposite)

    @rule(target=hold_keys, user=users, micros=small, minutes=st.integers(0, 10))
    def money_is_held(self, user: str, micros: int, minutes: int) -> str:
        key = self.new_key("hold")
        sources = (chart.user_granted(user), chart.user_credits(user))
        expires_at = self.now + timedelta(minutes=minutes)
        lines: dict[str, int] = {}
        for address in sources:
            take = min(self.free(address), micros - sum(lines.values()))
            if take:
                lines[address] = take
        try:
            record = actions.hold(
                key=key, reference="job", sources=sources, amount_micros=micros, expires_at=expires_at
            )
        except InsufficientCredits:
            assert sum(lines.values()) < micros
        else:
            assert record.lines == tuple(lines.items())
            assert sum(lines.values()) == micros
            self.holds[key] = ModelHold(lines, expires_at)
        return key

    @rule(hold_key=hold_keys, part=st.integers(1, 100), worker=users)
    def a_hold_is_posted_once(self, hold_key: str, part: int, worker: str) -> None:
        hold = self.holds.get(hold_key)
        if hold is None:
            return
        micros = hold.posted_micros or max(1, hold.amount * part // 100)
        legs = [Leg(chart.POOL_STAKERS, micros)]
        key = f"post:{hold_key}"
        try:
            record = actions.post_hold(
                hold_key=hold_key, key=key, kind="job", legs=legs, amount_micros=micros, reference="job"
            )
        except Conflict:
            assert hold.status in ("voided", "expired")
            return
        assert record.created == (hold.status == "pending")
        if hold.status == "pending":
            hold.status, hold.posted_micros = "posted", micros
            amounts = {chart.POOL_STAKERS: micros}
            for address, held in hold.lines.items():
                taken = min(held, micros)
                micros -= taken
                amounts[address] = -taken
            self.book(key, record.id, amounts)

    @rule(hold_key=hold_keys)
    def a_hold_is_voided_once(self, hold_key: str) -> None:
        hold = self.holds.get(hold_key)
        if hold is None:
            return
        if hold.status == "posted":
            with pytest.raises(Conflict):
                actions.void_hold(hold_key=hold_key)
            return
        assert actions.void_hold(hold_key=hold_key) == (hold.status == "pending")
        if hold.status == "pending":
            hold.status = "voided"

    @rule(minutes=st.integers(0, 5))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        due = [
            hold for hold in self.holds.values() if hold.status == "pending" and hold.expires_at <= self.now
        ]
        assert actions.expire_holds(now=self.now) == len(due)
        for hold in due:
            hold.status = "expired"

    @precondition(lambda self: self.transfers)
    @rule(key=transfer_keys, other=st.booleans())
    def a_key_is_used_again(self, key: str, other: bool) -> None:
        legs = [
            Leg(address, micros * 2 if other else micros) for address, micros in self.transfers[key].items()
        ]
        if other:
            with pytest.raises(Conflict, check=lambda error: error.code == "idempotency_conflict"):
                actions.post_transfer(key=key, kind="deposit", legs=legs)
        else:
            record = actions.post_transfer(key=key, kind="deposit", legs=legs)
            assert (record.id, record.created) == (self.ids[key], False)

    @invariant()
    def the_books_are_the_model(self) -> None:
        connection.check_constraints()
        assert queries.check_books() == []
        assert {a: m for a, m in queries.trial_balance().balances if m} == {
            address: micros for address, micros in self.balances.items() if micros
        }
        for account in Account.objects.filter(guarded=True):
            assert account.balance_micros - account.held_micros == self.free(account.address) >= 0
        assert dict(Hold.objects.values_list("key", "status")) == {
            key: hold.status for key, hold in self.holds.items()
        }


@pytest.mark.django_db
def test_random_actions_agree_with_the_model():
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
