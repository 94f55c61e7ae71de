"""What is decided about an owner of workers."""

from django.conf import settings
from django.db import models

MAX_NOTE_CHARS = 500


class TrustDecision(models.TextChoices):
    """By staff. `RULE` is none yet: the rule (so many paid jobs, so many days) only proposes somebody to them."""

    RULE = "rule"
    TRUSTED = "trusted"
    NOT_TRUSTED = "not_trusted"


class OwnerTrust(models.Model):
    """One owner's standing. There is no row where nothing was decided and the rule was never met."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="trust")
    decision = models.CharField(max_length=12, choices=TrustDecision.choices, default=TrustDecision.RULE)
    note = models.CharField(max_length=MAX_NOTE_CHARS, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    """When the rule was first met: staff are shown it, and nothing moves by it."""

    class Meta:
        verbose_name_plural = "owners' trust"
        permissions = [("decide_trust", "Can decide whose escrow is released")]

    def __str__(self) -> str:
        return f"trust of {self.owner_id}"


class EscrowTally(models.Model):
    """How far an owner's escrow was counted by who paid, and what was released of it, in one transaction with it."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    counted_entry_id = models.BigIntegerField(default=0)
    """The newest entry on the escrow account that was counted."""
    released_micros = models.BigIntegerField(default=0)
    """All that has left escrow, of what was counted."""
    day = models.DateField(null=True, blank=True)
    day_micros = models.BigIntegerField(default=0)
    """What was released on that day (UTC)."""
    looked_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"escrow of {self.owner_id}"


class EscrowSource(models.Model):
    """What one payer's free credits have brought into one owner's escrow. The tag tells nobody who that is."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    payer_tag = models.CharField(max_length=64)
    earned_micros = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "payer_tag"], name="escrow_source_once")]

    def __str__(self) -> str:
        return f"a source of {self.owner_id}"
