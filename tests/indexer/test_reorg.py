"""A chain that changes its mind: a little, which changes nothing that counts, and more than it may."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.chain.client import Nonsense
from ashao_site.chain.indexer.models import ChainCheckpoint, ChainCursor
from ashao_site.chain.indexer.queries import chain_progress
from ashao_site.lib.errors import Conflict
from ledger.books import queries as books
from ledger.deposits.models import Direction, TreasuryTransfer
from ledger.deposits.transfers import UsdcTransfer, book_transfers
from ledger.reconciliation.actions import clear_alarm
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
TX = "0x" + "ab" * 32
BLOCK_HASH = "0x" + "cd" * 32
AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def staff(db) -> User:
    return User.objects.create_user("dora")


def test_a_shallow_reorganisation_changes_nothing_that_counts(world: World):
    alice, bob = world.rich(), world.rich()
    users = person(alice), person(bob)
    world.pay(alice, 1 * USD)
    world.stake(alice, 5 * ASHAO)
    world.confirm()
    before = everything()[:-1]
    kept, dropped = world.transfer(alice, 2 * USD), world.transfer(bob, 4 * USD)
    world.submit(kept)
    world.submit(dropped)
    world.reorg(DEEP, (kept, 1))
    follow()
    assert cursor().alarm == ""
    assert everything()[:-1] == before
    world.submit(dropped)
    stake = world.signed(bob, world.token.functions.approve(world.config.vault, ASHAO))
    world.submit(stake)
    raw = world.signed(bob, world.vault.functions.stake(ASHAO))
    burn = world.signed(alice, world.token.functions.burn(3))
    world.submit(raw)
    world.submit(burn)
    world.reorg(DEEP, (burn, 0), (raw, 1))  # in the other order
    for _ in range(3):
        world.mine(1)
        follow()
    assert [credits_of(user) for user in users] == [3 * USD, 4 * USD]
    assert treasury_micros() == world.held() == 7 * USD
    assert stakes() == {alice.address: 5 * ASHAO, bob.address: ASHAO}
    assert Burn.objects.count() == 1
    assert cursor().alarm == ""


def test_a_deep_one_stops_all_and_what_comes_again_is_not_credited_again(world: World, staff: User):
    alice, bob = world.rich(), world.rich()
    users = person(alice), person(bob)
    world.confirm()
    first, second = world.transfer(alice, 1 * USD), world.transfer(bob, 2 * USD)
    hashes = [world.submit(first), world.submit(second)]
    world.confirm()
    assert treasury_micros() == 3 * USD
    before = everything()
    third = world.transfer(alice, 4 * USD)
    world.reorg(DEEP + 2, (second, 0), (first, 0), (third, 1))  # in one block now
    follow()
    assert "reorganised deeper than 2 confirmations" in cursor().alarm
    assert everything() == before
    world.pay(bob, 8 * USD)
    world.confirm()
    assert everything() == before
    assert (
        chain_progress().problem
        == "The chain is being checked by staff. Nothing new counts until that is done."
    )

    clear_alarm(staff=staff, note="looked at it")
    follow()
    assert cursor().alarm == ""
    assert [credits_of(user) for user in users] == [5 * USD, 10 * USD]
    assert treasury_micros() == world.held() == 15 * USD
    assert books.check_books() == []
    assert not TreasuryTransfer.objects.filter(on_chain=False).exists()
    for tx_hash in hashes:
        receipt = world.chain.web3.eth.get_transaction_receipt(tx_hash)
        row = TreasuryTransfer.objects.get(tx_hash=tx_hash)
        assert (row.block, row.log_index) == (receipt["blockNumber"], receipt["logs"][0]["logIndex"])
    decided = list(AuditEntry.objects.order_by("id").values_list("actor_name", "action"))
    assert decided == [("dora", "chain.clear_alarm"), ("ashao", "chain.step_back")]
    assert cursor().block == world.head() - DEEP


def test_what_a_deep_one_took_away_stays_credited_and_is_marked(world: World, staff: User):
    alice = world.rich()
    user = person(alice)
    world.stake(alice, 5)
    world.confirm()
    world.pay(alice, 1 * USD)
    world.unstake(alice, 2)
    world.burn(alice, 7)
    world.confirm()
    assert stakes() == {alice.address: 3}
    world.reorg(DEEP + 3)
    follow()
    clear_alarm(staff=staff, note="it is gone")
    world.confirm()
    assert credits_of(user) == 1 * USD
    assert world.held() == 0
    assert TreasuryTransfer.objects.get().on_chain is False
    assert stakes() == {alice.address: 5}
    assert StakeChange.objects.count() == 1
    assert not Burn.objects.exists()
    assert cursor().alarm == ""
    ChainCheckpoint.objects.all().delete()
    world.reorg(DEEP + 8)  # and deeper than anything that is remembered: from the start
    follow()
    clear_alarm(staff=staff, note="again")
    world.confirm()
    assert cursor().alarm == ""
    assert stakes() == {}


def test_an_alarm_of_a_node_that_was_wrong_for_a_moment(world: World, staff: User):
    world.confirm()
    place = cursor().block
    ChainCursor.objects.update(block_hash=BLOCK_HASH)
    world.confirm()
    assert cursor().alarm
    ChainCursor.objects.update(block_hash=world.chain.web3.eth.get_block(place)["hash"].to_0x_hex())
    clear_alarm(staff=staff, note="the node was wrong")
    follow()
    assert (cursor().alarm, cursor().recheck) == ("", False)
    assert cursor().block > place
    assert not AuditEntry.objects.filter(action="chain.step_back").exists()
    with pytest.raises(Conflict, match="There is no alarm"):
        clear_alarm(staff=staff, note="twice")


def test_another_chain_with_the_same_id(world: World, staff: User):
    world.confirm()
    ChainCursor.objects.update(genesis_hash=BLOCK_HASH)
    for _ in range(2):
        before = cursor().block
        world.confirm()
        assert "another first block" in cursor().alarm
        assert cursor().block == before
        clear_alarm(staff=staff, note="try")


def test_other_addresses_than_were_read(world: World, staff: User, settings):
    world.confirm()
    settings.CHAIN = replace(world.config, treasury=world.rich().address)
    world.confirm()
    assert "other addresses" in cursor().alarm
    clear_alarm(staff=staff, note="the treasury moved today")
    world.confirm()
    assert cursor().alarm == ""
    assert cursor().block == world.head() - DEEP


def test_taking_off_another_alarm_does_not_accept_other_addresses(world: World, staff: User, settings):
    world.confirm()
    ChainCursor.objects.update(alarm="It was reorganised.")
    settings.CHAIN = replace(world.config, treasury=world.rich().address)
    clear_alarm(staff=staff, note="the chain is well")
    world.confirm()
    assert "other addresses" in cursor().alarm


def test_a_start_beyond_what_was_read_leaves_nothing_out(world: World, staff: User, settings):
    alice = world.rich()
    user = person(alice)
    world.confirm()
    ChainCursor.objects.update(block_hash=BLOCK_HASH)
    ChainCheckpoint.objects.all().delete()
    world.pay(alice, 1 * USD)
    world.mine()
    settings.CHAIN = replace(world.config, start_block=world.head() - 1)
    follow()
    clear_alarm(staff=staff, note="try")
    follow()
    assert "CHAIN_START_BLOCK" in cursor().alarm
    settings.CHAIN = world.config
    clear_alarm(staff=staff, note="it was set too late")
    follow()
    assert credits_of(user) == 1 * USD


def test_books_of_another_chain_are_not_gone_on_with_unasked(world: World, staff: User):
    """What people hold there may be play money, and would be worth real money here."""
    ChainCursor.objects.create(
        chain_id=1, genesis_hash=TX, block=1, block_hash=TX, block_at=AT, read_at=AT, range_blocks=1
    )
    alice = world.rich()
    user = person(alice)
    world.pay(alice, 1 * USD)
    for _ in range(2):
        world.confirm()
        assert "chain 1 " in cursor().alarm
        assert credits_of(user) == 0
    clear_alarm(staff=staff, note="its money was worth as much")
    world.confirm()
    assert (cursor().alarm, credits_of(user)) == ("", 1 * USD)


# What is read again, by what it is


def event(user_wallet: str, micros: int, log_index: int, block: int = 5) -> UsdcTransfer:
    return UsdcTransfer(
        Direction.IN,
        user_wallet,
        micros,
        block=block,
        log_index=log_index,
        tx_hash=TX,
        block_hash=BLOCK_HASH,
    )


def book(*events: UsdcTransfer) -> None:
    book_transfers(chain_id=31337, transfers=events, times={5: AT, 6: AT})


def test_a_transaction_that_now_moves_something_else_credits_nobody(world: World):
    alice = world.chain.person()
    user = person(alice)
    book(event(alice.address, 5, 0), event(alice.address, 5, 1), event(alice.address, 9, 2))
    TreasuryTransfer.objects.update(on_chain=False)
    book(event(alice.address, 9, 0, 6), event(alice.address, 5, 1, 6), event(alice.address, 7, 2, 6))
    assert credits_of(user) == 19
    assert suspense() == 7
    rows = TreasuryTransfer.objects.order_by("id").values_list(
        "amount_micros", "on_chain", "log_index", "booked"
    )
    assert list(rows) == [
        (5, False, 0, "deposit"),
        (5, True, 1, "deposit"),
        (9, True, 0, "deposit"),
        (7, True, 2, "suspense"),
    ]
    assert books.check_books() == []


def test_a_transaction_in_two_blocks_is_nonsense(world: World):
    alice = world.chain.person()
    user = person(alice)
    book(event(alice.address, 5, 0))
    book(event(alice.address, 5, 0))  # the same place: nothing new
    with pytest.raises(Nonsense):
        book(event(alice.address, 5, 0, 6))
    assert credits_of(user) == 5
