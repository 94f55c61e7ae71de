"""What is read about stakes and rewards."""

from django.conf import settings
from django.db.models import Exists, QuerySet

from ashao_site.accounts.models import User
from staking.rewards.models import Stake


def is_staker(user_id: int | None) -> bool:
    """Whether this person's wallet has a confirmed stake that counts. One statement; False without a chain."""
    return user_id is not None and counting_stakes(user_id).exists()


def stakes_enough(user_id: int) -> Exists:
    """`is_staker` as a condition inside another statement, `When(stakes_enough(7), then=…)`.

    Never true without a chain.
    """
    return Exists(counting_stakes(user_id))


def counting_stakes(user_id: int) -> QuerySet[Stake]:
    """The stake of this person's wallet on the configured chain, if it is as much as a staker needs."""
    if settings.CHAIN is None:
        return Stake.objects.none()
    wallet = User.objects.filter(pk=user_id).values("wallet")
    return Stake.objects.filter(
        chain_id=settings.CHAIN.chain_id, wallet__in=wallet, amount_wei__gte=minimum_wei()
    )


def minimum_wei() -> int:
    """What a wallet must stake to be a staker: a setting, and never nothing."""
    return max(1, settings.MONEY.staked_share_min_wei)
