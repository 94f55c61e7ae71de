"""What is read about stakes and rewards."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, QuerySet
from django.urls import reverse

from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from ashao_site.staff.alarms import Alarm, AlarmLevel
from staking.rewards.models import Epoch, Stake

UNPAID_FOR = timedelta(minutes=10)
"""So long after it was settled, an epoch's rewards should be in the books."""


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


def reward_alarms() -> Iterator[Alarm]:
    """The first epoch whose rewards are late."""
    late = Epoch.objects.filter(paid_at=None, settled_at__lt=now() - UNPAID_FOR).order_by("number").first()
    if late is not None:
        sentence = f"The rewards of epoch {late.number} are settled and not all paid."
        link = reverse("admin:staking_epoch_change", args=[late.pk])
        yield Alarm("unpaid_epoch", AlarmLevel.WARNING, sentence, link)
