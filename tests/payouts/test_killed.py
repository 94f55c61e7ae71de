"""kill -9 of the settlement process at every step of a payout: each payee is paid exactly once.

A process of its own runs the real round on the same database and chain, and dies at the step. Then a normal round,
as the restarted process does it, goes on.
"""

import pytest

from ledger.payouts.models import Payout, RelayerTransaction

from .die_at import STEPS, die_at
from .support import DOLLAR, Town, assert_paid_once, state_of

IN_THE_FIRST_ROUND = ("prepare", "accept", "allocate_nonce", "store_attempt", "broadcast")


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_every_step(town: Town, step: str) -> None:
    """Before it, and after it; one town for both, because it takes as long as they do to be made."""
    paid = killed(town, "before", step)
    paid += killed(town, "after", step)
    assert_paid_once(town, *paid)
    assert town.balance(town.treasury.address) == 1_000 * DOLLAR - 5 * DOLLAR * len(paid)
    used = town.chain.web3.eth.get_transaction_count(town.relayer.address)
    assert RelayerTransaction.objects.count() == used == len(paid)


def killed(town: Town, when: str, step: str) -> list[Payout]:
    """Payouts that were paid though the process died."""
    payouts = [town.approved() for _ in range(2)]
    if step not in IN_THE_FIRST_ROUND:
        town.advance()
    if step == "post_final":
        town.mine(2)
        town.advance()
        town.mine(2)
        # the first ones may be final already: this one is not
        payouts.append(town.approved())
        town.advance(2)
        town.mine(2)
    assert die_at(when, step), (when, step)
    town.finish()
    assert_paid_once(town, *payouts)
    return payouts


def test_killed_again_and_again(town: Town) -> None:
    """At each step in turn, on one payout."""
    payout = town.approved()
    died = 0
    for step in STEPS:
        town.mine()
        died += die_at("before", step)
        died += die_at("after", step)
    assert died >= 8
    town.finish()
    assert_paid_once(town, payout)
    assert state_of(payout) == "final"
