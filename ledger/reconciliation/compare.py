"""From what was read to a report: the three sides, and a finding for everything between them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.reconciliation.matching import Difference, differences
from ledger.reconciliation.report import (
    MAX_EVIDENCE,
    ChainSide,
    Code,
    Finding,
    FindingRow,
    LedgerSide,
    Pair,
    PayoutSide,
    Report,
)
from ledger.reconciliation.values import CashMove, Cursor, Line, NodeAnswer, Paid, SetAside


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that is compared.

    `lines`, `moves`, `paid` and `set_aside` may leave out what certainly agrees (`queries` does), as long as
    what belongs together is left out together; the sums are of everything.
    """

    made_at: datetime
    day: date | None
    moment: datetime | None
    ledger: LedgerSide
    payouts: PayoutSide
    in_micros: int
    out_micros: int
    other_chains_micros: int = 0
    """How much of the two is on chains other than the cursor's."""
    suspense_waiting: tuple[int, int] = (0, 0)
    """Transfers in suspense now, and their sum. Compared for now only."""
    cursor: Cursor | None = None
    lines: Sequence[Line] = ()
    moves: Sequence[CashMove] = ()
    paid: Sequence[Paid] = ()
    set_aside: Sequence[SetAside] = ()
    book_faults: Sequence[str] = ()
    is_cut: bool = False
    """Whether there were more rows than are judged one by one: then nothing is known of the rest."""


def compare(read: Inputs, node: NodeAnswer | None = None) -> Report:
    """The report. `node` is what the chain's node says; None where it was not asked."""
    chain = ChainSide(read.in_micros, read.out_micros, read.cursor, node)
    ledger_chain = differences(
        lines=read.lines, moves=read.moves, paid=read.paid, cursor=read.cursor, moment=read.moment
    )
    findings = [
        *_gathered(ledger_chain, Pair.LEDGER_CHAIN),
        *_gathered(_payout_differences(read.set_aside), Pair.LEDGER_PAYOUTS),
        *_left_over(read, chain, ledger_chain),
        *_within(read),
        *_node_findings(read, chain, node),
        *_notes(read, node),
    ]
    return Report(
        made_at=read.made_at,
        day=read.day,
        moment=read.moment,
        ledger=read.ledger,
        payouts=read.payouts,
        chain=chain,
        findings=tuple(sorted(findings, key=lambda finding: list(Code).index(finding.code))),
    )


def _gathered(differences: Iterable[Difference], pair: Pair) -> list[Finding]:
    by_code: dict[Code, list[Difference]] = defaultdict(list)
    for difference in differences:
        by_code[difference.code].append(difference)
    return [
        Finding(
            code=code,
            pair=pair,
            amount_micros=sum(one.amount_micros for one in of_code),
            absolute_micros=sum(one.size_micros for one in of_code),
            count=len(of_code),
            evidence=tuple(row for one in of_code for row in one.evidence)[:MAX_EVIDENCE],
        )
        for code, of_code in by_code.items()
    ]


def _payout_differences(rows: Iterable[SetAside]) -> Iterable[Difference]:
    """Payouts whose account does not hold what it should."""
    for row in rows:
        amount = row.amount_micros or 0
        should_be = amount if row.was_open else 0
        should_be_now = amount if row.is_open else 0
        is_right = row.requested_micros == amount and row.balance_micros == should_be_now
        difference = row.was_micros - should_be
        if is_right and difference == 0:
            continue
        evidence = (FindingRow(row.public_id, row.was_micros, payout_id=row.public_id),)
        if is_right:  # its row and its transfer were written a moment apart, one on each side of midnight
            yield Difference(Code.PAYOUT_AROUND, difference, abs(difference), evidence)
            continue
        wrong = max(
            abs(difference), abs(row.requested_micros - amount), abs(row.balance_micros - should_be_now)
        )
        yield Difference(Code.PAYOUT_DIFFERS, difference, wrong, evidence)


def _left_over(read: Inputs, chain: ChainSide, differences: Sequence[Difference]) -> Iterable[Finding]:
    """What the sums differ by beyond the rows that were read one by one: more rows than anybody looks at."""
    rest = read.ledger.cash_micros - chain.cash_micros - sum(one.amount_micros for one in differences)
    if rest or read.is_cut:
        yield Finding(Code.TOO_MANY, Pair.LEDGER_CHAIN, rest, abs(rest), 1)


def _within(read: Inputs) -> Iterable[Finding]:
    classes = sum(micros for _, micros in read.ledger.classes)
    faults = list(read.book_faults)
    if classes != read.ledger.cash_micros:
        faults.append("The accounts together do not sum to the treasury's cash.")
    if faults:
        wrong = classes - read.ledger.cash_micros
        evidence = tuple(FindingRow(fault, 0) for fault in faults[:MAX_EVIDENCE])
        yield Finding(Code.BOOKS_WRONG, Pair.WITHIN, wrong, abs(wrong), len(faults), evidence)
    open_rest = read.payouts.in_ledger_micros - read.payouts.open_micros
    open_rest -= sum(one.amount_micros for one in _payout_differences(read.set_aside))
    if open_rest:
        yield Finding(Code.TOO_MANY, Pair.LEDGER_PAYOUTS, open_rest, abs(open_rest), 1)
    count, waiting = read.suspense_waiting
    if read.moment is None:
        in_books = dict(read.ledger.classes).get("suspense", 0)
        if in_books != waiting:
            wrong = in_books - waiting
            yield Finding(Code.SUSPENSE_DIFFERS, Pair.WITHIN, wrong, abs(wrong), 1)
        if count:
            yield Finding(Code.IN_SUSPENSE, Pair.WITHIN, waiting, waiting, count)


def _node_findings(read: Inputs, chain: ChainSide, node: NodeAnswer | None) -> Iterable[Finding]:
    """What was read against what the node says that the treasury has."""
    if node is None:
        return
    here_micros = chain.cash_micros - read.other_chains_micros
    new_in = [micros for micros in node.newer_micros if micros > 0]
    new_out = [micros for micros in node.newer_micros if micros < 0]
    for code, newer in ((Code.NEWER_IN, new_in), (Code.NEWER_OUT, new_out)):
        if newer:
            amount = -sum(newer)
            yield Finding(code, Pair.ROWS_NODE, amount, abs(amount), len(newer))
    known = node.at_cursor_micros
    if known is None and node.latest_micros is not None and not node.problem:
        known = node.latest_micros - sum(node.newer_micros)
    if known is not None and known != here_micros:
        wrong = here_micros - known
        yield Finding(Code.NODE_DIFFERS, Pair.ROWS_NODE, wrong, abs(wrong), 1)


def _notes(read: Inputs, node: NodeAnswer | None) -> Iterable[Finding]:
    if node is not None and node.problem:
        yield Finding(Code.NODE_SILENT, Pair.ROWS_NODE, 0, 0, 1, detail=node.problem)
    if read.cursor is None or (read.moment is not None and read.cursor.block_at < read.moment):
        yield Finding(Code.READ_UP_TO, Pair.LEDGER_CHAIN, 0, 0, 1)
    if read.other_chains_micros:
        amount = read.other_chains_micros
        yield Finding(Code.OTHER_CHAINS, Pair.ROWS_NODE, amount, abs(amount), 1)
