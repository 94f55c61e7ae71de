"""USDC that came to the treasury, in the books: credited to whom it is from, or in suspense until staff decide.

What staff do here is checked for their permission by the page that calls it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.chain_settings import NOBODY
from ashao_site.lib.errors import BadInput, Conflict, NotFound
from ledger import chart
from ledger.actions import Leg, post_transfer
from ledger.models import MAX_NOTE_CHARS
from ledger.money import MAX_AMOUNT_MICROS, format_usd
from ledger.payouts.models import PayoutWallet
from staking.faucet import development_funding_key
from staking.indexer.events import UsdcTransfer
from staking.indexer.models import Booked, Direction, TreasuryTransfer
from staking.indexer.node import Nonsense
from staking.indexer.sent import Deposit, announce_deposit, deposits_of

__all__ = [
    "CannotBook",
    "Deposit",
    "announce_deposit",
    "assign_deposit",
    "book_transfers",
    "deposits_of",
    "fund_from_suspense",
    "return_from_suspense",
]

MIN_NOTE_CHARS = 3
AT_ONCE = 500
KEY_HASH_CHARS = 18


class CannotBook(Exception):
    """The books cannot hold this. The message is a sentence for staff."""


def book_transfers(
    *, chain_id: int, transfers: Sequence[UsdcTransfer], times: Mapping[int, datetime]
) -> None:
    """Book what came to the treasury and note what left it, once each. Within the caller's transaction.

    A deposit is its sender's: a person's wallet, or one that a single person has confirmed for payouts. All
    else that came waits in suspense. A transfer whose transaction was in the books before a deep
    reorganisation is known again by what it is, wherever in the chain it is now; what else such a transaction
    brings is nobody's until staff say so, for it may stand for money that was credited before.
    """
    before = _rows_of({event.place.tx_hash for event in transfers}, chain_id)
    again = set(before)
    fresh = [
        event
        for event in transfers
        if not _found_again(before[event.place.tx_hash], event, times[event.place.block])
    ]
    owners = owners_of({event.counterparty for event in fresh if event.direction == Direction.IN})
    rows: list[TreasuryTransfer] = []
    for event in fresh:
        reread = event.place.tx_hash in again
        row = _row(chain_id, event, times[event.place.block], reread=reread)
        if event.direction == Direction.IN:
            _decide(row, None if reread else owners.get(event.counterparty), rows)
        rows.append(row)
    TreasuryTransfer.objects.bulk_create(rows, batch_size=AT_ONCE)
    # Suspense first, then people in order: whoever else locks these accounts does it in the same order.
    for row in sorted(rows, key=lambda row: row.user_id or 0):
        if row.booked in (Booked.DEPOSIT, Booked.SUSPENSE):
            _post(row)


def owners_of(wallets: set[str]) -> dict[str, int]:
    """Whose wallets these are: each person's own, and those that exactly one person has confirmed."""
    confirmed: defaultdict[str, set[int]] = defaultdict(set)
    for wallet, user_id in PayoutWallet.objects.filter(wallet__in=wallets).values_list("wallet", "user_id"):
        confirmed[wallet].add(user_id)
    found = {wallet: min(people) for wallet, people in confirmed.items() if len(people) == 1}
    own = User.objects.filter(wallet__in=wallets).values_list("wallet", "pk")
    return found | {wallet: user_id for wallet, user_id in own if wallet is not None}


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


# What comes from the chain


def _rows_of(tx_hashes: set[str], chain_id: int) -> defaultdict[str, list[TreasuryTransfer]]:
    found = TreasuryTransfer.objects.filter(chain_id=chain_id, tx_hash__in=tx_hashes).order_by("id")
    rows: defaultdict[str, list[TreasuryTransfer]] = defaultdict(list)
    for row in found:
        rows[row.tx_hash].append(row)
    return rows


def _found_again(rows: list[TreasuryTransfer], event: UsdcTransfer, at: datetime) -> bool:
    """Whether one of the transaction's earlier rows is this event; it is then taken off the list."""
    place = event.place
    same = [
        row for row in rows if _content(row) == (event.direction, event.counterparty, event.amount_micros)
    ]
    there = [row for row in rows if row.on_chain]
    if there:  # a block is read once: only what was read before the cursor was moved here can be there
        if any(row in same and (row.block, row.log_index) == (place.block, place.log_index) for row in there):
            return True
        raise Nonsense("The chain's node tells of one transaction in two blocks.")
    if not same:
        return False
    row = min(same, key=lambda row: (row.log_index != place.log_index, row.log_index))
    changed = TreasuryTransfer.objects.filter(pk=row.pk, on_chain=False).update(
        on_chain=True, block=place.block, block_at=at, log_index=place.log_index
    )
    assert changed == 1, "a transfer was found again by somebody else, without the cursor's lock"
    rows.remove(row)
    return True


def _content(row: TreasuryTransfer) -> tuple[str, str, int]:
    return row.direction, row.counterparty, row.amount_micros


def _row(chain_id: int, event: UsdcTransfer, at: datetime, *, reread: bool) -> TreasuryTransfer:
    if event.amount_micros > MAX_AMOUNT_MICROS:
        raise CannotBook(f"Transaction {event.place.tx_hash} moves more USDC than the books can hold.")
    place = event.place
    # The plain key may be that of another transfer, which was there before the chain was reorganised.
    suffix = f":{place.block_hash[:KEY_HASH_CHARS]}" if reread else ""
    came = event.direction == Direction.IN
    return TreasuryTransfer(
        chain_id=chain_id,
        tx_hash=place.tx_hash,
        log_index=place.log_index,
        block=place.block,
        block_at=at,
        direction=event.direction,
        counterparty=event.counterparty,
        amount_micros=event.amount_micros,
        booked=Booked.SUSPENSE if came else Booked.OPEN,
        ledger_key=f"deposit:{chain_id}:{place.tx_hash}:{place.log_index}{suffix}" if came else "",
    )


def _decide(row: TreasuryTransfer, owner_id: int | None, earlier: Sequence[TreasuryTransfer]) -> None:
    """What a transfer to the treasury is in the books."""
    if owner_id is not None:
        row.booked, row.user_id = Booked.DEPOSIT, owner_id
    elif row.counterparty == NOBODY:
        key = development_funding_key(counterparty=NOBODY, amount_micros=row.amount_micros)
        if key and all(other.ledger_key != key for other in earlier):
            row.booked, row.ledger_key = Booked.FUNDING, key  # bootstrap booked it before it was sent


def _post(row: TreasuryTransfer) -> None:
    receiver = chart.SUSPENSE if row.user_id is None else chart.user_credits(row.user_id)
    post_transfer(
        key=row.ledger_key,
        kind=row.booked,
        legs=[Leg(chart.TREASURY_USDC, -row.amount_micros), Leg(receiver, row.amount_micros)],
        reference=row.tx_hash,
    )


# What staff decide


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
