"""The staking app: it listens to the vault, and says when an epoch's rewards are late."""

from django.apps import AppConfig


class StakingConfig(AppConfig):
    """Stakes, epochs and rewards."""

    name = "staking"

    def ready(self) -> None:
        """Register with the indexer and the alarms."""
        from ashao_site.chain.indexer import listeners
        from ashao_site.staff import alarms
        from staking.rewards.queries import reward_alarms
        from staking.rewards.stakes import StakeListener

        listeners.register("stakes", StakeListener())
        alarms.register("rewards", reward_alarms)
