"""The rows of the ledger, for Django. Everybody else asks the package that they belong to."""

from ledger.books.models import Account, Entry, Hold, HoldLine, Transfer
from ledger.deposits.models import SentDeposit, TreasuryTransfer
from ledger.grants.models import GrantDay, SignupGrant
from ledger.payouts.models import (
    Payout,
    PayoutDecision,
    PayoutWallet,
    RelayerAttempt,
    RelayerStatus,
    RelayerTransaction,
)
from ledger.treasury.models import Booking, Burn

__all__ = [
    "Account",
    "Booking",
    "Burn",
    "Entry",
    "GrantDay",
    "Hold",
    "HoldLine",
    "Payout",
    "PayoutDecision",
    "PayoutWallet",
    "RelayerAttempt",
    "RelayerStatus",
    "RelayerTransaction",
    "SentDeposit",
    "SignupGrant",
    "Transfer",
    "TreasuryTransfer",
]
