"""The third way of signing: a file of plain transfers that the owners of a Safe execute.

A plain transfer has no nonce that ties it to a payout: executing the file twice pays twice, and nothing on the chain
refuses it. So a payout leaves this way only by the event that paid it, verified here, or when staff say that the
file was not and will not be executed. That is the one place where paying once depends on people.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction

from ashao_site.accounts.models import User
from ashao_site.chain.answers import Log, Receipt
from ashao_site.chain.logs import Question
from ashao_site.chain.notation import HASH, padded
from ashao_site.chain.usdc import TRANSFERRED
from ashao_site.chain.view import ChainView, view_chain
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict
from ledger.payouts.evidence import (
    Payment,
    is_transfer_of,
    plain_transfers,
    require_unpayable,
)
from ledger.payouts.models import Payout
from ledger.payouts.moves import (
    BLOCKED,
    ELSEWHERE,
    NOT_INCLUDED,
    UNSIGNED,
    changed_meanwhile,
    fail_alone,
    include,
    is_bound_to,
    move,
    note_problem,
    note_searched,
    record_decision,
    required_note,
)
from ledger.payouts.queries import chosen_payouts
from ledger.payouts.states import PayoutState, SignedBy

CLOCKS_DIFFER = timedelta(minutes=1)


class SafeSigner:
    """Hands payouts out as a file, and takes the transaction that executed it."""

    way = SignedBy.SAFE
    is_relayed = False

    def prepare(self, view: ChainView, payout: Payout, *, staff: User) -> None:
        """Note that the Safe is given an approved payout, in the caller's transaction. Raises `Conflict`."""
        given = move(
            payout,
            PayoutState.SIGNED,
            signed_by=self.way,
            signed_at=clock.now(),
            chain_id=view.config.chain_id,
            token=view.config.usdc,
            payer=view.config.treasury,
            unpaid_block=view.settled.number if payout.unpaid_block is None else payout.unpaid_block,
            searched_block=None,
        )
        if not given:
            raise changed_meanwhile()
        record_decision(staff, payout, "sign", "given to a Safe", action="safe_started")

    def accept(self, payout: Payout, paid: Payment, *, staff: User) -> None:
        """Note that this event paid it, in the caller's transaction. Raises `Conflict`, and IntegrityError for an event
        that paid another payout."""
        if not include(payout, paid.receipt, paid.log_index):
            raise changed_meanwhile()
        record_decision(staff, payout, "sign", paid.receipt.transaction_hash, action="safe_executed")

    def pays(self, receipt: Receipt, payout: Payout) -> bool:
        """By a plain transfer, which is nobody else's."""
        return any(log.log_index == payout.log_index for log in plain_transfers(receipt, payout))

    def take_back(self, payout: Payout) -> None:
        """It is with the Safe again."""
        move(payout, PayoutState.SIGNED, **NOT_INCLUDED)

    def require_put_aside(self, payout: Payout) -> None:
        """What the Safe has can be executed at any moment."""
        raise Conflict("A Safe was given this payout: abandon that first.", code="safe_batch")

    def has_ended(self, view: ChainView, payout: Payout, reason: str) -> None:
        """A file ends never: it was signed in another way before."""
        note_problem(payout, f"{reason} Retry it to have it signed again.")


SAFE = SafeSigner()


def start_safe_batch(*, staff: User, public_ids: Sequence[str]) -> list[Payout]:
    """Give approved payouts to a Safe: all of them, or none. They are signed by nothing else from now on.

    One whose payee is blocked fails alone, and is not in what is returned. Raises `Conflict` (not_approved,
    still_payable) and `ChainUnavailable`.
    """
    payouts = _all(public_ids, PayoutState.APPROVED, "approved")
    view = view_chain()
    for payout in payouts:
        if not is_bound_to(payout, view.config):
            raise Conflict(f"{payout.public_id}: {ELSEWHERE}", code="still_payable")
        require_unpayable(view, payout)
    blocked = {payout.pk for payout in payouts if view.usdc.is_blocked(payout.wallet)}
    for payout in payouts:
        if payout.pk in blocked:
            fail_alone(payout, BLOCKED)
    batch = [payout for payout in payouts if payout.pk not in blocked]
    with transaction.atomic():
        for payout in batch:
            SAFE.prepare(view, payout, staff=staff)
    return batch


def record_safe_execution(*, staff: User, public_ids: Sequence[str], tx_hash: str) -> list[Payout]:
    """Record that this transaction paid these payouts: each by a transfer of its own in it. All of them, or none.

    Raises `BadInput` (bad_hash), `Conflict` (not_in_transaction, used_elsewhere) and `ChainUnavailable`.
    """
    payouts = _all_with_safe(public_ids)
    if HASH.fullmatch(tx_hash) is None:
        raise BadInput("A transaction's hash is 0x and 64 hexadecimal digits.", code="bad_hash")
    view = view_chain()
    receipt = _receipt(view, tx_hash)
    at = view.node.known_block(receipt.block_number).timestamp
    earliest = max(payout.signed_at for payout in payouts if payout.signed_at is not None) - CLOCKS_DIFFER
    if at < earliest.timestamp():
        raise Conflict("This transaction is older than the file.", code="not_in_transaction")
    payments = _one_event_each(view, receipt, payouts)
    try:
        with transaction.atomic():
            for payout, paid in zip(payouts, payments, strict=True):
                SAFE.accept(payout, paid, staff=staff)
    except IntegrityError:
        raise Conflict("A transfer in it has paid another payout.", code="used_elsewhere") from None
    return payouts


def abandon_safe_batch(*, staff: User, public_ids: Sequence[str], note: str) -> list[Payout]:
    """Take payouts back from a Safe: staff say that the file was not executed, and never will be.

    Raises `Conflict` where the chain shows a transfer that looks like it since then (looks_executed), where it was
    not searched to its end yet (search_goes_on: ask again), and for another chain or treasury (still_payable).
    """
    note, payouts = required_note(note), _all_with_safe(public_ids)
    view = view_chain()
    for payout in payouts:
        if not is_bound_to(payout, view.config):
            raise Conflict(f"{payout.public_id}: {ELSEWHERE}", code="still_payable")
    _refuse_if_executed(view, payouts)
    with transaction.atomic():
        for payout in payouts:
            if not move(payout, PayoutState.APPROVED, **UNSIGNED):
                raise changed_meanwhile()
            record_decision(staff, payout, "retry", note, action="safe_abandoned")
    return payouts


def _receipt(view: ChainView, tx_hash: str) -> Receipt:
    receipt = view.node.receipt(tx_hash)
    if receipt is None:
        raise Conflict("The chain does not know this transaction yet.", code="not_in_transaction")
    if not receipt.succeeded:
        raise Conflict("The chain refused this transaction: it paid nothing.", code="not_in_transaction")
    return receipt


def _one_event_each(view: ChainView, receipt: Receipt, payouts: Sequence[Payout]) -> list[Payment]:
    taken = set(
        Payout.objects.filter(tx_hash=receipt.transaction_hash, log_index__isnull=False).values_list(
            "log_index", flat=True
        )
    )
    payments = []
    for payout in payouts:
        if not is_bound_to(payout, view.config):
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


def _refuse_if_executed(view: ChainView, payouts: Sequence[Payout]) -> None:
    """Raise `Conflict` for a transfer of the same amount to the same wallet since the file was made.

    One search for all of them, and bounded: where the chain is longer, it is refused until somebody has asked often
    enough. What was not looked at is no proof.
    """
    wallets = tuple(sorted({padded(payout.wallet) for payout in payouts}))
    question = Question(view.config.usdc, ((TRANSFERRED,), (padded(view.config.treasury),), wallets))
    searched = min(max(payout.unpaid_block or 0, payout.searched_block or 0) for payout in payouts)
    for first, last in view.windows(searched + 1):
        for log in view.node.logs(question, first=first, last=last):
            _refuse_unexplained(log, payouts)
        searched = last
    note_searched(payouts, min(searched, view.settled.number))
    if searched < view.latest.number:
        raise Conflict(
            f"The chain is searched up to block {searched:,} of {view.latest.number:,} for the file's execution. "
            "Please try again: the search goes on from there.",
            code="search_goes_on",
        )


def _refuse_unexplained(log: Log, payouts: Sequence[Payout]) -> None:
    if not any(is_transfer_of(log, payout) for payout in payouts):
        return
    if not Payout.objects.filter(tx_hash=log.transaction_hash, log_index=log.log_index).exists():
        raise Conflict(
            f"{log.transaction_hash} looks like the file's execution: record it, or explain it first.",
            code="looks_executed",
        )


def _all_with_safe(public_ids: Sequence[str]) -> list[Payout]:
    payouts = _all(public_ids, PayoutState.SIGNED, "signed")
    for payout in payouts:
        if payout.signed_by != SAFE.way:
            raise Conflict(f"{payout.public_id} was not given to a Safe.", code="not_with_safe")
    return payouts


def _all(public_ids: Sequence[str], state: PayoutState, word: str) -> list[Payout]:
    payouts = chosen_payouts(public_ids)
    for payout in payouts:
        if payout.state != state:
            raise Conflict(f"{payout.public_id} is {payout.state}, not {word}.", code=f"not_{word}")
    return payouts
