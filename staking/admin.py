"""Stakes, epochs and rewards in the admin: read only."""

from staking.rewards.admin import EpochAdmin, RewardAdmin, StakeAdmin, StakeChangeAdmin

__all__ = ["EpochAdmin", "RewardAdmin", "StakeAdmin", "StakeChangeAdmin"]
