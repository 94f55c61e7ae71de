"""The third way of signing: a file of plain transfers that the owners of a Safe execute.

A plain transfer has no nonce that ties it to a payout: executing the file twice pays twice, and nothing on the chain
refuses it. So a payout leaves this way only by the event that paid it, verified here, or when staff say that the
file was not and will not be executed. That is the one place where paying once depends on people.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict
from ledger.payouts.decisions import changed_meanwhile, decide, needed, require_unpayable
from ledger.payouts.evidence import (
    Head,
    Payment,
    head_of,
    is_transfer_of,
    note_searched,
    plain_transfers,
    read_receipt,
    windows,
)
from ledger.payouts.follow import mark_included
from ledger.payouts.models import Payout
from ledger.payouts.moves import UNSIGNED, is_bound_to, move
from ledger.payouts.onchain import TRANSFER, Event, Reader, Receipt, reader, topic_of
from ledger.payouts.queries import payout_of
from ledger.payouts.signing import BLOCKED, ELSEWHERE, fail_alone, is_blocked
from ledger.payouts.states import PayoutState, SignedBy

MAX_BATCH = 100
HASH = re.compile(r"0x[0-9a-f]{64}")
CLOCKS_DIFFER = timedelta(minutes=1)


def start_safe_batch(*, staff: User, public_ids: Sequence[str]) -> list[Payout]:
    """Give approved payouts to a Safe: all of them, or none. They are signed by nothing else from now on.

    One whose payee is blocked fails alone, and is not in what is returned. Raises `Conflict` (not_approved,
    still_payable) and `ChainUnavailable`.
    """
    found, payouts = reader(), _all(public_ids, PayoutState.APPROVED, "approved")
    head = head_of(found)
    for payout in payouts:
        if not is_bound_to(payout, found.config):
            raise Conflict(f"{payout.public_id}: {ELSEWHERE}", code="still_payable")
        require_unpayable(payout)
    blocked = {payout.pk for payout in payouts if is_blocked(found, payout.wallet)}
    for payout in payouts:
        if payout.pk in blocked:
            fail_alone(payout, BLOCKED)
    batch = [payout for payout in payouts if payout.pk not in blocked]
    with transaction.atomic():
        for payout in batch:
            _give_to_safe(staff, payout, found, head)
    return batch


def record_safe_execution(*, staff: User, public_ids: Sequence[str], tx_hash: str) -> list[Payout]:
    """Record that this transaction paid these payouts: each by a transfer of its own in it. All of them, or none.

    Raises `BadInput` (bad_hash), `Conflict` (not_in_transaction, used_elsewhere) and `ChainUnavailable`.
    """
    found, payouts = reader(), _all_with_safe(public_ids)
    receipt = _receipt(found, tx_hash)
    at = found.block(receipt.block).timestamp
    earliest = max(payout.signed_at for payout in payouts if payout.signed_at is not None) - CLOCKS_DIFFER
    if at < earliest.timestamp():
        raise Conflict("This transaction is older than the file.", code="not_in_transaction")
    payments = _one_event_each(found, receipt, payouts)
    try:
        with transaction.atomic():
            for payout, paid in zip(payouts, payments, strict=True):
                if not mark_included(payout, paid):
                    raise changed_meanwhile()
                decide(staff, payout, "sign", tx_hash, action="safe_executed")
    except IntegrityError:
        raise Conflict("A transfer in it has paid another payout.", code="used_elsewhere") from None
    return payouts


def abandon_safe_batch(*, staff: User, public_ids: Sequence[str], note: str) -> list[Payout]:
    """Take payouts back from a Safe: staff say that the file was not executed, and never will be.

    Raises `Conflict` where the chain shows a transfer that looks like it since then (looks_executed), where it was
    not searched to its end yet (search_goes_on: ask again), and for another chain or treasury (still_payable).
    """
    note, found, payouts = needed(note), reader(), _all_with_safe(public_ids)
    head = head_of(found)
    for payout in payouts:
        if not is_bound_to(payout, found.config):
            raise Conflict(f"{payout.public_id}: {ELSEWHERE}", code="still_payable")
    _refuse_if_executed(found, head, payouts)
    with transaction.atomic():
        for payout in payouts:
            if not move(payout, PayoutState.APPROVED, **UNSIGNED):
                raise changed_meanwhile()
            decide(staff, payout, "retry", note, action="safe_abandoned")
    return payouts


def _give_to_safe(staff: User, payout: Payout, found: Reader, head: Head) -> None:
    given = move(
        payout,
        PayoutState.SIGNED,
        signed_by=SignedBy.SAFE,
        signed_at=clock.now(),
        chain_id=found.config.chain_id,
        token=found.config.usdc,
        payer=found.config.treasury,
        unpaid_block=head.settled.number if payout.unpaid_block is None else payout.unpaid_block,
        searched_block=None,
    )
    if not given:
        raise changed_meanwhile()
    decide(staff, payout, "sign", "given to a Safe", action="safe_started")


def _receipt(found: Reader, tx_hash: str) -> Receipt:
    if HASH.fullmatch(tx_hash) is None:
        raise BadInput("A transaction's hash is 0x and 64 hexadecimal digits.", code="bad_hash")
    head_of(found)  # the right chain
    receipt = read_receipt(found, tx_hash)
    if receipt is None:
        raise Conflict("The chain does not know this transaction yet.", code="not_in_transaction")
    if not receipt.succeeded:
        raise Conflict("The chain refused this transaction: it paid nothing.", code="not_in_transaction")
    return receipt


def _one_event_each(found: Reader, receipt: Receipt, payouts: Sequence[Payout]) -> list[Payment]:
    taken = set(
        Payout.objects.filter(tx_hash=receipt.tx_hash, log_index__isnull=False).values_list(
            "log_index", flat=True
        )
    )
    payments = []
    for payout in payouts:
        if not is_bound_to(payout, found.config):
            raise Conflict(f"{payout.public_id}: {ELSEWHERE}", code="not_in_transaction")
        free = [event for event in plain_transfers(receipt, payout) if event.log_index not in taken]
        if not free:
            raise Conflict(
                f"There is no transfer of {payout.public_id}'s amount to its wallet in this transaction.",
                code="not_in_transaction",
            )
        taken.add(free[0].log_index)
        payments.append(Payment(receipt, free[0].log_index))
    return payments


def _refuse_if_executed(found: Reader, head: Head, payouts: Sequence[Payout]) -> None:
    """Raise `Conflict` for a transfer of the same amount to the same wallet since the file was made.

    One search for all of them, and bounded: where the chain is longer, it is refused until somebody has asked often
    enough. What was not looked at is no proof.
    """
    wallets = sorted({topic_of(payout.wallet) for payout in payouts})
    topics = ["0x" + bytes(TRANSFER).hex(), topic_of(found.config.treasury), wallets]
    last = min(max(payout.unpaid_block or 0, payout.searched_block or 0) for payout in payouts)
    for first, last in windows(head, last + 1):  # noqa: B020
        for event in found.events(topics, first, last):
            _refuse_unexplained(event, payouts)
    note_searched(payouts, min(last, head.settled.number))
    if last < head.latest.number:
        raise Conflict(
            f"The chain is searched up to block {last:,} of {head.latest.number:,} for the file's execution. "
            "Please try again: the search goes on from there.",
            code="search_goes_on",
        )


def _refuse_unexplained(event: Event, payouts: Sequence[Payout]) -> None:
    if not any(is_transfer_of(event, payout) for payout in payouts):
        return
    if not Payout.objects.filter(tx_hash=event.tx_hash, log_index=event.log_index).exists():
        raise Conflict(
            f"{event.tx_hash} looks like the file's execution: record it, or explain it first.",
            code="looks_executed",
        )


def _all_with_safe(public_ids: Sequence[str]) -> list[Payout]:
    payouts = _all(public_ids, PayoutState.SIGNED, "signed")
    for payout in payouts:
        if payout.signed_by != SignedBy.SAFE:
            raise Conflict(f"{payout.public_id} was not given to a Safe.", code="not_with_safe")
    return payouts


def _all(public_ids: Sequence[str], state: PayoutState, word: str) -> list[Payout]:
    if not 0 < len(public_ids) <= MAX_BATCH or len(set(public_ids)) != len(public_ids):
        raise BadInput(f"Choose between 1 and {MAX_BATCH} different payouts.")
    payouts = [payout_of(public_id) for public_id in public_ids]
    for payout in payouts:
        if payout.state != state:
            raise Conflict(f"{payout.public_id} is {payout.state}, not {word}.", code=f"not_{word}")
    return payouts
