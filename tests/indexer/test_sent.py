"""A deposit as its sender sees it, from the wallet's transaction to the credits."""

from datetime import timedelta
from typing import Any

import pytest

from ashao_site.chain.client import ChainUnavailable
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, RateLimited
from ledger.deposits import buying
from ledger.deposits.buying import announce_deposit, deposits_of
from ledger.deposits.models import SentDeposit, TreasuryTransfer
from ledger.deposits.suspense import assign_deposit
from tests.chain.nodes import dead_url, node

from .support import DEEP, USD, World, at, person, relay

pytestmark = pytest.mark.usefixtures("networked")
NOWHERE = "0x" + "ab" * 32


def shown(user: Any) -> list[tuple[str, int, int]]:
    return [(found.state, found.confirmations, found.amount_micros) for found in deposits_of(user)]


def test_from_sent_to_credited(world: World):
    alice = world.rich()
    user = person(alice)
    world.confirm()
    raw = world.transfer(alice, 3 * USD)
    tx_hash = world.chain.web3.keccak(hexstr=raw).to_0x_hex()
    told = announce_deposit(user=user, tx_hash=tx_hash.upper().replace("0X", "0x"), amount_micros=5 * USD)
    assert (told.tx_hash, told.state, told.needed, told.url) == (tx_hash, "sent", DEEP, None)
    assert shown(user) == [("sent", 0, 5 * USD)]
    world.submit(raw)
    assert shown(user) == [("included", 0, 5 * USD)]
    world.mine(1)
    assert shown(user) == [("included", 1, 5 * USD)]
    world.mine(3)
    assert shown(user) == [("included", DEEP, 5 * USD)]
    world.confirm()
    assert shown(user) == [("credited", DEEP, 3 * USD)]  # what the chain says, not what was announced
    deposit = deposits_of(user)[0]
    assert deposit.credited_at is not None
    assert deposit.sent_at == told.sent_at
    assert announce_deposit(user=user, tx_hash=tx_hash, amount_micros=1).state == "credited"
    assert SentDeposit.objects.get().amount_micros == 5 * USD


def test_one_that_was_not_announced(world: World, settings):
    alice, bob = world.rich(), world.rich()
    user = person(alice)
    world.pay(alice, 3 * USD)
    tx_hash = world.pay(bob, 4 * USD)
    world.confirm()
    assert shown(user) == [("credited", DEEP, 3 * USD)]
    assert deposits_of(user)[0].sent_at == TreasuryTransfer.objects.get(user_id=user.pk).block_at
    announce_deposit(user=user, tx_hash=tx_hash, amount_micros=4 * USD)
    assert shown(user)[0] == ("included", DEEP, 4 * USD)  # it is in suspense
    staff = type(user).objects.create_user("dora")
    row = TreasuryTransfer.objects.get(tx_hash=tx_hash)
    assign_deposit(staff=staff, transfer_id=row.pk, user_public_id=user.public_id, note="it is hers")
    assert {state for state, _, _ in shown(user)} == {"credited"}
    settings.MONEY = type(settings.MONEY)(**{**vars(settings.MONEY), "explorer_url": "https://scan.example"})
    assert deposits_of(user)[0].url == f"https://scan.example/tx/{tx_hash}"


def test_failed_lost_and_what_is_somebody_elses(world: World):
    alice, bob = world.rich(usd=1), world.rich()
    user, other = person(alice), person(bob)
    world.confirm()
    refused = world.chain.send(
        alice, world.usdc.functions.transfer(world.treasury.address, 2 * USD), status=0
    )
    theirs = world.pay(bob, 1 * USD)
    nothing = world.pay(bob, 1 * USD, to=alice.address)
    hashes = [refused["transactionHash"].to_0x_hex(), theirs, nothing]
    for tx_hash in hashes:
        announce_deposit(user=user, tx_hash=tx_hash, amount_micros=1)
    assert [state for state, _, _ in shown(user)] == ["included", "included", "failed"]
    world.confirm()
    assert [state for state, _, _ in shown(user)] == ["failed"] * 3
    assert shown(other) == [("credited", DEEP, 1 * USD)]
    SentDeposit.objects.all().delete()
    announce_deposit(user=user, tx_hash=NOWHERE, amount_micros=1)
    assert shown(user) == [("sent", 0, 1)]
    SentDeposit.objects.update(sent_at=now() - timedelta(minutes=61))
    assert shown(user) == [("lost", 0, 1)]


def test_a_request_asks_a_few_questions_and_none_after_a_failure(world: World, settings):
    user = person(world.chain.person())
    for number in range(10):
        announce_deposit(user=user, tx_hash=f"0x{number:064x}", amount_micros=1)
    SentDeposit.objects.update(sent_at=now() - timedelta(minutes=61))
    asked: list[str] = []

    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        asked.append(call["method"])
        return answer

    with node(relay(world.config.rpc_url, change)) as url:
        settings.CHAIN = at(world.config, url)
        states = [state for state, _, _ in shown(user)]
    assert len(asked) == 1 + 2 * buying.ASKED_AT_ONCE
    assert states == ["lost"] * buying.ASKED_AT_ONCE + ["sent"] * (10 - buying.ASKED_AT_ONCE)

    def garbage(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        asked.append(call["method"])
        return (
            {**answer, "result": {"status": 7}} if call["method"] == "eth_getTransactionReceipt" else answer
        )

    asked.clear()
    with node(relay(world.config.rpc_url, garbage)) as url:
        settings.CHAIN = at(world.config, url)
        assert {state for state, _, _ in shown(user)} == {"sent"}
    assert asked == ["eth_blockNumber", "eth_getTransactionReceipt"]
    settings.CHAIN = at(world.config, dead_url())
    assert {state for state, _, _ in shown(user)} == {"sent"}


def test_a_request_waits_for_a_slow_chain_only_so_long(world: World, settings, monkeypatch):
    user = person(world.chain.person())
    announce_deposit(user=user, tx_hash=NOWHERE, amount_micros=1)
    asked: list[str] = []

    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        asked.append(call["method"])
        return answer

    monkeypatch.setattr(buying, "ASK_MAX_S", -1.0)
    with node(relay(world.config.rpc_url, change)) as url:
        settings.CHAIN = at(world.config, url)
        assert shown(user) == [("sent", 0, 1)]
    assert asked == ["eth_blockNumber"]


def test_what_is_refused(world: World, settings):
    user = person(world.chain.person())
    for wrong in ("", "0x12", NOWHERE[:-1] + "g", NOWHERE + "0"):
        with pytest.raises(BadInput):
            announce_deposit(user=user, tx_hash=wrong, amount_micros=1)
    for amount in (0, -1, 10**16):
        with pytest.raises(BadInput):
            announce_deposit(user=user, tx_hash=NOWHERE, amount_micros=amount)
    for number in range(buying.ANNOUNCED_PER_DAY):
        announce_deposit(user=user, tx_hash=f"0x{number:064x}", amount_micros=1)
    with pytest.raises(RateLimited):
        announce_deposit(user=user, tx_hash=NOWHERE, amount_micros=1)
    announce_deposit(user=user, tx_hash=f"0x{0:064x}", amount_micros=1)  # a repeat is none more
    announce_deposit(user=person(world.chain.person()), tx_hash=NOWHERE, amount_micros=1)
    SentDeposit.objects.update(sent_at=now() - timedelta(days=1, seconds=1))
    announce_deposit(user=user, tx_hash=NOWHERE, amount_micros=1)
    assert len(shown(user)) == buying.DEPOSITS_SHOWN
    settings.CHAIN = None
    with pytest.raises(ChainUnavailable):
        announce_deposit(user=user, tx_hash=NOWHERE, amount_micros=1)
    with pytest.raises(ChainUnavailable):
        deposits_of(user)
