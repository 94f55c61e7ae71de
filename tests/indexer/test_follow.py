"""What happens on the chain is in the books, once, when it is deep enough."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ashao_site.chain.indexer import follow as following
from ashao_site.chain.indexer.models import ChainCheckpoint, ChainCursor
from ashao_site.chain.indexer.queries import chain_progress
from ashao_site.chain.indexer.writing import CHECKPOINTS_KEPT
from ashao_site.lib.clock import now
from ledger import tasks
from ledger.books import queries as books
from ledger.deposits.models import Booked, TreasuryTransfer
from ledger.payouts.models import PayoutWallet
from ledger.treasury.models import Burn
from staking.rewards.models import StakeChange
from tests.indexer.support import follow

from .support import (
    ASHAO,
    DEEP,
    USD,
    World,
    credits_of,
    cursor,
    everything,
    person,
    stakes,
    suspense,
    treasury_micros,
)

pytestmark = pytest.mark.usefixtures("networked")


def test_a_deposit_counts_when_it_is_deep_enough(world: World):
    alice = world.rich()
    user = person(alice)
    tx_hash = world.pay(alice, 20 * USD)
    follow()
    world.mine(DEEP - 1)
    follow()
    assert credits_of(user) == 0
    world.mine(1)
    tasks.follow_chain()
    assert credits_of(user) == treasury_micros() == 20 * USD
    row = TreasuryTransfer.objects.get()
    assert (row.tx_hash, row.booked, row.user_id, row.counterparty) == (
        tx_hash,
        Booked.DEPOSIT,
        user.pk,
        alice.address,
    )
    assert row.ledger_key == f"deposit:31337:{tx_hash}:{row.log_index}"
    assert row.block_at.timestamp() == world.chain.web3.eth.get_block(row.block)["timestamp"]
    world.confirm()
    assert credits_of(user) == 20 * USD
    assert books.check_books() == []


def test_whose_a_deposit_is(world: World):
    alice, bob, charlie, dora = (world.rich() for _ in range(4))
    user, other = person(alice), person(bob)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    for user_id, wallet in ((other.pk, charlie), (other.pk, dora), (user.pk, dora), (other.pk, alice)):
        PayoutWallet.objects.create(user_id=user_id, wallet=wallet.address, confirmed_at=now())
    world.pay(alice, 1 * USD)  # hers, though she is not active and bob has confirmed it too
    world.pay(charlie, 2 * USD)  # bob has confirmed it
    world.pay(dora, 4 * USD)  # two people have
    world.pay(world.rich(), 8 * USD)  # nobody knows it
    world.confirm()
    assert (credits_of(user), credits_of(other), suspense()) == (1 * USD, 2 * USD, 12 * USD)
    assert treasury_micros() == 15 * USD == world.held()
    assert TreasuryTransfer.objects.filter(booked=Booked.SUSPENSE, user_id=None).count() == 2


def test_nothing_and_the_treasury_itself_are_ignored_and_what_leaves_is_open(world: World):
    alice = world.rich()
    person(alice)
    world.pay(alice, 0)
    world.pay(alice, 5 * USD)
    world.pay(world.treasury, 2 * USD, to=world.treasury.address)
    world.pay(world.treasury, 3 * USD, to=alice.address)
    world.pay(alice, 1 * USD, to=world.rich().address)  # nothing of the treasury's
    world.confirm()
    rows = TreasuryTransfer.objects.order_by("block").values_list("direction", "amount_micros", "booked")
    assert list(rows) == [("in", 5 * USD, "deposit"), ("out", 3 * USD, "open")]


def test_stakes_and_burns(world: World):
    alice, bob = world.rich(), world.rich()
    world.stake(alice, 100 * ASHAO)
    world.stake(bob, 7)
    world.confirm()
    assert stakes() == {alice.address: 100 * ASHAO, bob.address: 7}
    world.unstake(alice, 40 * ASHAO)
    world.stake(alice, 1)
    world.unstake(bob, 7)
    world.burn(alice, 3 * ASHAO)
    world.burn(alice, 0)
    world.confirm()
    assert stakes() == {alice.address: 60 * ASHAO + 1, bob.address: 0}
    assert list(Burn.objects.values_list("wallet", "amount_wei")) == [(alice.address, 3 * ASHAO)]
    changes = StakeChange.objects.filter(wallet=alice.address).values_list(
        "kind", "amount_wei", "stake_after_wei"
    )
    assert list(changes) == [
        ("staked", 100 * ASHAO, 100 * ASHAO),
        ("unstaked", 40 * ASHAO, 60 * ASHAO),
        ("staked", 1, 60 * ASHAO + 1),
    ]


def test_the_cursor_begins_just_before_its_start_and_remembers_a_few_blocks(world: World, monkeypatch):
    follow()  # the start is not deep enough yet
    assert not ChainCursor.objects.exists()
    assert not chain_progress().ok
    monkeypatch.setattr(following, "RANGES_A_RUN", 0)
    world.confirm()
    assert cursor().block == world.config.start_block - 1
    monkeypatch.setattr(following, "RANGES_A_RUN", 100)
    ChainCursor.objects.update(range_blocks=1)
    monkeypatch.setattr(following, "RANGE_BLOCKS_MAX", 1)
    world.mine(CHECKPOINTS_KEPT + 5)
    follow()
    assert cursor().block == world.head() - DEEP
    kept = ChainCheckpoint.objects.order_by("block").values_list("block", flat=True)
    assert list(kept) == list(range(cursor().block - CHECKPOINTS_KEPT + 1, cursor().block + 1))
    view = chain_progress()
    assert (view.block, view.ok, view.problem) == (cursor().block, True, None)
    assert cursor().problem == ""


def test_without_a_chain_nothing_happens(settings):
    settings.CHAIN = None
    tasks.follow_chain()
    assert chain_progress().problem == "No chain is configured."
    assert not ChainCursor.objects.exists()


def history(world: World) -> None:
    """A dozen blocks in which all kinds of things happen."""
    alice, bob = world.rich(), world.rich()
    person(alice)
    world.pay(alice, 3 * USD)
    world.stake(alice, 5 * ASHAO)
    world.pay(bob, 4 * USD)
    world.unstake(alice, 2 * ASHAO)
    world.burn(bob, 1)
    world.pay(world.treasury, 1 * USD, to=bob.address)
    world.pay(alice, 5)
    raws = [
        (world.signed(alice, world.usdc.functions.transfer(world.treasury.address, 6), n), 0) for n in (0, 1)
    ]
    raws.append((world.signed(bob, world.usdc.functions.transfer(world.treasury.address, 7)), 0))
    world.mine(1)
    world.reorg(1, *raws)  # one block with three deposits
    world.stake(bob, 9)


def test_any_split_into_ranges_gives_the_same(world: World, monkeypatch):
    history(world)
    world.mine()
    monkeypatch.setattr(following, "RANGES_A_RUN", 1)

    def read(sizes: list[int]) -> list[object]:
        with transaction.atomic():
            at_first = following.RANGE_BLOCKS_AT_FIRST
            following.RANGE_BLOCKS_AT_FIRST = sizes[0]
            follow()
            following.RANGE_BLOCKS_AT_FIRST = at_first
            for size in [*sizes[1:], 1_000]:
                ChainCursor.objects.update(range_blocks=size)
                follow()
            found = everything()
            transaction.set_rollback(True)
        return found

    whole = read([1_000])
    assert len(whole[0]) == 7
    assert len(whole[1]) == 3

    @settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        phases=(Phase.explicit, Phase.generate),
    )
    @given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=8))
    def check(sizes: list[int]) -> None:
        assert read(sizes) == whole

    check()
