"""From the block that paid a payout to the end: final, or back when that block is no longer part of the chain."""

from ashao_site.lib import clock
from ledger.payouts.evidence import Head, Payment, payment_in, plain_transfers, read_receipt
from ledger.payouts.models import Payout, RelayerAttempt
from ledger.payouts.moves import NOT_INCLUDED, move, post_final
from ledger.payouts.onchain import Reader, Receipt
from ledger.payouts.states import PayoutState, SignedBy


def mark_included(payout: Payout, paid: Payment) -> bool:
    """Write down which event paid it. Raises IntegrityError for one that paid another payout."""
    return move(
        payout,
        PayoutState.INCLUDED,
        tx_hash=paid.receipt.tx_hash,
        block=paid.receipt.block,
        block_hash=paid.receipt.block_hash,
        log_index=paid.log_index,
        included_at=clock.now(),
    )


def follow_included(found: Reader, head: Head, payout: Payout, block_hashes: dict[int, str]) -> None:
    """Final, once its block is deep enough and still the one on the chain, with the payment in it; else back.

    `block_hashes` are those of this round, so that many payouts in one block ask for it once.
    """
    assert payout.block is not None
    if payout.block > head.latest.number:  # a shorter chain, or a node that is behind another one
        if read_receipt(found, payout.tx_hash) is None:
            _take_back(payout)
        return
    if payout.block not in block_hashes:
        block_hashes[payout.block] = found.block(payout.block).hash
    if block_hashes[payout.block] != payout.block_hash:
        _take_back(payout)
        return
    if payout.block > head.settled.number:
        return
    receipt = read_receipt(found, payout.tx_hash)
    if receipt is None or receipt.block_hash != payout.block_hash or not _pays(receipt, payout):
        _take_back(payout)
        return
    post_final(payout)


def _pays(receipt: Receipt, payout: Payout) -> bool:
    if payout.signed_by == SignedBy.SAFE:
        return any(event.log_index == payout.log_index for event in plain_transfers(receipt, payout))
    paid = payment_in(receipt, payout)
    return paid is not None and paid.log_index == payout.log_index


def _take_back(payout: Payout) -> None:
    """Its block is gone. What was sent is sent again at once; what others had executed is awaited."""
    attempts = RelayerAttempt.objects.filter(transaction__payout=payout, transaction__settled_at=None)
    attempts.update(sent_at=None)
    if payout.signed_by == SignedBy.SAFE:
        move(payout, PayoutState.SIGNED, **NOT_INCLUDED)
    elif payout.signature:
        move(payout, PayoutState.BROADCAST, **NOT_INCLUDED)
    else:  # it was paid by an authorization that was handed out, and never came back to us
        move(payout, PayoutState.APPROVED, **NOT_INCLUDED)
