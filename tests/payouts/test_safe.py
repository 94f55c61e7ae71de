"""The Safe: plain transfers, recorded by the events that paid, each of them once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from eth_account import Account

from ashao_site.accounts.audit import AuditEntry
from ashao_site.chain import view
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict
from ledger.payouts import actions, evidence
from ledger.payouts.models import Payout, PayoutDecision
from tests.contracts.support import ETHER

from .support import DOLLAR, assert_given_back, assert_paid_once, fresh, staff, state_of


@pytest.fixture
def safe(by_hand):
    """A treasury that sends plain transfers. (Here an account of its own; a Safe's transfers leave the same events.)"""
    by_hand.chain.rpc("anvil_setBalance", by_hand.treasury.address, hex(ETHER))
    return by_hand


def execute(town, payout):
    sent = town.chain.send(town.treasury, town.usdc.functions.transfer(payout.wallet, payout.amount_micros))
    return "0x" + bytes(sent["transactionHash"]).hex()


def ids(*payouts):
    return [payout.public_id for payout in payouts]


def started(town, *payouts):
    return actions.start_safe_batch(staff=staff(), public_ids=ids(*payouts))


def test_executed_and_recorded(safe):
    payout = safe.approved()
    started(safe, payout)
    assert (state_of(payout), fresh(payout).signed_by) == ("signed", "safe")
    safe.finish()
    assert state_of(payout) == "signed"  # it waits for people
    tx_hash = execute(safe, payout)
    actions.record_safe_execution(staff=staff(), public_ids=ids(payout), tx_hash=tx_hash)
    assert (state_of(payout), fresh(payout).tx_hash) == ("included", tx_hash)
    safe.finish()
    assert_paid_once(safe, payout)
    actions_of = set(AuditEntry.objects.filter(subject=payout.public_id).values_list("action", flat=True))
    assert {"payout.approve", "payout.safe_started", "payout.safe_executed"} <= actions_of
    assert PayoutDecision.objects.filter(payout=payout, decision="sign").count() == 2


def test_one_event_pays_one_payout(safe):
    """Two payouts of one person, of the same amount."""
    user = safe.earner()
    first, second = safe.approved(user=user), safe.approved(user=user)
    started(safe, first, second)
    tx_hash = execute(safe, first)
    with pytest.raises(Conflict, match="no transfer of"):
        actions.record_safe_execution(staff=staff(), public_ids=ids(first, second), tx_hash=tx_hash)
    assert {state_of(first), state_of(second)} == {"signed"}
    actions.record_safe_execution(staff=staff(), public_ids=ids(first), tx_hash=tx_hash)
    with pytest.raises(Conflict):
        actions.record_safe_execution(staff=staff(), public_ids=ids(second), tx_hash=tx_hash)
    safe.finish()
    assert (state_of(first), state_of(second)) == ("final", "signed")


def test_what_an_authorization_paid_is_no_execution(safe):
    """The same wallet and amount, but the event belongs to a payout that is on its own way."""
    user = safe.earner()
    by_file, by_wallet = safe.approved(user=user), safe.approved(user=user)
    started(safe, by_file)
    (signed,) = safe.sign_all(by_wallet)
    receipt = safe.hand_in(by_wallet, signed.valid_before, signed.signature)
    tx_hash = "0x" + bytes(receipt["transactionHash"]).hex()
    with pytest.raises(Conflict, match="no transfer of"):
        actions.record_safe_execution(staff=staff(), public_ids=ids(by_file), tx_hash=tx_hash)


def test_hashes_that_paid_nothing(safe):
    payout, other = safe.approved(), safe.approved(6 * DOLLAR)
    started(safe, payout, other)

    def refused(tx_hash, error, match):
        with pytest.raises(error, match=match):
            actions.record_safe_execution(staff=staff(), public_ids=ids(payout), tx_hash=tx_hash)

    for wrong in ("", "0x", "x", "0x" + "g" * 64, "0x" + "0" * 65):
        refused(wrong, BadInput, "hash")
    refused("0x" + "0" * 64, Conflict, "does not know")
    refused(execute(safe, other), Conflict, "no transfer of")
    failed = safe.chain.send(safe.treasury, safe.usdc.functions.transfer(payout.wallet, 10**15), status=0)
    refused("0x" + bytes(failed["transactionHash"]).hex(), Conflict, "refused")
    assert state_of(payout) == "signed"


def test_a_transaction_from_before_the_file(safe, monkeypatch):
    payout = safe.approved()
    old = execute(safe, payout)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=2))
    started(safe, payout)
    with pytest.raises(Conflict, match="older than the file"):
        actions.record_safe_execution(staff=staff(), public_ids=ids(payout), tx_hash=old)


def test_given_to_a_safe_nothing_else_signs_or_fails_it(safe):
    payout = safe.approved()
    (signed,) = safe.sign_all(safe.approved())
    started(safe, payout)
    assert actions.prepare_for_wallet(staff=staff(), public_ids=ids(payout)) == []
    one = type(signed)(payout.public_id, signed.valid_before, signed.signature)
    assert not actions.sign_with_wallet(staff=staff(), signed=[one])[0].ok
    for refused in (actions.reject_payout, actions.fail_payout, actions.retry_payout):
        with pytest.raises(Conflict):
            refused(staff=staff(), public_id=payout.public_id, note="no")
    assert state_of(payout) == "signed"


def test_abandoned(safe):
    payout = safe.approved()
    started(safe, payout)
    with pytest.raises(BadInput):
        actions.abandon_safe_batch(staff=staff(), public_ids=ids(payout), note="")
    actions.abandon_safe_batch(staff=staff(), public_ids=ids(payout), note="the owners were away")
    assert state_of(payout) == "approved"
    actions.reject_payout(staff=staff(), public_id=payout.public_id, note="not today")
    assert_given_back(safe, payout)


def test_what_was_executed_cannot_be_abandoned(safe):
    payout = safe.approved()
    started(safe, payout)
    execute(safe, payout)
    with pytest.raises(Conflict, match="looks like the file's execution"):
        actions.abandon_safe_batch(staff=staff(), public_ids=ids(payout), note="never executed")
    assert state_of(payout) == "signed"


def test_a_reorganisation_takes_an_execution_back(safe):
    payout = safe.approved()
    started(safe, payout)
    tx_hash = execute(safe, payout)
    actions.record_safe_execution(staff=staff(), public_ids=ids(payout), tx_hash=tx_hash)
    safe.chain.rpc("anvil_reorg", 1, [])
    safe.chain.nonces.pop(safe.treasury.address)
    safe.advance()
    assert (state_of(payout), fresh(payout).tx_hash) == ("signed", "")
    again = execute(safe, payout)
    actions.record_safe_execution(staff=staff(), public_ids=ids(payout), tx_hash=again)
    safe.finish()
    assert_paid_once(safe, payout)


def test_a_blocked_payee_is_left_out_of_the_file(safe):
    payouts = [safe.approved() for _ in range(2)]
    safe.blacklist(payouts[0].wallet)
    assert [p.public_id for p in started(safe, *payouts)] == ids(payouts[1])
    assert_given_back(safe, payouts[0])


def test_all_of_a_file_or_nothing(safe):
    good, not_approved = safe.approved(), safe.requested()
    with pytest.raises(Conflict):
        started(safe, good, not_approved)
    assert state_of(good) == "approved"
    with pytest.raises(BadInput):
        started(safe)
    with pytest.raises(BadInput):
        started(safe, good, good)


def test_what_was_executed_long_after_the_file_was_made_cannot_be_abandoned(safe, monkeypatch):
    """The chain has gone on further than is searched at once: the search goes on the next time."""
    monkeypatch.setattr(view, "MAX_LOG_WINDOWS", 2)
    monkeypatch.setattr(view, "LOG_WINDOW_BLOCKS", 10)
    payout = safe.approved()
    started(safe, payout)
    safe.mine(25)
    execute(safe, payout)
    with pytest.raises(Conflict, match="searched up to block"):
        actions.abandon_safe_batch(staff=staff(), public_ids=ids(payout), note="never executed")
    with pytest.raises(Conflict, match="looks like the file's execution"):
        actions.abandon_safe_batch(staff=staff(), public_ids=ids(payout), note="never executed")
    assert state_of(payout) == "signed"


def test_a_long_search_for_a_file_comes_to_its_end(safe, monkeypatch):
    monkeypatch.setattr(view, "MAX_LOG_WINDOWS", 2)
    monkeypatch.setattr(view, "LOG_WINDOW_BLOCKS", 10)
    payouts = [safe.approved() for _ in range(2)]
    started(safe, *payouts)
    safe.mine(45)
    for _ in range(2):
        with pytest.raises(Conflict, match="searched up to block"):
            actions.abandon_safe_batch(staff=staff(), public_ids=ids(*payouts), note="away")
    actions.abandon_safe_batch(staff=staff(), public_ids=ids(*payouts), note="away")
    assert {state_of(p) for p in payouts} == {"approved"}


def test_with_another_treasury_in_the_settings_nothing_is_abandoned(safe, settings):
    """Asked about another treasury, or on another chain, nobody would find the execution."""
    payout = safe.approved()
    started(safe, payout)
    execute(safe, payout)
    settings.CHAIN = replace(settings.CHAIN, treasury=Account.create().address)
    with pytest.raises(Conflict, match="another chain, token or treasury"):
        actions.abandon_safe_batch(staff=staff(), public_ids=ids(payout), note="never executed")
    assert state_of(payout) == "signed"


def test_with_another_token_in_the_settings_nothing_is_abandoned(safe, settings, chain):
    payout = safe.approved()
    started(safe, payout)
    execute(safe, payout)
    settings.CHAIN = replace(settings.CHAIN, usdc=chain.deploy("AshaoToken", safe.treasury.address).address)
    with pytest.raises(Conflict, match="another chain, token or treasury"):
        actions.abandon_safe_batch(staff=staff(), public_ids=ids(payout), note="never executed")


def test_a_spent_nonce_is_still_found_after_a_safe_had_it(safe, monkeypatch):
    """Its authorization's nonce paid somebody else, a file was made and abandoned: the money can still go back."""
    monkeypatch.setattr(evidence, "DEEPEST_REORG_BLOCKS", 0)
    payout = safe.approved()
    (asked,) = actions.prepare_for_wallet(staff=staff(), public_ids=ids(payout))
    thief = Account.create().address
    other = {**asked.typed_data, "message": {**asked.typed_data["message"], "to": thief}}
    stolen = Payout(wallet=thief, amount_micros=payout.amount_micros, nonce=payout.nonce)
    safe.hand_in(stolen, asked.valid_before, safe.sign(other))
    safe.mine(5)
    started(safe, payout)
    safe.mine(5)
    actions.abandon_safe_batch(staff=staff(), public_ids=ids(payout), note="the owners were away")
    actions.fail_payout(staff=staff(), public_id=payout.public_id, note="we know")
    assert_given_back(safe, payout)
