"""Reorganisations deeper than the confirmations, gaps in the nonces, and payments that are hard to find."""

from dataclasses import replace

import pytest
from eth_account import Account

from ashao_site.chain import view
from ashao_site.lib.errors import Conflict
from ledger.payouts import actions, evidence
from ledger.payouts.models import RelayerAttempt, RelayerTransaction
from tests.chain.nodes import node
from tests.contracts.support import ETHER

from .nodes import between, with_empty_receipts, without_logs
from .support import DOLLAR, assert_paid_once, fresh, staff, state_of
from .test_relayer import later

__all__ = ["later"]


def undo(town, block):
    """The chain forgets everything from this block on."""
    town.chain.rpc("anvil_reorg", town.chain.web3.eth.block_number - block + 1, [])
    town.chain.nonces.clear()


def go_on(town, *payouts, later=lambda seconds: None):
    """Until they are final: how many rounds that takes depends on who is first, and what had to be waited for."""
    for _ in range(20):
        later(11)
        town.mine()
        town.advance()
        if {state_of(p) for p in payouts} == {"final"} and all(town.balance(p.wallet) for p in payouts):
            return


def small_windows(monkeypatch, windows):
    """In place of a long chain."""
    monkeypatch.setattr(view, "LOG_WINDOW_BLOCKS", 10)
    monkeypatch.setattr(evidence, "DEEPEST_REORG_BLOCKS", 0)
    monkeypatch.setattr(view, "MAX_LOG_WINDOWS", windows)


def by_hand_with_the_relayers_key(town):
    nonce = town.chain.web3.eth.get_transaction_count(town.relayer.address)
    fields = {"to": town.relayer.address, "value": 0, "gas": 21_000, "gasPrice": 10**10, "nonce": nonce}
    raw = town.relayer.sign_transaction({**fields, "chainId": town.config.chain_id}).raw_transaction
    sent = town.chain.web3.eth.send_raw_transaction(raw)
    town.chain.web3.eth.wait_for_transaction_receipt(sent, timeout=60, poll_latency=0.01)


@pytest.mark.parametrize("waited_s", [0, 300])
def test_a_reorganisation_deeper_than_the_confirmations_is_paid_again(town, later, waited_s):
    """It is final in the books: then the payee has to have the money, on whatever chain there is."""
    paid = town.approved()
    town.finish()
    town.advance(2)
    assert_paid_once(town, paid)
    assert RelayerTransaction.objects.get().settled_at is not None
    undo(town, fresh(paid).block)
    assert town.balance(paid.wallet) == 0
    later(waited_s)
    another = town.approved()
    town.finish()
    later(11)
    go_on(town, paid, another, later=later)
    assert_paid_once(town, paid, another)
    town.advance(4)
    used = town.chain.web3.eth.get_transaction_count(town.relayer.address)
    assert RelayerTransaction.objects.filter(settled_at=None).count() == 0
    assert RelayerTransaction.objects.count() == used


def test_an_included_payout_whose_block_is_gone_after_a_while_keeps_its_transaction(town, later):
    payout = town.approved()
    town.advance()
    town.advance()
    assert state_of(payout) == "included"
    later(300)
    undo(town, fresh(payout).block)
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    town.mine()
    town.finish()
    assert_paid_once(town, payout)
    assert RelayerTransaction.objects.count() == 1
    assert not RelayerAttempt.objects.filter(gas=21_000).exists()


def test_a_gap_in_the_nonces_is_filled(town, later):
    """The reorganisation took a transaction with it that was not ours: nobody sends that one again."""
    first = town.approved()
    town.finish()
    by_hand_with_the_relayers_key(town)
    gone = town.chain.web3.eth.block_number
    second = town.approved()
    town.finish()
    assert_paid_once(town, first, second)
    undo(town, gone)
    assert town.chain.web3.eth.get_transaction_count(town.relayer.address) == 1
    third = town.approved()
    town.finish()
    later(11)
    go_on(town, first, second, third, later=later)
    assert_paid_once(town, first, second, third)
    assert RelayerTransaction.objects.get(nonce=1).payout is None


def test_a_gap_waits_for_ether(town, later):
    first = town.approved()
    by_hand_with_the_relayers_key(town)
    gone = town.chain.web3.eth.block_number
    town.finish()
    undo(town, gone)
    town.chain.rpc("anvil_setBalance", town.relayer.address, "0x1")
    later(11)
    another = town.approved()
    town.finish()
    assert not RelayerTransaction.objects.filter(payout=None).exists()
    town.chain.rpc("anvil_setBalance", town.relayer.address, hex(ETHER))
    later(61)
    go_on(town, first, another, later=later)
    assert_paid_once(town, first, another)


@pytest.mark.parametrize("windows", [20, 1])
def test_a_payment_far_from_where_it_was_handed_out(by_hand, monkeypatch, windows):
    """More blocks than a node searches at once; and more than a round searches."""
    small_windows(monkeypatch, windows)
    town = by_hand
    payout = town.approved()
    (signed,) = town.sign_all(payout)
    town.mine(33)
    town.hand_in(payout, signed.valid_before, signed.signature)
    town.mine(12)
    go_on(town, payout)
    assert_paid_once(town, payout)


def test_a_node_that_hides_the_payment_for_a_while(by_hand, settings, monkeypatch):
    """What it did not show is searched for again, from where it can be."""
    small_windows(monkeypatch, 1)
    town, right = by_hand, settings.CHAIN
    payout = town.approved()
    (signed,) = town.sign_all(payout)
    town.mine(2)
    town.hand_in(payout, signed.valid_before, signed.signature)
    town.mine(30)
    with node(between(right.rpc_url, without_logs)) as url:
        settings.CHAIN = replace(right, rpc_url=url)
        town.advance(6)
        assert state_of(payout) == "approved"
    settings.CHAIN = right
    go_on(town, payout)
    assert_paid_once(town, payout)


def test_a_node_that_hides_what_a_transaction_did(by_hand, settings):
    """Half an answer is no proof that the nonce paid somebody else."""
    town, right = by_hand, settings.CHAIN
    payout = town.approved()
    (signed,) = town.sign_all(payout)
    town.hand_in(payout, signed.valid_before, signed.signature)
    town.mine(3)
    with node(between(right.rpc_url, with_empty_receipts(right.rpc_url))) as url:
        settings.CHAIN = replace(right, rpc_url=url)
        town.advance(2)
        assert (state_of(payout), fresh(payout).problem) == ("approved", "")
        with pytest.raises(Conflict, match="can still pay it"):
            actions.fail_payout(staff=staff(), public_id=payout.public_id, note="never paid")
    settings.CHAIN = right
    town.finish()
    assert_paid_once(town, payout)


def test_a_payment_that_a_reorganisation_moved_back(by_hand):
    """To a block of which was known, deep as it was, that it did not pay."""
    town = by_hand
    payout = town.approved()
    (signed,) = town.sign_all(payout)
    sender = Account.create()
    town.chain.rpc("anvil_setBalance", sender.address, hex(ETHER))
    form = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"
    arguments = (town.treasury.address, payout.wallet, payout.amount_micros, 0, signed.valid_before)
    call = town.usdc.get_function_by_signature(form)(
        *arguments, bytes.fromhex(payout.nonce[2:]), bytes.fromhex(signed.signature[2:])
    )
    fields = {"to": call.address, "data": call._encode_transaction_data(), "gas": 500_000, "gasPrice": 10**11}
    raw = sender.sign_transaction({**fields, "nonce": 0, "value": 0, "chainId": town.config.chain_id})
    town.chain.rpc("anvil_setBalance", sender.address, hex(ETHER))
    town.mine(10)
    town.chain.rpc("anvil_reorg", 9, [["0x" + bytes(raw.raw_transaction).hex(), 1]])
    town.chain.nonces.clear()
    payout.refresh_from_db()
    payout.unpaid_block = town.chain.web3.eth.block_number - 2  # as if a round had been in between
    payout.save()
    assert town.balance(payout.wallet) == 5 * DOLLAR
    town.finish()
    assert_paid_once(town, payout)


def test_another_token_in_the_settings_takes_nothing_back(town, settings, chain):
    payout = town.approved()
    town.advance(2)
    assert state_of(payout) == "included"
    right = settings.CHAIN
    settings.CHAIN = replace(right, usdc=chain.deploy("AshaoToken", town.treasury.address).address)
    town.advance(3)
    found = fresh(payout)
    assert (found.state, "another chain, token or treasury" in found.problem) == ("included", True)
    settings.CHAIN = right
    town.finish()
    assert_paid_once(town, payout)


def test_what_waits_is_not_handed_in_twice_nor_sent_too_often(town, later):
    """Also when the node has forgotten it: the same transaction comes again, after a moment."""
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    sent = RelayerAttempt.objects.get()
    town.chain.rpc("anvil_dropTransaction", sent.tx_hash)
    later(5)
    town.advance()
    assert RelayerAttempt.objects.get().sent_at == sent.sent_at
    assert town.chain.web3.eth.get_transaction_count(town.relayer.address, "pending") == 0
    later(6)
    town.advance()
    assert RelayerAttempt.objects.get().sent_at > sent.sent_at
    assert town.chain.web3.eth.get_transaction_count(town.relayer.address, "pending") == 1
    town.mine()
    town.finish()
    assert_paid_once(town, payout)
    assert RelayerTransaction.objects.count() == 1


def test_signed_again_while_its_transaction_waits_is_still_one_transaction(town):
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    town.chain.rpc("anvil_dropTransaction", RelayerAttempt.objects.get().tx_hash)
    actions.retry_payout(staff=staff(), public_id=payout.public_id, note="again")
    town.advance(1)
    assert fresh(payout).state == "signed"
    assert RelayerTransaction.objects.count() == 1
