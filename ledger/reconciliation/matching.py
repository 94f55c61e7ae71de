"""Ledger against chain: which line of the books and which transfer on the chain are the same money. Pure.

Lines and transfers are put in groups by the key of the ledger's transfer. A group is right if both sides are of
one amount, and it was booked to the account, the person and the wallet that it should be. What a right group
differs by at a moment is a matter of time, and explained; anything else is red.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ledger.books import chart
from ledger.payouts.states import FINAL_KEY
from ledger.reconciliation.report import Code, FindingRow
from ledger.reconciliation.values import CashMove, Cursor, Line, Paid

PROMO_KIND = "promo_funding"
AGAINST: dict[str, frozenset[str]] = {
    "suspense": frozenset({chart.SUSPENSE}),
    "assigned": frozenset({chart.SUSPENSE}),
    "funding": frozenset({chart.SUSPENSE, chart.PROMO_BUDGET}),
    "returned": frozenset({chart.SUSPENSE}),
    "buyback": frozenset({chart.POOL_BUYBACK}),
    "cloud": frozenset({chart.POOL_CLOUD}),
    "refund": frozenset({chart.SUSPENSE}),
}
"""Which accounts the other side of a transfer's line may be, by how the transfer is booked."""
BOOKINGS = frozenset({"buyback", "cloud", "refund"})
"""Of these staff have written down a booking, of the same amount."""


@dataclass(slots=True)
class Group:
    """What belongs together by its key."""

    key: str
    lines: list[Line] = field(default_factory=list)
    moves: list[CashMove] = field(default_factory=list)
    paid: Paid | None = None
    """The payout that these are, where the chain shows that it is."""

    def ledger_micros(self, moment: datetime | None = None) -> int:
        """What the books have of it by then; all of it without a moment."""
        return sum(line.amount_micros for line in self.lines if moment is None or line.at < moment)

    def chain_micros(self, moment: datetime | None = None) -> int:
        """What the chain has of it by then; all of it without a moment."""
        shown = (move for move in self.moves if move.on_chain)
        return sum(move.amount_micros for move in shown if moment is None or move.at < moment)


@dataclass(frozen=True, slots=True)
class Difference:
    """One group's finding: `amount_micros` is what the ledger has more, `size_micros` what is in question."""

    code: Code
    amount_micros: int
    size_micros: int
    evidence: tuple[FindingRow, ...]


def differences(
    *,
    lines: Sequence[Line],
    moves: Sequence[CashMove],
    paid: Sequence[Paid],
    cursor: Cursor | None,
    moment: datetime | None,
) -> list[Difference]:
    """Everything that the two sides differ by at the moment, each with its reason or red."""
    judged = (_judge(group, cursor, moment) for group in _groups(lines, moves, paid))
    return [difference for difference in judged if difference is not None]


def _groups(lines: Iterable[Line], moves: Sequence[CashMove], paid: Sequence[Paid]) -> list[Group]:
    groups: dict[str, Group] = {}

    def group_of(key: str) -> Group:
        return groups.setdefault(key, Group(key))

    for line in lines:
        group_of(line.root).lines.append(line)
    payouts = _payouts_of(moves, paid)
    for move in moves:
        payout = payouts.get(move.id)
        key = FINAL_KEY + payout.public_id if payout else move.key or f"transfer:{move.id}"
        group = group_of(key)
        group.moves.append(move)
        group.paid = payout or group.paid
    for payout in paid:  # those that the chain does not show are told with the block they were included in
        shown = groups.get(FINAL_KEY + payout.public_id)
        if shown is not None and shown.paid is None and not shown.moves:
            shown.paid = payout
    return list(groups.values())


def _payouts_of(moves: Sequence[CashMove], paid: Sequence[Paid]) -> dict[int, Paid]:
    """The payout that each transfer out is: of one transaction, wallet and amount, and each payout once.

    One that a transfer names is its own first. The others of the same three are interchangeable.
    """
    by_three: dict[tuple[str, str, int], list[Paid]] = defaultdict(list)
    for payout in paid:
        by_three[(payout.tx_hash.lower(), payout.wallet.lower(), payout.amount_micros)].append(payout)
    matched: dict[int, Paid] = {}
    used: set[str] = set()
    named_first = sorted(
        (move for move in moves if move.amount_micros < 0), key=lambda move: (not move.key, move.id)
    )
    for move in named_first:
        three = (move.tx_hash.lower(), move.wallet.lower(), -move.amount_micros)
        for payout in by_three.get(three, ()):
            if payout.public_id not in used and move.key in ("", FINAL_KEY + payout.public_id):
                matched[move.id] = payout
                used.add(payout.public_id)
                break
    return matched


def _judge(group: Group, cursor: Cursor | None, moment: datetime | None) -> Difference | None:
    was_micros = group.ledger_micros(moment) - group.chain_micros(moment)
    is_right = group.ledger_micros() == group.chain_micros()
    in_time = was_micros == 0
    if in_time and (not group.moves or fits(group)):
        return None
    if in_time and is_right:
        size_micros = sum(abs(move.amount_micros) for move in group.moves if _by(move.at, moment))
        return _difference(group, Code.BOOKED_ELSEWHERE, 0, size_micros) if size_micros else None
    if in_time:  # of one amount at that moment, and no more: that is for a later moment to tell
        return None
    if is_right and fits(group):
        return _difference(group, _reason(group, moment), was_micros)
    if (code := _waits(group, cursor)) is not None:
        return _difference(group, code, was_micros)
    return _difference(group, _fault(group), was_micros)


def fits(group: Group) -> bool:
    """Whether what the chain shows was booked to the account, person and wallet that it should be."""
    return all(_fits(move, line, group.paid) for move in group.moves for line in group.lines)


def _fits(move: CashMove, line: Line, paid: Paid | None) -> bool:
    if line.root != line.key:  # a reversal is the exact opposite of what it reverses: the database sees to it
        return True
    if paid is not None:
        return move.booked in ("payout", "open") and line.against == f"payout:{paid.public_id}"
    if move.booked == "deposit":
        return line.against == f"user:{move.user_id}:credits"
    if move.booked in BOOKINGS and (
        line.booking_micros is None or -line.booking_micros != line.amount_micros
    ):
        return False
    return line.against in AGAINST.get(move.booked, frozenset())


def _reason(group: Group, moment: datetime | None) -> Code:
    """Why a right group differs at the moment: its two sides have different times."""
    if not group.moves:
        return Code.CORRECTED_LATER
    return Code.BOOKED_LATER if any(_by(move.at, moment) for move in group.moves) else Code.BLOCK_LATER


def _waits(group: Group, cursor: Cursor | None) -> Code | None:
    """The reason why one side is not there yet, if that is so."""
    paid = group.paid
    if paid is None or len(group.lines) > 1 or len(group.moves) > 1:
        return None
    if group.moves and not group.lines and not paid.is_final:
        return Code.PAYOUT_NOT_FINAL
    unread = paid.block is not None and (cursor is None or paid.block > cursor.block)
    expected = (-paid.amount_micros, f"payout:{paid.public_id}")
    right = [(line.amount_micros, line.against) for line in group.lines] == [expected]
    return Code.NOT_READ_YET if not group.moves and right and paid.is_final and unread else None


def _fault(group: Group) -> Code:
    if not group.lines:
        is_in = group.chain_micros() > 0
        return Code.UNBOOKED_IN if is_in else Code.UNBOOKED_OUT
    if group.moves and not any(move.on_chain for move in group.moves):
        return Code.GONE_FROM_CHAIN
    if not group.moves:
        promo = any(line.kind == PROMO_KIND for line in group.lines)
        return Code.FUNDING_WITHOUT_TRANSACTION if promo else Code.BOOKED_WITHOUT_TRANSACTION
    return Code.BOOKED_ELSEWHERE if group.ledger_micros() == group.chain_micros() else Code.AMOUNTS_DIFFER


def _difference(group: Group, code: Code, amount_micros: int, size_micros: int | None = None) -> Difference:
    size = abs(amount_micros) if size_micros is None else size_micros
    return Difference(code, amount_micros, size, tuple(_evidence(group)))


def _evidence(group: Group) -> Iterable[FindingRow]:
    payout_id = group.paid.public_id if group.paid else ""
    for line in group.lines:
        yield FindingRow(
            line.key, line.amount_micros, line.at, ledger_id=line.transfer_id, payout_id=payout_id
        )
    for move in group.moves:
        yield FindingRow(move.tx_hash, move.amount_micros, move.at, moved_id=move.id, payout_id=payout_id)


def _by(at: datetime, moment: datetime | None) -> bool:
    return moment is None or at < moment
