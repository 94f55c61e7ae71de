"""Stakes as the chain tells them, epochs, and each staker's part of one."""

from django.db import models
from django.db.models import Q

from ashao_site.chain.notation import ADDRESS_CHARS, HASH_CHARS
from ashao_site.chain.wei import WeiField


class StakeKind(models.TextChoices):
    """The two events of the vault."""

    STAKED = "staked"
    UNSTAKED = "unstaked"


class StakeChange(models.Model):
    """A `Staked` or `Unstaked` event, in a block with enough confirmations."""

    chain_id = models.BigIntegerField()
    tx_hash = models.CharField(max_length=HASH_CHARS)
    log_index = models.PositiveIntegerField()
    block = models.BigIntegerField()
    block_at = models.DateTimeField()
    wallet = models.CharField(max_length=ADDRESS_CHARS)
    kind = models.CharField(max_length=8, choices=StakeKind.choices)
    amount_wei = WeiField()
    stake_after_wei = WeiField()

    class Meta:
        ordering = ["block", "log_index"]
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "tx_hash", "log_index"], name="stake_change_once"),
        ]
        indexes = [
            models.Index(fields=["chain_id", "wallet", "block", "log_index"], name="stake_change_by_wallet")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tx_hash} {self.log_index}"


class Stake(models.Model):
    """What a wallet has staked as of the cursor's block: the last `stake_after_wei` of its changes."""

    chain_id = models.BigIntegerField()
    wallet = models.CharField(max_length=ADDRESS_CHARS)
    amount_wei = WeiField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "wallet"], name="stake_once"),
            models.CheckConstraint(name="stake_never_negative", condition=Q(amount_wei__gte=0)),
        ]

    def __str__(self) -> str:
        return self.wallet


class Epoch(models.Model):
    """A stretch of time, `[starts_at, ends_at)`, whose stakers share what the pool held at its end.

    Written once, with all its rewards, when the chain is known beyond its end. `paid_at` is set when the last
    reward is in the books.
    """

    number = models.PositiveIntegerField(unique=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    pool_micros = models.BigIntegerField()
    """What there was to share: with what earlier epochs left over."""
    rewards_micros = models.BigIntegerField()
    """The sum of its rewards; the rest is carried on."""
    weight = WeiField()
    """Sum of stake × seconds, in wei seconds."""
    stakers = models.PositiveIntegerField()
    settled_at = models.DateTimeField(auto_now_add=True)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                name="epoch_within_pool",
                condition=Q(rewards_micros__gte=0, rewards_micros__lte=models.F("pool_micros")),
            ),
            models.CheckConstraint(name="epoch_takes_time", condition=Q(ends_at__gt=models.F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"epoch {self.number}"


class Reward(models.Model):
    """A staker's part of an epoch."""

    epoch = models.ForeignKey(Epoch, on_delete=models.PROTECT, related_name="rewards")
    wallet = models.CharField(max_length=ADDRESS_CHARS)
    weight = WeiField()
    amount_micros = models.BigIntegerField()
    paid = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["epoch", "wallet"], name="reward_once"),
            models.CheckConstraint(name="reward_never_negative", condition=Q(amount_micros__gte=0)),
        ]
        indexes = [models.Index(fields=["wallet", "epoch"], name="reward_by_wallet")]

    def __str__(self) -> str:
        return f"{self.wallet} of epoch {self.epoch_id}"
