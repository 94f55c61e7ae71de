"""What staff record of the treasury's payments, with a transaction as evidence that the chain confirms."""

from collections.abc import Collection

from django.db import connection, transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.chain.node import configured_chain
from ashao_site.chain.wei import format_ashao
from ashao_site.lib.errors import BadInput, Conflict
from ashao_site.lib.text import clean_text
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.books.money import format_usd
from ledger.books.queries import balance
from ledger.deposits.models import Booked, Direction, TreasuryTransfer
from ledger.deposits.suspense import return_from_suspense
from ledger.deposits.transfers import UsdcTransfer
from ledger.payouts.models import Payout, RelayerAttempt
from ledger.payouts.states import OPEN
from ledger.treasury.models import MAX_NOTE_CHARS, Booking, BookingKind
from ledger.treasury.paid_on_chain import PaidOnChain, clean_hash, paid_on_chain

PAYS = {
    BookingKind.BUYBACK: chart.POOL_BUYBACK,
    BookingKind.CLOUD: chart.POOL_CLOUD,
    BookingKind.REFUND: chart.SUSPENSE,
}
"""The account that pays for it."""
LEDGER_KIND = {
    BookingKind.BUYBACK: "buyback",
    BookingKind.CLOUD: "cloud_bill",
    BookingKind.REFUND: "refund",
}
BOOKED_AS = {
    BookingKind.BUYBACK: Booked.BUYBACK,
    BookingKind.CLOUD: Booked.CLOUD,
    BookingKind.REFUND: Booked.REFUND,
}
LOCK = 7_291_003
"""Bookings wait for each other here: two of them must not spend the same pool, which the books do not guard."""


def book_payment(
    *,
    staff: User,
    kind: BookingKind,
    tx_hash: str,
    burn_tx_hash: str = "",
    note: str = "",
    suspense_id: int | None = None,
) -> Booking:
    """Record USDC that left the treasury in a transaction, once the chain has confirmed it.

    A buyback names the transaction that burned what was bought (none: the same one). A refund returns a
    deposit that waits in suspense, to its sender and of its amount: the one with `suspense_id`, else the oldest
    that fits, of those on the chain first. Whether this person may is for the caller to check. Repeating it
    gives the first booking again.
    Raises BadInput, NotFound, Conflict and ChainUnavailable, each a sentence for staff; nothing was written then.
    """
    chain_id = configured_chain().chain_id
    tx_hash = clean_hash(tx_hash, name="The transaction")
    burn_tx_hash = _burn_hash(kind, tx_hash, burn_tx_hash)
    note = clean_text(note, name="note", max_chars=MAX_NOTE_CHARS).strip()
    if (before := _booked_before(chain_id, kind, tx_hash, burn_tx_hash)) is not None:
        return before
    paid = paid_on_chain(tx_hash)
    burned_wei = _burned_wei(tx_hash, burn_tx_hash, paid)
    if not paid.paid:
        raise Conflict("No USDC left the treasury in this transaction.", code="no_payment")
    booking = Booking(
        kind=kind,
        chain_id=chain_id,
        tx_hash=tx_hash,
        amount_micros=paid.paid_micros,
        burn_tx_hash=burn_tx_hash,
        burned_wei=burned_wei,
        staff_id=staff.pk,
        note=note,
        ledger_key=f"booking:{chain_id}:{tx_hash}",
    )
    with transaction.atomic():
        _wait_for_others()
        if (before := _booked_before(chain_id, kind, tx_hash, burn_tx_hash)) is not None:
            return before
        _refuse_payouts(tx_hash, paid.paid)
        _take_transfers(booking, paid)
        if kind == BookingKind.REFUND:
            _take_suspense(booking, paid.paid, suspense_id)
        _post(booking)
        booking.save(force_insert=True)
        audit(actor=staff, action=f"treasury.{kind}", subject=f"tx:{tx_hash}", detail=_detail(booking))
    return booking


def _burn_hash(kind: BookingKind, tx_hash: str, burn_tx_hash: str) -> str:
    if kind == BookingKind.BUYBACK:
        return clean_hash(burn_tx_hash, name="The burn's transaction") if burn_tx_hash.strip() else tx_hash
    if burn_tx_hash.strip():
        raise BadInput("Only a buyback has a transaction that burned $ASHAO.")
    return ""


def _booked_before(chain_id: int, kind: BookingKind, tx_hash: str, burn_tx_hash: str) -> Booking | None:
    """The booking of this transaction, if it says the same. Raises Conflict if it or the burn is used."""
    before = Booking.objects.filter(chain_id=chain_id, tx_hash=tx_hash).first()
    if before is not None:
        if (before.kind, before.burn_tx_hash) != (kind, burn_tx_hash):
            raise Conflict(f"This transaction is booked already, as {before.kind}.", code="already_booked")
        return before
    if burn_tx_hash and Booking.objects.filter(chain_id=chain_id, burn_tx_hash=burn_tx_hash).exists():
        raise Conflict("The burn is booked already, for another buyback.", code="burn_booked")
    return None


def _burned_wei(tx_hash: str, burn_tx_hash: str, paid: PaidOnChain) -> int:
    if not burn_tx_hash:
        return 0
    burned_wei = (paid if burn_tx_hash == tx_hash else paid_on_chain(burn_tx_hash)).burned_wei
    if not burned_wei:
        raise Conflict(f"No $ASHAO was burned in the transaction {burn_tx_hash}.", code="no_burn")
    return burned_wei


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _refuse_payouts(tx_hash: str, paid: Collection[UsdcTransfer]) -> None:
    """Raises Conflict for a transaction that pays, or may well pay, a payout: that is booked as such."""
    known = Payout.objects.filter(tx_hash=tx_hash).exists()
    if known or RelayerAttempt.objects.filter(tx_hash=tx_hash).exists():
        raise Conflict("This transaction pays a payout.", code="is_payout")
    waiting = Payout.objects.filter(state__in=OPEN, wallet__in={transfer.counterparty for transfer in paid})
    sent = {(transfer.counterparty, transfer.amount_micros) for transfer in paid}
    for payout in waiting:
        if (payout.wallet, payout.amount_micros) in sent:
            raise Conflict(
                f"This transaction sends what the payout {payout.public_id} asks for.", code="is_payout"
            )


def _take_transfers(booking: Booking, paid: PaidOnChain) -> None:
    """Say of the transfers that were read from the chain what they are. Raises Conflict if they are not there."""
    rows = TreasuryTransfer.objects.filter(
        chain_id=booking.chain_id, tx_hash=booking.tx_hash, direction=Direction.OUT, on_chain=True
    )
    transfers = sorted(rows.values_list("counterparty", "amount_micros"))
    if transfers != sorted((transfer.counterparty, transfer.amount_micros) for transfer in paid.paid):
        raise Conflict(
            "The chain has not been read as far as this transaction yet. Please try again in a moment.",
            code="not_read_yet",
        )
    changed = rows.filter(booked=Booked.OPEN).update(
        booked=BOOKED_AS[BookingKind(booking.kind)], ledger_key=booking.ledger_key
    )
    if changed != len(transfers):
        raise Conflict("What this transaction paid is booked already.", code="already_booked")


def _take_suspense(booking: Booking, paid: Collection[UsdcTransfer], suspense_id: int | None) -> None:
    """Note which deposit was sent back. Raises Conflict if there is none that was."""
    receivers = {transfer.counterparty for transfer in paid}
    waiting = TreasuryTransfer.objects.filter(
        chain_id=booking.chain_id,
        direction=Direction.IN,
        booked=Booked.SUSPENSE,
        counterparty__in=receivers if len(receivers) == 1 else (),
        amount_micros=booking.amount_micros,
    )
    if suspense_id is not None:
        waiting = waiting.filter(pk=suspense_id)
    # One that is on the chain first: what a reorganisation took back may have come again as another.
    row = waiting.select_for_update().order_by("-on_chain", "pk").first()
    if row is None:
        raise Conflict(
            f"No deposit of {format_usd(booking.amount_micros)} from the receiver of this transaction waits"
            " in suspense.",
            code="not_in_suspense",
        )
    return_from_suspense(transfer_id=row.pk)


def _post(booking: Booking) -> None:
    kind = BookingKind(booking.kind)
    holds_micros = balance(PAYS[kind])
    if holds_micros < booking.amount_micros:
        raise Conflict(
            f"{PAYS[kind]} holds {format_usd(holds_micros)}; the transaction paid"
            f" {format_usd(booking.amount_micros)}.",
            code="pool_too_small",
        )
    post_transfer(
        key=booking.ledger_key,
        kind=LEDGER_KIND[kind],
        legs=[Leg(PAYS[kind], -booking.amount_micros), Leg(chart.TREASURY_USDC, booking.amount_micros)],
        reference=booking.tx_hash,
        note=booking.note,
    )


def _detail(booking: Booking) -> str:
    burned = f", {format_ashao(booking.burned_wei)} ASHAO burned" if booking.burned_wei else ""
    return f"{format_usd(booking.amount_micros)}{burned}. {booking.note}".strip()
