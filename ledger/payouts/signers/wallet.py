"""The treasury's own wallet signs in the admin: the server then holds no key that can move funds.

Before any signer gets to see what it signs, the payout's row says until when that can be used (`authorize`). From
then on the money goes nowhere else until the chain is known to be past it, whatever became of the signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.chain.view import ChainView, view_chain
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict, NotFound
from ledger.payouts.authorization import end_of_authorization, is_treasurys, typed_data
from ledger.payouts.models import Payout
from ledger.payouts.moves import authorize, changed_meanwhile, is_bound_to, move, record_decision
from ledger.payouts.queries import check_batch, chosen_payouts, payout_of
from ledger.payouts.signers.base import AuthorizationSigner
from ledger.payouts.signers.funds import Funds, problem_before_signing
from ledger.payouts.states import PayoutState, SignedBy

LEAST_VALID_S = 30
"""An authorization that ends sooner is not worth sending."""


@dataclass(frozen=True)
class SigningRequest:
    """What the treasury's wallet is asked to sign for one payout: `typed_data` goes to eth_signTypedData_v4."""

    public_id: str
    valid_before: int
    typed_data: dict[str, Any]


@dataclass(frozen=True)
class WalletSignature:
    """What the treasury's wallet made of one `SigningRequest`. `signature` is 0x and hex."""

    public_id: str
    valid_before: int
    signature: str


@dataclass(frozen=True)
class SigningResult:
    """Whether one payout of a batch is signed now; `problem` says why not, in a sentence."""

    public_id: str
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is signed."""
        return not self.problem


class WalletSigner(AuthorizationSigner):
    """Hands out what a wallet signs, and takes what it has signed."""

    way = SignedBy.WALLET

    def prepare(self, view: ChainView, payout: Payout, *, staff: User) -> SigningRequest | None:
        """What the wallet is to sign for an approved payout; None if it was changed meanwhile."""
        until = end_of_authorization(view)
        data = typed_data(payout, valid_before=until)
        with transaction.atomic():
            if not authorize(payout, until=until, view=view):
                return None
            audit(actor=staff, action="payout.offer", subject=payout.public_id)
        return SigningRequest(payout.public_id, until, data)

    def accept(self, view: ChainView, payout: Payout, signed: WalletSignature, *, staff: User) -> None:
        """Keep what the wallet has signed. Raises `Conflict` and `BadInput` where it is not what was handed out."""
        if not payout.payer or not is_bound_to(payout, view.config):
            raise Conflict("This payout was not prepared for signing here.")
        if (payout.authorized_until or 0) < signed.valid_before:
            raise Conflict("What was signed is not what was handed out. Please prepare it again.")
        if signed.valid_before < max(int(clock.now().timestamp()), view.latest.timestamp) + LEAST_VALID_S:
            raise Conflict("What was signed has ended. Please prepare it again.")
        if not is_treasurys(view, payout, valid_before=signed.valid_before, signature=signed.signature):
            raise BadInput("This is not the treasury's signature of this payout.")
        with transaction.atomic():
            kept = move(
                payout,
                PayoutState.SIGNED,
                signed_by=self.way,
                signed_at=clock.now(),
                valid_before=signed.valid_before,
                signature=signed.signature,
            )
            if not kept:
                raise changed_meanwhile()
            record_decision(staff, payout, "sign", "by the treasury's wallet")


WALLET = WalletSigner()


def prepare_for_wallet(*, staff: User, public_ids: Sequence[str]) -> list[SigningRequest]:
    """What the treasury's wallet is to sign, for those of these payouts that can be signed now.

    A payout whose payee is blocked fails here, alone; one that the treasury cannot pay waits. Raises
    `ChainUnavailable`, and `BadInput` for too many.
    """
    payouts = chosen_payouts(public_ids)
    view = view_chain()
    funds = Funds.of(view)
    offered = []
    for payout in payouts:
        if payout.state != PayoutState.APPROVED or problem_before_signing(view, payout, funds):
            continue
        request = WALLET.prepare(view, payout, staff=staff)
        if request is not None:
            offered.append(request)
    return offered


def sign_with_wallet(*, staff: User, signed: Sequence[WalletSignature]) -> list[SigningResult]:
    """Take what the treasury's wallet has signed; each is judged alone. Raises `ChainUnavailable`."""
    check_batch([one.public_id for one in signed])
    results = []
    for one in signed:
        try:
            _sign_one(staff, one)
            results.append(SigningResult(one.public_id))
        except (Conflict, BadInput, NotFound) as error:
            results.append(SigningResult(one.public_id, error.message))
    return results


def _sign_one(staff: User, signed: WalletSignature) -> None:
    payout = payout_of(signed.public_id)
    if payout.state != PayoutState.APPROVED:
        raise Conflict(f"This payout is {payout.state}, not approved.")
    WALLET.accept(view_chain(), payout, signed, staff=staff)
