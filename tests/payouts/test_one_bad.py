"""One bad payout, and one bad moment of the node, stop nobody else."""

from dataclasses import replace
from itertools import count
from types import SimpleNamespace

from eth_account import Account

from ledger.payouts import actions, advance, queries, relayer
from ledger.payouts.models import Payout, RelayerAttempt, RelayerTransaction
from tests.chain.nodes import node
from tests.contracts.support import ETHER

from .nodes import between, refusing_logs
from .support import DOLLAR, assert_paid_once, fresh, staff, state_of
from .test_relayer import later

__all__ = ["later"]

SENT = {"broadcast", "included"}
"""The dev chain has mined it by the second look, or not yet."""


def test_those_that_cannot_be_looked_for_do_not_keep_the_others(by_hand, settings):
    """Somebody else has sent them, and the node answers no search."""
    town, right = by_hand, settings.CHAIN
    bad = [town.approved() for _ in range(advance.MAX_FAILURES)]
    for payout, signed in zip(bad, town.sign_all(*bad), strict=True):
        town.hand_in(payout, signed.valid_before, signed.signature)
    good = town.approved()
    actions.sign_with_wallet(staff=staff(), signed=town.sign_all(good))
    with node(between(right.rpc_url, refusing_logs)) as url:
        settings.CHAIN = replace(right, rpc_url=url)
        town.advance(8)
        assert_paid_once(town, good)
        assert {state_of(p) for p in bad} == {"approved"}
    settings.CHAIN = right
    town.finish()
    assert_paid_once(town, *bad)


def test_those_behind_a_slow_one_have_their_turn(town, monkeypatch):
    """A round that has no time for all goes on behind the last one."""
    payouts = [town.approved() for _ in range(3)]
    now = count()
    monkeypatch.setattr(advance, "time", SimpleNamespace(monotonic=lambda: next(now)))
    monkeypatch.setattr(advance, "ROUND_S", 1.5)  # it looks at the clock once before each
    town.advance()
    *waiting, sent = sorted(state_of(p) for p in payouts)
    assert waiting == ["approved", "approved"]
    assert sent in SENT
    town.advance(2)
    assert {state_of(p) for p in payouts} <= SENT


def test_a_row_that_nobody_thought_of_stops_no_other(town, settings):
    money = settings.MONEY
    settings.MONEY = replace(money, relayer_key="")
    payouts = [town.approved() for _ in range(3)]
    town.advance()
    Payout.objects.filter(pk=payouts[0].pk).update(signature="0x11")
    settings.MONEY = money
    town.finish()
    assert_paid_once(town, *payouts[1:])
    assert state_of(payouts[0]) == "signed"
    assert payouts[0].public_id in queries.relayer_problem()


def test_a_relayer_in_trouble_keeps_nothing_from_being_final(town, settings, later):
    """USDC reverts what it should answer, while the fees of another one are to be raised."""
    right, done = settings.CHAIN, town.approved()
    town.advance()
    town.advance()
    assert state_of(done) == "included"
    town.chain.rpc("evm_setAutomine", False)
    waiting = town.approved()
    town.advance()
    assert state_of(waiting) == "broadcast"
    town.chain.rpc("anvil_dropTransaction", RelayerAttempt.objects.latest("id").tx_hash)
    town.mine(3)
    later(61)

    def reverting(call):
        return (
            {"error": {"code": 3, "message": "execution reverted", "data": "0x"}}
            if call["method"] == "eth_call"
            else None
        )

    with node(between(right.rpc_url, reverting)) as url:
        settings.CHAIN = replace(right, rpc_url=url)
        town.advance()
        assert state_of(done) == "final"
        assert "does not answer as USDC does" in queries.relayer_problem()


def test_one_that_the_key_may_not_sign_takes_no_funds_from_the_others(town, settings):
    settings.MONEY = replace(settings.MONEY, signer_daily_micros=500 * DOLLAR)
    large, small = town.approved(600 * DOLLAR), town.approved(450 * DOLLAR)
    town.advance()
    assert "more than the key signs in a day ($500.00)" in fresh(large).problem
    town.finish()
    assert_paid_once(town, small)
    assert state_of(large) == "approved"


def test_a_limit_of_nothing_turns_the_key_off(town, settings):
    settings.MONEY = replace(settings.MONEY, signer_daily_micros=0)
    payout = town.approved()
    town.finish()
    found = fresh(payout)
    assert (found.state, found.authorized_until) == ("approved", None)
    assert "The configured key is off" in found.problem
    assert actions.sign_with_wallet(staff=staff(), signed=town.sign_all(found))[0].ok
    town.finish()
    assert_paid_once(town, payout)


def test_what_is_in_a_block_needs_no_more_ether(town, settings):
    """Only what still waits is to be paid for, however many are not final yet."""
    settings.CHAIN = replace(settings.CHAIN, confirmations=40)
    offered = relayer.fees.market(*relayer_fees(town))
    town.chain.rpc("anvil_setBalance", town.relayer.address, hex(offered.max_wei * 110_000 * 4))
    payouts = []
    for _ in range(4):
        payouts.append(town.approved())
        town.advance()
    assert [state_of(p) for p in payouts] == ["included"] * 3 + ["broadcast"], queries.relayer_problem()


def relayer_fees(town):
    eth = town.chain.web3.eth
    return int(eth.get_block("latest")["baseFeePerGas"]), int(eth.max_priority_fee)


def test_a_chain_that_has_become_dearer_for_good_is_paid(town, later):
    """Everything that may be offered by raising was offered: what the market asks is offered still."""
    payout = town.approved()
    town.chain.rpc("evm_setAutomine", False)
    town.advance()
    for _ in range(relayer.MAX_ATTEMPTS):
        later(61)
        town.advance()
    assert RelayerAttempt.objects.count() == relayer.MAX_ATTEMPTS
    dearer = RelayerAttempt.objects.latest("id").max_fee_wei * 4
    try:
        town.chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(dearer))
        town.mine()
        assert state_of(payout) == "broadcast"
        later(61)
        town.advance()
        town.chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(dearer))
        town.mine()
        town.finish()
        assert_paid_once(town, payout)
        assert RelayerTransaction.objects.count() == 1
    finally:
        town.chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**9))
        town.mine()
    assert town.chain.web3.eth.get_balance(town.relayer.address) < 100 * ETHER


def test_what_another_treasury_has_signed_takes_no_funds_from_this_one(town, settings):
    settings.MONEY = replace(settings.MONEY, relayer_key="")
    old = town.approved(400 * DOLLAR)
    town.advance()
    assert state_of(old) == "signed"
    other = Account.create()
    settings.CHAIN = replace(settings.CHAIN, treasury=other.address)
    settings.MONEY = replace(settings.MONEY, signer_key="0x" + bytes(other.key).hex())
    town.fund(300 * DOLLAR, other.address)
    new = town.approved(200 * DOLLAR)
    town.advance()
    assert (state_of(new), fresh(new).problem) == ("signed", "")
