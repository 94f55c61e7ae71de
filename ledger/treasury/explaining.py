"""What left the treasury, explained: by a payout, or by what staff recorded."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from ledger.deposits.models import Booked, Direction, TreasuryTransfer
from ledger.payouts.models import Payout
from ledger.payouts.states import FINAL_KEY, PayoutState
from ledger.treasury.models import Booking

MATCHED_AT_ONCE = 200
PAID = (PayoutState.INCLUDED, PayoutState.FINAL)


def match_outgoing(*, chain_id: int) -> int:
    """Explain transfers out of the treasury that nothing explained yet; how many. Asks the database only.

    A payout explains the transfer of its amount to its wallet in its transaction, one transfer each. A
    booking explains those transfers of its transaction which together are its amount.
    """
    return _match_payouts(chain_id) + _match_bookings(chain_id)


def _open(chain_id: int) -> QuerySet[TreasuryTransfer]:
    return TreasuryTransfer.objects.filter(chain_id=chain_id, direction=Direction.OUT, booked=Booked.OPEN)


def _match_payouts(chain_id: int) -> int:
    paid = Payout.objects.filter(state__in=PAID)
    fitting = paid.filter(
        tx_hash=OuterRef("tx_hash"), wallet=OuterRef("counterparty"), amount_micros=OuterRef("amount_micros")
    )
    count = 0
    for row in _open(chain_id).filter(Exists(fitting)).order_by("id")[:MATCHED_AT_ONCE]:
        candidates = paid.filter(
            tx_hash=row.tx_hash, wallet=row.counterparty, amount_micros=row.amount_micros
        )
        keys = [FINAL_KEY + payout.public_id for payout in candidates.order_by("id")]
        # In this transaction: a deep reorganisation may have taken another one away, which paid it before.
        explained = TreasuryTransfer.objects.filter(
            chain_id=chain_id, tx_hash=row.tx_hash, ledger_key__in=keys
        )
        taken = set(explained.values_list("ledger_key", flat=True))
        free = [key for key in keys if key not in taken]
        if free:
            count += _explain([row], Booked.PAYOUT, free[0])
    return count


def _match_bookings(chain_id: int) -> int:
    unexplained = _open(chain_id).filter(tx_hash=OuterRef("tx_hash"))
    bookings = Booking.objects.filter(Exists(unexplained), chain_id=chain_id).order_by("id")
    count = 0
    for booking in bookings[:MATCHED_AT_ONCE]:
        rows = list(_open(chain_id).filter(tx_hash=booking.tx_hash).order_by("log_index"))
        alone = [row for row in rows if row.amount_micros == booking.amount_micros]
        explained = TreasuryTransfer.objects.filter(
            chain_id=chain_id, tx_hash=booking.tx_hash, ledger_key=booking.ledger_key
        )
        if sum(row.amount_micros for row in rows) == booking.amount_micros:
            count += _explain(rows, Booked(booking.kind), booking.ledger_key)
        elif alone and not explained.exists():
            count += _explain(alone[:1], Booked(booking.kind), booking.ledger_key)
    return count


def _explain(rows: Iterable[TreasuryTransfer], booked: Booked, ledger_key: str) -> int:
    open_rows = TreasuryTransfer.objects.filter(pk__in=[row.pk for row in rows], booked=Booked.OPEN)
    return open_rows.update(booked=booked, ledger_key=ledger_key)
