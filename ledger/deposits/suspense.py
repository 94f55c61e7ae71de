"""Deposits of unknown senders: they wait in suspense until staff decide. Each decision is taken once.

Whoever calls has checked that this person may.
"""

from django.db import transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.lib.errors import BadInput, Conflict, NotFound
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.books.models import MAX_NOTE_CHARS
from ledger.books.money import format_usd
from ledger.deposits.models import Booked, Direction, TreasuryTransfer

MIN_NOTE_CHARS = 3


def assign_deposit(*, staff: User, transfer_id: int, user_public_id: str, note: str) -> TreasuryTransfer:
    """Give a person the credits for a deposit that waits in suspense. Repeating it changes nothing.

    Raises BadInput, NotFound, and Conflict: not_in_suspense if something else was decided before, not_on_chain.
    """
    _require_note(note)
    user = User.objects.filter(public_id=user_public_id, wallet__isnull=False).first()
    if user is None:
        raise NotFound("There is no person with this id and a wallet.", code="user_not_found")
    with transaction.atomic():
        row, decided = _take_from_suspense(transfer_id, Booked.ASSIGNED, user_id=user.pk)
        if decided:
            _post_out_of_suspense(
                row, chart.user_credits(user.pk), prefix="assign", kind="deposit", note=note
            )
            detail = f"{format_usd(row.amount_micros)} to {user.public_id}. {note}"
            audit(actor=staff, action="deposit.assign", subject=_subject(row), detail=detail)
    return row


def fund_from_suspense(*, staff: User, transfer_id: int, note: str) -> TreasuryTransfer:
    """Book a deposit that waits in suspense as ashao's own money for free credits. Repeating it changes nothing.

    Raises BadInput, NotFound, and Conflict: not_in_suspense if something else was decided before, not_on_chain.
    """
    _require_note(note)
    with transaction.atomic():
        row, decided = _take_from_suspense(transfer_id, Booked.FUNDING)
        if decided:
            _post_out_of_suspense(row, chart.PROMO_BUDGET, prefix="fund", kind="promo_funding", note=note)
            detail = f"{format_usd(row.amount_micros)} to the promotion budget. {note}"
            audit(actor=staff, action="deposit.fund", subject=_subject(row), detail=detail)
    return row


def return_from_suspense(*, transfer_id: int) -> TreasuryTransfer:
    """Note that a deposit in suspense was sent back. The caller books the refund, in the same transaction.

    Raises NotFound, and Conflict (not_in_suspense) if something else was decided before.
    """
    with transaction.atomic():
        return _take_from_suspense(transfer_id, Booked.RETURNED, gone_too=True)[0]


def _take_from_suspense(
    transfer_id: int, booked: Booked, *, user_id: int | None = None, gone_too: bool = False
) -> tuple[TreasuryTransfer, bool]:
    """The transfer, and whether it was decided by this call; False where it had been decided just so.

    What the chain took back can be given to nobody: it may have come again, as another transfer.
    """
    waiting = TreasuryTransfer.objects.filter(pk=transfer_id, direction=Direction.IN, booked=Booked.SUSPENSE)
    if not gone_too:
        waiting = waiting.filter(on_chain=True)
    decided = waiting.update(booked=booked, user_id=user_id) == 1
    row = TreasuryTransfer.objects.filter(pk=transfer_id).first()
    if row is None:
        raise NotFound("There is no such transfer.", code="transfer_not_found")
    if not decided and row.direction == Direction.IN and row.booked == Booked.SUSPENSE:
        raise Conflict("This transfer is not on the chain any more.", code="not_on_chain")
    if not decided and (row.booked != booked or row.user_id != user_id):
        raise Conflict("This transfer is not in suspense any more.", code="not_in_suspense")
    return row, decided


def _post_out_of_suspense(row: TreasuryTransfer, receiver: str, *, prefix: str, kind: str, note: str) -> None:
    post_transfer(
        key=row.ledger_key.replace("deposit:", f"{prefix}:", 1),
        kind=kind,
        legs=[Leg(chart.SUSPENSE, -row.amount_micros), Leg(receiver, row.amount_micros)],
        reference=row.tx_hash,
        note=note,
    )


def _subject(row: TreasuryTransfer) -> str:
    return f"{row.tx_hash}:{row.log_index}"


def _require_note(note: str) -> None:
    if not len(note.strip()) >= MIN_NOTE_CHARS or len(note) > MAX_NOTE_CHARS:
        raise BadInput(
            f"A note of {MIN_NOTE_CHARS} to {MAX_NOTE_CHARS} characters is needed.", code="note_needed"
        )
