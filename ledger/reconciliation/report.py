"""What a comparison found. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ledger.reconciliation.values import Cursor, NodeAnswer

MAX_EVIDENCE = 10_000
"""So many rows at most are read and shown one by one for each kind of difference. One red one is too many."""


class Level(StrEnum):
    """How bad a finding is."""

    RED = "red"
    """Money that nothing explains: somebody has to look."""
    EXPLAINED = "explained"
    """A difference, with its reason, that ends by itself."""
    NOTE = "note"
    """No difference: something worth knowing."""


class Code(StrEnum):
    """Every kind of finding. docs/reconciliation.md says what to do about each."""

    UNBOOKED_IN = "unbooked_in"
    UNBOOKED_OUT = "unbooked_out"
    FUNDING_WITHOUT_TRANSACTION = "funding_without_transaction"
    BOOKED_WITHOUT_TRANSACTION = "booked_without_transaction"
    GONE_FROM_CHAIN = "gone_from_chain"
    AMOUNTS_DIFFER = "amounts_differ"
    BOOKED_ELSEWHERE = "booked_elsewhere"
    PAYOUT_DIFFERS = "payout_differs"
    SUSPENSE_DIFFERS = "suspense_differs"
    NODE_DIFFERS = "node_differs"
    BOOKS_WRONG = "books_wrong"
    TOO_MANY = "too_many"
    BOOKED_LATER = "booked_later"
    BLOCK_LATER = "block_later"
    CORRECTED_LATER = "corrected_later"
    PAYOUT_NOT_FINAL = "payout_not_final"
    NOT_READ_YET = "not_read_yet"
    PAYOUT_AROUND = "payout_around"
    NEWER_IN = "newer_in"
    NEWER_OUT = "newer_out"
    IN_SUSPENSE = "in_suspense"
    NODE_SILENT = "node_silent"
    READ_UP_TO = "read_up_to"
    OTHER_CHAINS = "other_chains"


RED = frozenset(list(Code)[: list(Code).index(Code.BOOKED_LATER)])
NOTES = frozenset({Code.IN_SUSPENSE, Code.NODE_SILENT, Code.READ_UP_TO, Code.OTHER_CHAINS})


class Pair(StrEnum):
    """Which two sides a finding lies between."""

    LEDGER_CHAIN = "ledger and chain"
    LEDGER_PAYOUTS = "ledger and payouts"
    ROWS_NODE = "what was read and the node"
    WITHIN = "within the books"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One row behind a finding. `ledger_id`, `moved_id` and `payout_id` lead to its pages in the admin."""

    what: str
    amount_micros: int
    at: datetime | None = None
    ledger_id: int | None = None
    moved_id: int | None = None
    payout_id: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of difference with all its rows.

    `amount_micros` is signed: what the first side of `pair` has more than the second. `absolute_micros` is the
    sum of the rows' sizes: two mistakes of opposite signs are not none.
    """

    code: Code
    pair: Pair
    amount_micros: int
    absolute_micros: int
    count: int
    evidence: tuple[FindingRow, ...] = ()
    detail: str = ""

    @property
    def level(self) -> Level:
        """Follows from the code."""
        if self.code in RED:
            return Level.RED
        return Level.NOTE if self.code in NOTES else Level.EXPLAINED


@dataclass(frozen=True, slots=True)
class LedgerSide:
    """What the books say, by class of account. The treasury's line is the cash, the others what it is owed to."""

    cash_micros: int
    classes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PayoutSide:
    """What the payouts say. `by_state` is there for now only."""

    open_micros: int
    in_ledger_micros: int
    by_state: tuple[tuple[str, int, int], ...] = ()
    """State, count, amount."""


@dataclass(frozen=True, slots=True)
class ChainSide:
    """What was read from the chain."""

    in_micros: int
    out_micros: int
    cursor: Cursor | None
    node: NodeAnswer | None = None

    @property
    def cash_micros(self) -> int:
        """What the treasury has, by what was read."""
        return self.in_micros - self.out_micros


@dataclass(frozen=True, slots=True)
class Report:
    """A comparison of all three. `moment` is None for now; else everything before it counts."""

    made_at: datetime
    day: date | None
    moment: datetime | None
    ledger: LedgerSide
    payouts: PayoutSide
    chain: ChainSide
    findings: tuple[Finding, ...]

    @property
    def difference_micros(self) -> int:
        """What the ledger has more than the chain."""
        return self.ledger.cash_micros - self.chain.cash_micros

    @property
    def explained_micros(self) -> int:
        """How much of the difference has its reason."""
        return sum(
            finding.amount_micros
            for finding in self.findings
            if finding.level is Level.EXPLAINED and finding.pair is Pair.LEDGER_CHAIN
        )

    @property
    def unexplained_micros(self) -> int:
        """The size of everything red: zero, or somebody has to look."""
        return sum(finding.absolute_micros for finding in self.red)

    @property
    def red(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level is Level.RED)

    @property
    def agrees(self) -> bool:
        """Whether nothing is red."""
        return not self.red
