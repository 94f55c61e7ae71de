"""What every way of signing can do. Whoever goes on with a payout asks its signer, and knows none by name."""

from typing import Protocol

from ashao_site.chain.answers import Receipt
from ashao_site.chain.view import ChainView
from ledger.payouts.evidence import payment_in
from ledger.payouts.models import Payout
from ledger.payouts.moves import NOT_INCLUDED, move, note_problem
from ledger.payouts.states import PayoutState, SignedBy


class Signer(Protocol):
    """One way of signing. What it is handed, and hands back, is its own: `prepare` and `accept` of each say what.

    `prepare` writes down, before anything leaves this process, until when the chain may pay what is handed out.
    `accept` keeps what the signer made of it, once it is found to be right.
    """

    way: SignedBy
    is_relayed: bool
    """Whether it makes an authorization, which the relayer hands in."""

    def pays(self, receipt: Receipt, payout: Payout) -> bool:
        """Whether this transaction has the very event that is noted as the payout's payment."""
        ...

    def take_back(self, payout: Payout) -> None:
        """The block that paid it is no longer part of the chain: back to where it was before."""
        ...

    def require_put_aside(self, payout: Payout) -> None:
        """Raise `Conflict` while staff must get a signed payout back from the signer before anything else."""
        ...

    def has_ended(self, view: ChainView, payout: Payout, reason: str) -> None:
        """What it made can never be executed any more, and that is no reason to fail the payout: sign it again?"""
        ...


class AuthorizationSigner:
    """What those share that sign an EIP-3009 authorization: it carries the payout's own nonce, which pays once."""

    is_relayed = True

    def pays(self, receipt: Receipt, payout: Payout) -> bool:
        """By its nonce, and right after that its transfer."""
        paid = payment_in(receipt, payout)
        return paid is not None and paid.log_index == payout.log_index

    def take_back(self, payout: Payout) -> None:
        """What we sent is sent again; what others executed, and never came back to us, is awaited."""
        move(payout, PayoutState.BROADCAST if payout.signature else PayoutState.APPROVED, **NOT_INCLUDED)

    def require_put_aside(self, payout: Payout) -> None:
        """Nothing has to be: another authorization has the same nonce."""

    def has_ended(self, view: ChainView, payout: Payout, reason: str) -> None:
        """People decide."""
        note_problem(payout, f"{reason} Retry it to have it signed again.")
