"""Blocked payees, an empty treasury, cancelled authorizations, and nodes that are not what they should be."""

import time
from dataclasses import replace
from threading import Thread

import pytest
from django.db import connection
from eth_account import Account

from ashao_site.chain.client import ChainUnavailable
from ashao_site.lib.errors import Conflict
from ledger.payouts import actions, advance, authorization, queries
from ledger.payouts.models import Payout, RelayerTransaction
from tests.chain.nodes import LONG_S, SHORT_S, dead_url, node, result, say, silent_node
from tests.contracts.support import CANCEL, packed, sign

from .support import DOLLAR, assert_given_back, assert_paid_once, earnings, fresh, staff, state_of


def test_a_blocked_payee_fails_alone_before_it_is_signed(town):
    payouts = [town.approved() for _ in range(3)]
    town.blacklist(payouts[1].wallet)
    town.finish()
    assert_paid_once(town, payouts[0], payouts[2])
    assert_given_back(town, payouts[1])
    assert earnings(payouts[1]) == 100 * DOLLAR
    assert "blocked" in fresh(payouts[1]).problem


def test_a_blocked_payee_fails_alone_in_a_batch_for_the_wallet(by_hand):
    town = by_hand
    payouts = [town.approved() for _ in range(3)]
    town.blacklist(payouts[0].wallet)
    results = actions.sign_with_wallet(staff=staff(), signed=town.sign_all(*payouts))
    assert [result.public_id for result in results] == [p.public_id for p in payouts[1:]]
    town.finish()
    assert_given_back(town, payouts[0])
    assert_paid_once(town, *payouts[1:])


def test_a_payee_blocked_after_signing_waits_for_the_end_of_the_authorization(town, settings):
    money = settings.MONEY
    settings.MONEY = replace(money, relayer_key="")
    payouts = [town.approved() for _ in range(2)]
    town.advance()
    assert {state_of(p) for p in payouts} == {"signed"}
    town.blacklist(payouts[0].wallet)
    settings.MONEY = money
    town.finish()
    assert_paid_once(town, payouts[1])
    found = fresh(payouts[0])
    assert (found.state, "when its authorization has ended" in found.problem) == ("signed", True)
    with pytest.raises(Conflict, match="can still pay it"):
        actions.fail_payout(staff=staff(), public_id=found.public_id, note="blocked")
    town.pass_time(3_601)
    town.finish()
    assert_given_back(town, payouts[0])
    town.blacklist(payouts[0].wallet, off=True)
    town.hand_in(found, found.valid_before, found.signature, status=0)
    assert_given_back(town, payouts[0])


def test_a_payee_blocked_while_it_is_sent(town):
    """The chain refuses the transaction: gas is lost, the others are paid."""
    payouts = [town.approved() for _ in range(2)]
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    raw = town.usdc.functions.blacklist(payouts[0].wallet)
    sender = town.chain.role("blacklister")
    fields = {"to": raw.address, "data": raw._encode_transaction_data(), "gas": 100_000, "gasPrice": 10**12}
    nonce = town.chain.web3.eth.get_transaction_count(sender.address)
    signed = sender.sign_transaction({**fields, "nonce": nonce, "chainId": town.config.chain_id, "value": 0})
    town.chain.web3.eth.send_raw_transaction(signed.raw_transaction)
    town.chain.nonces.pop(sender.address, None)
    town.mine()
    town.chain.rpc("evm_setAutomine", True)
    town.advance()
    assert "refused its transaction" in fresh(payouts[0]).problem
    town.finish()
    assert_paid_once(town, payouts[1])
    assert state_of(payouts[0]) == "broadcast"
    town.blacklist(payouts[0].wallet, off=True)
    town.finish()
    assert_paid_once(town, *payouts)


def test_an_empty_treasury_waits(town):
    small, large = town.approved(5 * DOLLAR), town.approved(1_500 * DOLLAR)
    also = town.approved(6 * DOLLAR)
    town.finish()
    assert_paid_once(town, small, also)
    found = fresh(large)
    assert (found.state, found.problem) == ("approved", "The treasury has not enough USDC for this yet.")
    assert actions.prepare_for_wallet(staff=staff(), public_ids=[large.public_id]) == []
    town.fund(2_000 * DOLLAR)
    (asked,) = actions.prepare_for_wallet(staff=staff(), public_ids=[large.public_id])
    assert asked.public_id == large.public_id


def test_a_treasury_emptied_after_signing(town, settings):
    money = settings.MONEY
    settings.MONEY = replace(money, relayer_key="")
    payout = town.approved()
    town.advance()
    town.chain.rpc("anvil_setBalance", town.treasury.address, hex(10**18))
    town.chain.send(town.treasury, town.usdc.functions.transfer(Account.create().address, 999 * DOLLAR))
    settings.MONEY = money
    town.finish()
    found = fresh(payout)
    assert (found.state, found.problem) == ("signed", "The treasury has not enough USDC for this yet.")
    assert RelayerTransaction.objects.count() == 0
    town.fund(100 * DOLLAR)
    town.finish()
    assert_paid_once(town, payout)


def test_a_cancelled_authorization_gives_the_money_back(town, settings):
    settings.MONEY = replace(settings.MONEY, relayer_key="")
    payout = town.approved()
    town.advance()
    nonce = bytes.fromhex(payout.nonce[2:])
    signed = sign(
        town.usdc, town.treasury, "CancelAuthorization", CANCEL, [town.treasury.address, nonce], "2"
    )
    cancel = town.usdc.get_function_by_signature("cancelAuthorization(address,bytes32,bytes)")
    town.chain.send(town.chain.role("deployer"), cancel(town.treasury.address, nonce, packed(signed)))
    town.advance()
    assert state_of(payout) == "signed"  # not confirmed yet
    town.finish()
    assert_given_back(town, payout)
    assert "cancelled" in fresh(payout).problem


def test_the_nonce_used_for_another_payment_waits_for_staff(by_hand):
    town = by_hand
    payout = town.approved()
    (asked,) = actions.prepare_for_wallet(staff=staff(), public_ids=[payout.public_id])
    thief = Account.create().address
    other = {**asked.typed_data, "message": {**asked.typed_data["message"], "to": thief}}
    stolen = Payout(wallet=thief, amount_micros=payout.amount_micros, nonce=payout.nonce)
    town.hand_in(stolen, asked.valid_before, town.sign(other))
    town.finish()
    found = fresh(payout)
    assert (found.state, "used for another payment" in found.problem) == ("approved", True)
    actions.fail_payout(staff=staff(), public_id=payout.public_id, note="we know")
    assert_given_back(town, payout)


def everything_waits(town, url, sentence):
    """With such a node nothing moves, in a bounded time, and a sentence says why."""
    payouts = list(Payout.objects.values("pk", "state", "problem", "tx_hash").order_by("pk"))
    started = time.monotonic()
    advance.advance_payouts()
    assert time.monotonic() - started < 60
    assert list(Payout.objects.values("pk", "state", "problem", "tx_hash").order_by("pk")) == payouts
    said = queries.relayer_problem()
    assert sentence in said, said
    assert "hunter2" not in said


def test_nodes_that_are_not_what_they_should_be(town, settings):
    right = settings.CHAIN
    town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    town.approved()
    assert [p.state for p in Payout.objects.order_by("pk")] == ["broadcast", "approved"]

    def through(url, timeout_s=LONG_S):
        settings.CHAIN = replace(right, rpc_url=url, timeout_s=timeout_s)

    through(dead_url())
    everything_waits(town, "dead", "cannot be reached")
    with silent_node() as url:
        through(url, SHORT_S)
        everything_waits(town, url, "did not answer within 0.3 s")
    for answer in (
        say(b"<html>"),
        say(b"[]"),
        say(b"{}"),
        say(b"", 500),
        result(None),
        result("0x"),
        result([]),
    ):
        with node(answer) as url:
            through(url)
            everything_waits(town, url, "")
            assert queries.relayer_problem()
    with node(result("0x1")) as url:
        through(url)
        everything_waits(town, url, "has id 1, not")
    settings.CHAIN = right
    town.mine()
    town.chain.rpc("evm_setAutomine", True)
    town.finish()
    assert queries.relayer_problem() == ""
    assert_paid_once(town, *Payout.objects.all())


def test_a_node_that_says_zero_to_everything_gives_no_money_back(town, settings):
    """It says the right id and that nothing was ever used; its blocks make no sense."""
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    right = settings.CHAIN

    def answer(handler, call):
        value = hex(right.chain_id) if call["method"] == "eth_chainId" else "0x" + "0" * 64
        result(value)(handler, call)

    with node(answer) as url:
        settings.CHAIN = replace(right, rpc_url=url, timeout_s=LONG_S)
        everything_waits(town, url, "no chain's")
        with pytest.raises(ChainUnavailable):
            actions.fail_payout(staff=staff(), public_id=payout.public_id, note="no")
    settings.CHAIN = right
    town.mine()
    town.finish()
    assert_paid_once(town, payout)


def test_no_chain_at_all(town, settings):
    payout = town.approved()
    settings.CHAIN = None
    advance.advance_payouts()
    assert state_of(payout) == "approved"
    with pytest.raises(ChainUnavailable):
        actions.prepare_for_wallet(staff=staff(), public_ids=[payout.public_id])


def test_a_token_with_another_domain_is_not_signed_for(town, settings, chain):
    """What name() says and what is signed must be the same."""
    authorization._domain.cache_clear()
    usdc = chain.deploy("AshaoToken", town.treasury.address)
    settings.CHAIN = replace(settings.CHAIN, usdc=usdc.address)
    payout = town.approved()
    town.finish()
    assert state_of(payout) == "approved"
    assert queries.relayer_problem()


def test_two_processes_at_once_are_one(town, monkeypatch):
    payout = town.approved()
    asked = []
    real = advance._round

    def round_with_another():
        asked.append(1)
        return real()

    monkeypatch.setattr(advance, "_round", round_with_another)

    def run():
        advance.advance_payouts()
        connection.close()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    town.finish()
    assert_paid_once(town, payout)
    assert RelayerTransaction.objects.count() == 1


def test_more_than_fit_into_a_round_all_have_their_turn(town, monkeypatch):
    """Those that cannot go on do not keep the others from it."""
    monkeypatch.setattr(advance, "MAX_PAYOUTS", 2)
    stuck = [town.approved(2_000 * DOLLAR) for _ in range(3)]
    good = [town.approved() for _ in range(3)]
    town.advance(16)
    assert_paid_once(town, *good)
    assert {state_of(p) for p in stuck} == {"approved"}
