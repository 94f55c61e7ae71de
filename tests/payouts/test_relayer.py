"""The relayer: one nonce after another, fees raised, what others do with its nonces, and nobody paid twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from eth_account import Account

from ashao_site.lib import clock
from ledger.payouts import actions, fees, queries, relayer
from ledger.payouts.models import Payout, RelayerAttempt, RelayerTransaction
from tests.contracts.support import ETHER

from .support import DOLLAR, assert_given_back, assert_paid_once, fresh, staff, state_of


@pytest.fixture
def later(monkeypatch):
    """Move our clock."""
    moved = [timedelta()]
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + moved[0])

    def move(seconds: int) -> None:
        moved[0] += timedelta(seconds=seconds)

    return move


def pending(town):
    """The transactions that wait for a block."""
    waiting = town.chain.rpc("txpool_content")["pending"]
    by_sender = {sender.lower(): entries for sender, entries in waiting.items()}
    return [entry["hash"] for entry in by_sender.get(town.relayer.address.lower(), {}).values()]


def test_many_at_once_in_order(town):
    payouts = [town.approved() for _ in range(relayer.MAX_IN_FLIGHT + 4)]
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    assert [t.nonce for t in RelayerTransaction.objects.order_by("nonce")] == list(
        range(relayer.MAX_IN_FLIGHT)
    )
    town.mine()
    town.advance()
    town.mine()
    town.finish()
    assert_paid_once(town, *payouts)
    assert town.balance(town.treasury.address) == 1_000 * DOLLAR - 5 * DOLLAR * len(payouts)


def test_fees_of_the_same_nonce_are_raised_when_it_waits(town, later):
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    (first,) = pending(town)
    later(30)
    town.advance()
    assert pending(town) == [first]
    assert fresh(payout).problem == ""
    later(31)
    town.advance()
    old, new = RelayerAttempt.objects.order_by("id")
    assert pending(town) == [new.tx_hash]
    assert new.max_fee_wei * 8 >= old.max_fee_wei * 9
    assert new.priority_fee_wei * 8 >= old.priority_fee_wei * 9
    assert RelayerTransaction.objects.count() == 1
    town.mine()
    town.finish()
    assert_paid_once(town, payout)
    assert fresh(payout).tx_hash == new.tx_hash


def test_fees_are_not_raised_for_ever(town, later):
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    for _ in range(relayer.MAX_ATTEMPTS + 3):
        later(61)
        town.advance()
    assert RelayerAttempt.objects.count() == relayer.MAX_ATTEMPTS
    assert "cannot be raised any further" in queries.relayer_problem()
    town.mine()
    town.finish()
    assert_paid_once(town, payout)
    assert queries.relayer_problem() == ""


def test_what_the_node_has_forgotten_is_sent_again(town, later):
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    (sent,) = pending(town)
    town.chain.rpc("anvil_dropTransaction", sent)
    assert pending(town) == []
    later(11)
    town.advance()
    assert pending(town) == [sent]
    town.mine()
    town.finish()
    assert_paid_once(town, payout)


def test_somebody_else_is_first(by_hand):
    """The authorization is public once it is sent."""
    town = by_hand
    paid, also = town.approved(), town.approved()
    signed = town.sign_all(paid, also)
    actions.sign_with_wallet(staff=staff(), signed=signed)
    receipt = town.hand_in(paid, signed[0].valid_before, signed[0].signature)
    town.finish()
    assert_paid_once(town, paid, also)
    assert fresh(paid).tx_hash == "0x" + bytes(receipt["transactionHash"]).hex()
    assert RelayerTransaction.objects.get().payout_id == also.pk


def test_somebody_else_is_first_while_ours_waits(by_hand, later):
    """Ours then pays nothing: its nonce is freed by a transaction to oneself."""
    town = by_hand
    paid = town.approved()
    (signed,) = town.sign_all(paid)
    actions.sign_with_wallet(staff=staff(), signed=[signed])
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    (ours,) = pending(town)
    town.chain.rpc("anvil_dropTransaction", ours)
    town.chain.rpc("evm_setAutomine", True)
    town.hand_in(paid, signed.valid_before, signed.signature)
    town.chain.rpc("evm_setAutomine", False)
    later(61)
    town.advance()
    assert state_of(paid) == "included"
    freeing = RelayerAttempt.objects.latest("id")
    found = town.chain.web3.eth.get_transaction(freeing.tx_hash)
    assert (found["to"], found["value"], found["gas"]) == (town.relayer.address, 0, 21_000)
    town.mine()
    town.finish()
    assert_paid_once(town, paid)
    nothing_left = town.approved()
    actions.sign_with_wallet(staff=staff(), signed=town.sign_all(nothing_left))
    town.chain.rpc("evm_setAutomine", True)
    town.finish()
    assert_paid_once(town, nothing_left)


def test_signed_and_sent_twice_on_purpose(town, settings):
    """Two authorizations of one payout, both valid, in two transactions: the chain takes one."""
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    first = fresh(payout)
    settings.MONEY = replace(settings.MONEY, authorization_s=7_200)
    actions.retry_payout(staff=staff(), public_id=payout.public_id, note="stuck")
    town.advance()
    second = fresh(payout)
    assert (first.nonce, first.valid_before) != (second.nonce, second.valid_before)
    assert (first.nonce, first.signature != second.signature) == (second.nonce, True)
    town.mine()
    town.chain.rpc("evm_setAutomine", True)
    town.hand_in(payout, second.valid_before, second.signature, status=0)
    town.hand_in(payout, first.valid_before, first.signature, status=0)
    town.finish()
    assert_paid_once(town, payout)


def test_a_nonce_used_by_hand(town):
    """The relayer's key is used elsewhere: our transaction never comes, the payout does."""
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    (ours,) = pending(town)
    town.chain.rpc("anvil_dropTransaction", ours)
    fields = {"to": town.relayer.address, "value": 0, "gas": 21_000, "gasPrice": 10**10, "nonce": 0}
    raw = town.relayer.sign_transaction({**fields, "chainId": town.config.chain_id}).raw_transaction
    town.chain.web3.eth.send_raw_transaction(raw)
    town.mine()
    town.chain.rpc("evm_setAutomine", True)
    town.advance(8)
    assert_paid_once(town, payout)
    assert [t.nonce for t in RelayerTransaction.objects.order_by("nonce")] == [0, 1]


def test_no_ether_for_gas(town):
    payout = town.approved()
    town.chain.rpc("anvil_setBalance", town.relayer.address, hex(10**9))
    town.finish()
    assert state_of(payout) == "signed"
    assert "too little ether" in queries.relayer_problem()
    assert RelayerTransaction.objects.count() == 0
    town.chain.rpc("anvil_setBalance", town.relayer.address, hex(ETHER))
    town.finish()
    assert_paid_once(town, payout)
    assert queries.relayer_problem() == ""


def test_without_a_relayer(town, settings):
    settings.MONEY = replace(settings.MONEY, relayer_key="")
    payout = town.approved()
    town.finish()
    assert state_of(payout) == "signed"
    assert "no RELAYER_KEY" in queries.relayer_problem()
    signed = fresh(payout)
    town.hand_in(payout, signed.valid_before, signed.signature)
    town.finish()
    assert_paid_once(town, payout)


def test_another_relayer_takes_over(town, settings):
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    other = Account.create()
    town.chain.rpc("anvil_setBalance", other.address, hex(ETHER))
    settings.MONEY = replace(settings.MONEY, relayer_key="0x" + bytes(other.key).hex())
    town.advance()
    town.mine()
    town.finish()
    assert RelayerTransaction.objects.filter(payout=payout).count() >= 1
    assert_paid_once(town, payout)


def test_fee_arithmetic():
    now = fees.market(7, 0)
    assert (now.max_wei, now.tip_wei) == (15, 1)
    raised = fees.higher(fees.Fees(1_000, 8), market=now)
    assert raised == fees.Fees(1_126, 10)
    assert fees.higher(fees.Fees(fees.MAX_FEE_WEI, 1), market=now) is None
    assert fees.higher(fees.Fees(10, 1), market=fees.Fees(fees.MAX_FEE_WEI + 1, 1)) is None
    assert "gwei" in fees.problem_with(fees.Fees(fees.MAX_FEE_WEI + 1, 1), gas=1, waiting=0, wei=10**30)
    assert fees.problem_with(fees.Fees(10, 1), gas=10, waiting=1, wei=200) == ""
    assert "too little" in fees.problem_with(fees.Fees(10, 1), gas=10, waiting=1, wei=199)


def test_a_reorganisation_with_payouts_in_it(town):
    """Included, its block gone, sent again: paid once."""
    payouts = [town.approved() for _ in range(2)]
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    town.mine()
    town.chain.rpc("evm_setAutomine", True)
    town.advance()
    assert {state_of(p) for p in payouts} == {"included"}
    before = {p.pk: fresh(p).block_hash for p in payouts}
    town.chain.rpc("anvil_reorg", 1, [])
    assert {town.balance(p.wallet) for p in payouts} == {0}
    town.advance()
    assert {state_of(p) for p in payouts} == {"broadcast"}
    town.finish()
    assert_paid_once(town, *payouts)
    assert all(fresh(p).block_hash != before[p.pk] for p in payouts)


def test_a_reorganisation_that_moves_a_payout_to_another_block(town):
    payout = town.approved()
    town.advance()
    town.mine()
    town.advance()
    found = fresh(payout)
    assert found.state == "included"
    raw = RelayerAttempt.objects.get().raw
    town.chain.rpc("anvil_reorg", 2, [[raw, 1]])
    town.finish()
    assert_paid_once(town, payout)
    assert fresh(payout).tx_hash == found.tx_hash
    assert Payout.objects.get().block_hash != found.block_hash


def test_an_expired_authorization_is_signed_again_by_the_key(town, settings):
    payout = town.approved()
    money = settings.MONEY
    settings.MONEY = replace(money, relayer_key="")
    town.advance()
    first = fresh(payout)
    assert first.state == "signed"
    town.pass_time(3_601)
    town.mine(2)
    settings.MONEY = money
    town.finish()
    second = fresh(payout)
    assert second.valid_before > first.valid_before
    assert_paid_once(town, payout)
    town.hand_in(payout, first.valid_before, first.signature, status=0)


def test_an_expired_authorization_of_the_wallet_waits_for_staff(by_hand, settings):
    town = by_hand
    payout = town.approved()
    (signed,) = town.sign_all(payout)
    money = settings.MONEY
    settings.MONEY = replace(money, relayer_key="")
    actions.sign_with_wallet(staff=staff(), signed=[signed])
    town.advance()
    town.pass_time(3_601)
    town.mine(2)
    settings.MONEY = money
    town.finish()
    found = fresh(payout)
    assert (found.state, "Retry it" in found.problem) == ("signed", True)
    actions.retry_payout(staff=staff(), public_id=payout.public_id, note="the relayer was away")
    assert state_of(payout) == "approved"
    actions.fail_payout(staff=staff(), public_id=payout.public_id, note="not wanted any more")
    assert_given_back(town, payout)
