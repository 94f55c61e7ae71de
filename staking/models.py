"""The rows of the staking app, for Django."""

from staking.rewards.models import Epoch, Reward, Stake, StakeChange

__all__ = ["Epoch", "Reward", "Stake", "StakeChange"]
