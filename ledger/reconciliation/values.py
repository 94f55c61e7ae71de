"""What is compared, as it was read. Pure.

Amounts of cash are signed as the treasury sees them: positive came in, negative went out.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What one transfer of the ledger did to `treasury:usdc`."""

    transfer_id: int
    key: str
    root: str
    """The key of the transfer that it reverses; its own where it reverses none."""
    kind: str
    amount_micros: int
    at: datetime
    against: str
    """The account on the other side; "" where there are several."""
    booking_micros: int | None = None
    """What the booking that wrote it says; None where no booking did."""


@dataclass(frozen=True, slots=True)
class CashMove:
    """USDC that came to or left the treasury, as the chain tells it."""

    id: int
    tx_hash: str
    wallet: str
    amount_micros: int
    at: datetime
    booked: str
    key: str
    user_id: int | None = None
    on_chain: bool = True
    """False once a reorganisation has taken it out of the chain: then it is no money, whatever was booked."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A payout that names the transaction which paid it, or that was sent in some: then there is one for each."""

    public_id: str
    tx_hash: str
    wallet: str
    amount_micros: int
    is_final: bool
    block: int | None
    """The block that it was included in, where one is known."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A payout beside its account in the ledger. Without a payout, `amount_micros` and what follows are None."""

    public_id: str
    amount_micros: int | None
    is_open: bool
    """Now."""
    was_open: bool
    """At the moment that is compared."""
    requested_micros: int
    """What was ever put on its account."""
    balance_micros: int
    """Of its account, now."""
    was_micros: int
    """Of its account, at the moment that is compared."""


@dataclass(frozen=True, slots=True)
class NodeAnswer:
    """What the chain's node says of the treasury's USDC, at the cursor's block and after it."""

    block: int
    at_cursor_micros: int | None
    """At the cursor's block; None where the node no longer knows it."""
    latest_micros: int | None
    """At the node's latest block."""
    newer_micros: tuple[int, ...] = ()
    """What came and left between the two, which is not confirmed yet."""
    problem: str = ""
    """Why something of it is missing, in a sentence."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the chain has been read."""

    chain_id: int
    block: int
    block_hash: str
    block_at: datetime
    read_at: datetime
    alarm: str
