"""What is decided about an owner of workers."""

from django.conf import settings
from django.db import models

MAX_NOTE_CHARS = 500


class TrustDecision(models.TextChoices):
    """By staff; without one, the rule decides (so many paid jobs, so many days)."""

    RULE = "rule"
    TRUSTED = "trusted"
    NOT_TRUSTED = "not_trusted"


class OwnerTrust(models.Model):
    """One owner's standing. There is no row where nothing was decided and nothing was ever released."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="trust")
    decision = models.CharField(max_length=12, choices=TrustDecision.choices, default=TrustDecision.RULE)
    note = models.CharField(max_length=MAX_NOTE_CHARS, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    trusted_at = models.DateTimeField(null=True, blank=True)
    """When the rule was first met."""

    class Meta:
        verbose_name_plural = "owners' trust"
        permissions = [("decide_trust", "Can decide whose escrow is released")]

    def __str__(self) -> str:
        return f"trust of {self.owner_id}"
