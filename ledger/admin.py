"""The ledger in the admin, for Django: each package has its own pages."""

from ledger.books.admin import AccountAdmin, EntryAdmin, HoldAdmin, TransferAdmin
from ledger.deposits.admin import TreasuryTransferAdmin
from ledger.payouts.admin import PayoutAdmin
from ledger.reconciliation.admin import ChainCursorAdmin
from ledger.treasury.admin import BookingAdmin, BurnAdmin

__all__ = [
    "AccountAdmin",
    "BookingAdmin",
    "BurnAdmin",
    "ChainCursorAdmin",
    "EntryAdmin",
    "HoldAdmin",
    "PayoutAdmin",
    "TransferAdmin",
    "TreasuryTransferAdmin",
]
