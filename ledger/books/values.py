"""What goes into the ledger's actions and what comes back: frozen values, no rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a transfer: the account's address and what is added to it (negative: taken from it)."""

    address: str
    amount_micros: int


@dataclass(frozen=True, slots=True)
class TransferRecord:
    """A transfer in the books. `created` is False when this call repeated an earlier one."""

    id: int
    created: bool


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """A hold and the accounts it takes from, in the order in which they are drawn on.

    `created` is False when this call repeated an earlier one.
    """

    id: int
    lines: tuple[tuple[str, int], ...]
    created: bool
