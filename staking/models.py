"""The rows of the staking app, one module for each part of it."""

from staking.indexer.models import ChainCheckpoint, ChainCursor, SentDeposit, TreasuryTransfer
from staking.rewards.models import Epoch, Reward, Stake, StakeChange
from staking.treasury.models import Booking, Burn

__all__ = [
    "Booking",
    "Burn",
    "ChainCheckpoint",
    "ChainCursor",
    "Epoch",
    "Reward",
    "SentDeposit",
    "Stake",
    "StakeChange",
    "TreasuryTransfer",
]
