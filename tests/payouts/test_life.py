"""A payout's whole life on a real chain, by each way of signing, and what people decide about it."""

from dataclasses import replace

import pytest
from eth_account import Account

from ashao_site.accounts.audit import AuditEntry
from ashao_site.lib.errors import BadInput, Conflict, Forbidden
from ledger.payouts import actions, queries
from ledger.payouts.authorization import nonce_of
from ledger.payouts.models import Payout, RelayerAttempt, RelayerTransaction
from ledger.payouts.signers.wallet import WalletSignature
from ledger.payouts.states import PayoutState

from .support import (
    DOLLAR,
    assert_given_back,
    assert_paid_once,
    earnings,
    fresh,
    set_aside,
    staff,
    state_of,
)


def test_by_the_key(town):
    payout = town.requested()
    assert (set_aside(payout), earnings(payout)) == (5 * DOLLAR, 95 * DOLLAR)
    town.advance()
    assert state_of(payout) == "requested"
    actions.approve_payout(staff=staff(), public_id=payout.public_id)
    town.advance()
    found = fresh(payout)
    assert (found.state, found.signed_by) == ("broadcast", "key")
    assert found.nonce == nonce_of(found.public_id)
    town.advance()
    found = fresh(payout)
    assert found.state == "included"
    assert found.tx_hash == RelayerAttempt.objects.get().tx_hash
    town.mine()
    town.advance()
    assert state_of(payout) == "included"  # one confirmation is not two
    town.mine()
    town.advance()
    assert_paid_once(town, payout)
    assert fresh(payout).final_at
    town.mine(3)
    town.advance(2)
    assert RelayerTransaction.objects.filter(settled_at=None).count() == 0
    assert queries.relayer_problem() == ""


def test_by_the_treasurys_wallet_in_a_batch(by_hand):
    town = by_hand
    payouts = [town.approved() for _ in range(3)]
    town.advance()
    assert {state_of(p) for p in payouts} == {"approved"}
    signed = town.sign_all(*payouts)
    wrong = replace(signed[1], signature=signed[2].signature)
    results = actions.sign_with_wallet(staff=staff(), signed=[signed[0], wrong, signed[2]])
    assert [result.ok for result in results] == [True, False, True]
    assert results[1].problem == "This is not the treasury's signature of this payout."
    town.finish()
    assert_paid_once(town, payouts[0], payouts[2])
    assert state_of(payouts[1]) == "approved"
    (again,) = actions.sign_with_wallet(staff=staff(), signed=[signed[1]])
    assert again.ok
    town.finish()
    assert_paid_once(town, *payouts)


def test_a_signature_for_longer_than_was_handed_out_or_by_others(by_hand):
    town = by_hand
    payout = town.approved()
    (asked,) = actions.prepare_for_wallet(staff=staff(), public_ids=[payout.public_id])

    def problem(valid_before, signature):
        one = WalletSignature(payout.public_id, valid_before, signature)
        return actions.sign_with_wallet(staff=staff(), signed=[one])[0].problem

    longer = {**asked.typed_data, "message": {**asked.typed_data["message"], "validBefore": str(2**40)}}
    assert "not what was handed out" in problem(2**40, town.sign(longer))
    assert "not the treasury's" in problem(asked.valid_before, town.sign(asked.typed_data, Account.create()))
    good = town.sign(asked.typed_data)
    r, s, v = int(good[2:66], 16), int(good[66:130], 16), int(good[130:], 16)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    other_form = f"0x{r:064x}{order - s:064x}{55 - v:02x}"
    for wrong in ("0x", "", "0x00", "x", good[:-2], good + "00", "0x" + "0" * 130, other_form):
        assert "not the treasury's" in problem(asked.valid_before, wrong), wrong
    assert state_of(payout) == "approved"
    assert problem(asked.valid_before, good) == ""


def test_a_treasury_that_is_a_contract(by_hand, settings, chain):
    town = by_hand
    owner = town.treasury
    wallet = chain.deploy("testing/ContractWallet", owner.address)
    settings.CHAIN = replace(settings.CHAIN, treasury=wallet.address)
    town.fund(10 * DOLLAR, wallet.address)
    payout = town.approved()
    signed = town.sign_all(payout)
    (by_another,) = town.sign_all(payout)
    by_another = replace(by_another, signature="0x" + "11" * 65)
    assert not actions.sign_with_wallet(staff=staff(), signed=[by_another])[0].ok
    assert actions.sign_with_wallet(staff=staff(), signed=signed)[0].ok
    town.finish()
    assert_paid_once(town, payout)
    assert town.balance(wallet.address) == 5 * DOLLAR


def test_four_eyes_above_the_threshold(town, settings):
    settings.MONEY = replace(settings.MONEY, four_eyes_micros=5 * DOLLAR)
    small, large = town.requested(5 * DOLLAR), town.requested(5 * DOLLAR + 1)
    assert (queries.approvals_needed(small), queries.approvals_needed(large)) == (1, 2)
    alice, bob = staff(), staff()
    actions.approve_payout(staff=alice, public_id=small.public_id)
    actions.approve_payout(staff=alice, public_id=large.public_id, note="looks right")
    assert (state_of(small), state_of(large)) == ("approved", "requested")
    with pytest.raises(Conflict, match="already"):
        actions.approve_payout(staff=alice, public_id=large.public_id)
    assert state_of(large) == "requested"
    actions.approve_payout(staff=bob, public_id=large.public_id)
    assert state_of(large) == "approved"
    assert [one.staff_id for one in queries.approvals_of(large)] == [alice.pk, bob.pk]
    with pytest.raises(Conflict):
        actions.approve_payout(staff=staff(), public_id=large.public_id)
    entries = AuditEntry.objects.filter(subject=large.public_id, action="payout.approve")
    assert {entry.actor_id for entry in entries} == {alice.pk, bob.pk}


def test_nobody_approves_their_own(town):
    charlie = town.earner()
    payout = town.requested(user=charlie)
    with pytest.raises(Forbidden):
        actions.approve_payout(staff=charlie, public_id=payout.public_id)
    assert state_of(payout) == "requested"


def test_rejected_before_it_was_signed(town):
    for payout in (town.requested(), town.approved()):
        with pytest.raises(BadInput):
            actions.reject_payout(staff=staff(), public_id=payout.public_id, note=" ")
        actions.reject_payout(staff=staff(), public_id=payout.public_id, note="It looks like a mistake.")
        assert_given_back(town, payout)
        assert earnings(payout) == 100 * DOLLAR
        assert fresh(payout).problem == "It looks like a mistake."
        with pytest.raises(Conflict):
            actions.reject_payout(staff=staff(), public_id=payout.public_id, note="again")
    town.finish()
    assert Payout.objects.exclude(state="failed").count() == 0


def test_handed_to_a_signer_it_cannot_go_back_until_that_ended(by_hand):
    """The signature may exist though we never saw it."""
    town = by_hand
    payout = town.approved()
    (signed,) = town.sign_all(payout)
    for refused in (actions.reject_payout, actions.fail_payout):
        with pytest.raises(Conflict, match="can still pay it"):
            refused(staff=staff(), public_id=payout.public_id, note="no")
    with pytest.raises(Conflict, match="can still pay it"):
        actions.start_safe_batch(staff=staff(), public_ids=[payout.public_id])
    town.hand_in(payout, signed.valid_before, signed.signature)
    with pytest.raises(Conflict, match="has paid"):
        actions.reject_payout(staff=staff(), public_id=payout.public_id, note="no")
    town.finish()
    assert_paid_once(town, payout)


def test_handed_to_a_signer_it_goes_back_when_that_ended(by_hand):
    town = by_hand
    payout = town.approved()
    (signed,) = town.sign_all(payout)
    town.pass_time(3_700)
    with pytest.raises(Conflict, match="can still pay it"):  # not yet with enough confirmations
        actions.reject_payout(staff=staff(), public_id=payout.public_id, note="no")
    town.mine(2)
    actions.reject_payout(staff=staff(), public_id=payout.public_id, note="no")
    assert_given_back(town, payout)
    town.hand_in(payout, signed.valid_before, signed.signature, status=0)


def test_the_daily_limit_of_the_key(town, settings):
    settings.MONEY = replace(settings.MONEY, signer_daily_micros=12 * DOLLAR)
    payouts = [town.approved() for _ in range(3)]
    town.finish()
    assert_paid_once(town, *payouts[:2])
    waiting = fresh(payouts[2])
    assert waiting.state == "approved"
    assert "limit of $12.00 a day" in waiting.problem
    assert queries.key_signed_today() == 10 * DOLLAR
    assert actions.sign_with_wallet(staff=staff(), signed=town.sign_all(waiting))[0].ok
    town.finish()
    assert_paid_once(town, *payouts)


def test_a_key_that_is_not_the_treasurys_signs_nothing(town, settings):
    settings.MONEY = replace(settings.MONEY, signer_key="0x" + "42" * 32)
    payout = town.approved()
    town.finish()
    assert state_of(payout) == "approved"
    assert "TREASURY_SIGNER_KEY is not the key of the treasury" in queries.relayer_problem()
    assert "42" * 32 not in queries.relayer_problem()


def test_another_treasury_in_the_settings(town, settings):
    """The same nonce could be used once more by it."""
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    assert state_of(payout) == "broadcast"
    other = Account.create()
    before = settings.CHAIN
    settings.CHAIN = replace(before, treasury=other.address)
    town.advance()
    found = fresh(payout)
    assert (found.state, "another chain, token or treasury" in found.problem) == ("broadcast", True)
    with pytest.raises(Conflict):
        actions.fail_payout(staff=staff(), public_id=payout.public_id, note="no")
    settings.CHAIN = before
    town.mine()
    town.finish()
    assert_paid_once(town, payout)


def test_open_payouts_by_state(town):
    town.requested()
    town.approved(7 * DOLLAR)
    tallies = queries.open_by_state()
    assert (tallies[PayoutState.REQUESTED].count, tallies[PayoutState.APPROVED].amount_micros) == (
        1,
        7 * DOLLAR,
    )
    assert tallies[PayoutState.SIGNED].count == 0
