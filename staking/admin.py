"""The chain in the admin: read only, but for what staff decide about suspense, bookings and an alarm."""

from staking.admin_bookings import BookingAdmin
from staking.admin_rewards import BurnAdmin, EpochAdmin, RewardAdmin, StakeAdmin, StakeChangeAdmin
from staking.admin_treasury import ChainCursorAdmin, TreasuryTransferAdmin

__all__ = [
    "BookingAdmin",
    "BurnAdmin",
    "ChainCursorAdmin",
    "EpochAdmin",
    "RewardAdmin",
    "StakeAdmin",
    "StakeChangeAdmin",
    "TreasuryTransferAdmin",
]
