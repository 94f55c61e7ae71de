"""The life of a payout: its states and the one table of what may follow what. Pure.

requested → approved → signed → broadcast → included → final | failed. What was signed can be executed on the
chain by anybody until its authorization ends, so money goes back to the earner (`failed`) only from before the
signature, or once the chain can no longer accept it. Going back a step is always safe: a payout has one
authorization nonce for its whole life, and the chain takes each nonce once.
"""

from enum import StrEnum


class PayoutState(StrEnum):
    """Where a payout is."""

    REQUESTED = "requested"
    APPROVED = "approved"
    SIGNED = "signed"
    BROADCAST = "broadcast"
    INCLUDED = "included"
    FINAL = "final"
    FAILED = "failed"


class SignedBy(StrEnum):
    """The three ways of signing. A payout keeps to the one it was given until that is known not to have paid."""

    WALLET = "wallet"
    """The treasury's own wallet, in the admin."""
    KEY = "key"
    """The configured key, up to its daily limit."""
    SAFE = "safe"
    """A file for the Safe Transaction Builder: plain transfers, executed by the Safe's owners."""


NEXT: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.REQUESTED: frozenset({PayoutState.APPROVED, PayoutState.FAILED}),
    # To included: an authorization that was signed before, or handed in by somebody else, paid it.
    PayoutState.APPROVED: frozenset({PayoutState.SIGNED, PayoutState.INCLUDED, PayoutState.FAILED}),
    # Back to approved: the authorization has ended unused and another one, of the same nonce, is to be signed.
    PayoutState.SIGNED: frozenset(
        {PayoutState.BROADCAST, PayoutState.INCLUDED, PayoutState.APPROVED, PayoutState.FAILED}
    ),
    PayoutState.BROADCAST: frozenset(
        {PayoutState.INCLUDED, PayoutState.SIGNED, PayoutState.APPROVED, PayoutState.FAILED}
    ),
    # Back to broadcast (by a Safe: to signed; by what only somebody else had: to approved): the block it was in is
    # no longer part of the chain.
    PayoutState.INCLUDED: frozenset(
        {PayoutState.FINAL, PayoutState.BROADCAST, PayoutState.SIGNED, PayoutState.APPROVED}
    ),
    PayoutState.FINAL: frozenset(),
    PayoutState.FAILED: frozenset(),
}

OPEN = frozenset(PayoutState) - {PayoutState.FINAL, PayoutState.FAILED}
"""Those whose money is still set aside on `payout:<id>`."""


def sources_of(state: PayoutState) -> frozenset[PayoutState]:
    """The states from which `state` can be reached in one step."""
    return frozenset(source for source, targets in NEXT.items() if state in targets)


FINAL_KEY = "payout_final:"
"""The key of the ledger's transfer that ends a payout is this and the payout's public id."""
