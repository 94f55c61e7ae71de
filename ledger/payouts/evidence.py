"""What the chain says about a payout: paid, payable, or never payable again.

The three proofs that money may go back, each of them final:

- **ended**: at the latest block the nonce is unused, and a block that is `confirmations` deep is past the last
  second of every authorization that a signer was ever handed. Time does not go back on a chain, so no block
  after that one takes it; those before it will not change any more, and have not used it.
- **cancelled**: `AuthorizationCanceled` with its nonce, with enough confirmations.
- **spent**: its nonce was used for something that is not this payment, with enough confirmations.
"""

from dataclasses import dataclass
from enum import StrEnum

from ashao_site.chain.answers import Log, Receipt
from ashao_site.chain.logs import Question
from ashao_site.chain.notation import padded
from ashao_site.chain.usdc import AUTHORIZATION_CANCELED, AUTHORIZATION_USED, TRANSFERRED
from ashao_site.chain.view import ChainView
from ashao_site.lib.errors import Conflict
from ledger.payouts.models import Payout, RelayerAttempt
from ledger.payouts.moves import is_bound_to, note_searched, note_unpaid

DEEPEST_REORG_BLOCKS = 1_000
"""A payment is searched for that far before where it was known not to be: deeper than any confirmations."""
MAX_ATTEMPTS_ASKED = 16


class Proof(StrEnum):
    """Which of the three it is."""

    ENDED = "ended"
    CANCELLED = "cancelled"
    SPENT = "spent"


@dataclass(frozen=True)
class Payment:
    """The transaction that paid a payout, and where in it."""

    receipt: Receipt
    log_index: int


@dataclass(frozen=True)
class Unpayable:
    """The chain can never pay it; why, in a sentence."""

    reason: str
    proof: Proof


Evidence = Payment | Unpayable | None
"""None: neither. It may be paid at any moment."""


def look_for(view: ChainView, payout: Payout) -> Evidence:
    """What the chain says of a payout that a signer was handed. Bounded; a long search goes on the next time."""
    assert payout.authorized_until is not None
    nonce = bytes.fromhex(payout.nonce[2:])
    if not view.usdc.is_authorization_spent(payout.payer, nonce, at=view.latest.number):
        if view.settled.timestamp >= payout.authorized_until:
            return Unpayable("Its authorization ended before the chain took it.", Proof.ENDED)
        note_unpaid(payout, view.settled.number)
        return None
    for tx_hash in _attempts_of(payout):
        receipt = read_receipt(view, tx_hash)
        if receipt and (paid := payment_in(receipt, payout)):
            return paid
    use = _find_use(view, payout)
    return None if use is None else _judge(view, payout, use)


def require_unpayable(view: ChainView, payout: Payout) -> None:
    """Raise `Conflict` (still_payable) while the chain may pay it. One that no signer was ever handed it can't."""
    if payout.authorized_until is None:
        return
    if not is_bound_to(payout, view.config):
        raise Conflict("This payout was signed for another chain, token or treasury.", code="still_payable")
    match look_for(view, payout):
        case Unpayable():
            return
        case Payment():
            raise Conflict("The chain has paid this payout.", code="still_payable")
        case None:
            raise Conflict(
                "An authorization of this payout was handed out, and the chain can still pay it: "
                "the money can go back when that has ended.",
                code="still_payable",
            )


def read_receipt(view: ChainView, tx_hash: str) -> Receipt | None:
    """The receipt of a transaction with USDC's logs alone; None where there is none yet."""
    receipt = view.node.receipt(tx_hash)
    return receipt and receipt.of_contract(view.config.usdc)


def payment_in(receipt: Receipt, payout: Payout) -> Payment | None:
    """This payout's payment in a transaction: its nonce used, and right after that its transfer."""
    if not receipt.succeeded:
        return None
    wanted = (AUTHORIZATION_USED, padded(payout.payer), payout.nonce)
    used = next((log for log in receipt.logs if log.topics == wanted), None)
    if used is None:
        return None
    after = sorted(
        (log for log in receipt.logs if log.log_index > used.log_index), key=lambda log: log.log_index
    )
    following = next((log for log in after if log.kind == TRANSFERRED), None)
    if following is None or not is_transfer_of(following, payout):
        return None
    return Payment(receipt, following.log_index)


def plain_transfers(receipt: Receipt, payout: Payout) -> list[Log]:
    """Transfers of this payout's amount to its wallet that no authorization made: those of a Safe."""
    if not receipt.succeeded:
        return []
    authorized = {log.log_index + 1 for log in receipt.logs if log.kind == AUTHORIZATION_USED}
    transfers = [log for log in receipt.logs if is_transfer_of(log, payout)]
    return [log for log in transfers if log.log_index not in authorized]


def is_transfer_of(log: Log, payout: Payout) -> bool:
    """Whether this log moves exactly the payout's amount from its payer to its wallet."""
    wanted = (TRANSFERRED, padded(payout.payer), padded(payout.wallet))
    return log.topics == wanted and log.words == (payout.amount_micros,)


def _judge(view: ChainView, payout: Payout, use: Log) -> Evidence:
    """What a use of the nonce means, whoever sent it."""
    receipt = read_receipt(view, use.transaction_hash)
    if receipt and (paid := payment_in(receipt, payout)):
        return paid
    if receipt is None or use.block_number > view.settled.number:
        return None
    if not any(use.topics == log.topics for log in receipt.logs):
        return None  # the node contradicts itself
    if use.kind == AUTHORIZATION_CANCELED:
        return Unpayable("Its authorization was cancelled on the chain.", Proof.CANCELLED)
    reason = f"Its authorization's nonce was used for another payment, in {use.transaction_hash}."
    return Unpayable(reason, Proof.SPENT)


def _find_use(view: ChainView, payout: Payout) -> Log | None:
    """The event that used or cancelled the nonce, searched from where it is known not to be.

    One that is nowhere up to the end of the chain was hidden by the node: the next search begins anew.
    """
    kinds = (AUTHORIZATION_USED, AUTHORIZATION_CANCELED)
    question = Question(view.config.usdc, (kinds, (padded(payout.payer),), (payout.nonce,)), words=0)
    searched = max(payout.searched_block or 0, (payout.unpaid_block or 0) - DEEPEST_REORG_BLOCKS, 0)
    for first, last in view.windows(searched + 1):
        if uses := view.node.logs(question, first=first, last=last):
            return uses[0]
        searched = last
    is_whole = searched >= view.latest.number
    note_searched([payout], None if is_whole else min(searched, view.settled.number))
    return None


def _attempts_of(payout: Payout) -> list[str]:
    attempts = RelayerAttempt.objects.filter(transaction__payout=payout).order_by("-id")
    return list(attempts.values_list("tx_hash", flat=True)[:MAX_ATTEMPTS_ASKED])
