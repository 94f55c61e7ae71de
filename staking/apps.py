"""The staking app."""

from django.apps import AppConfig


class StakingConfig(AppConfig):
    """What happens on the chain."""

    name = "staking"
