"""One line of a statement."""

from dataclasses import dataclass
from datetime import datetime

from ashao_site.lib.pieces import Json
from ledger.books.models import Entry


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One entry as its owner sees it. `id` is what `before_id` of the next page takes."""

    id: int
    created_at: datetime
    address: str
    kind: str
    reference: str
    amount_micros: int
    balance_after_micros: int
    transfer_id: int

    @property
    def part(self) -> str:
        """Which of a person's accounts it is of."""
        return part_of(self.address)


def part_of(address: str) -> str:
    return address.rpartition(":")[2]


def statement_row(entry: Entry, address: str, balance_after_micros: int) -> StatementRow:
    return StatementRow(
        id=entry.pk,
        created_at=entry.transfer.created_at,
        address=address,
        kind=entry.transfer.kind,
        reference=entry.transfer.reference,
        amount_micros=entry.amount_micros,
        balance_after_micros=balance_after_micros,
        transfer_id=entry.transfer_id,
    )


def told(row: StatementRow) -> Json:
    """As the API, and the file of all that is held of a person, tell it."""
    return {
        "id": row.id,
        "at": row.created_at,
        "part": row.part,
        "kind": row.kind,
        "reference": row.reference,
        "amount": row.amount_micros,
        "balance": row.balance_after_micros,
    }
