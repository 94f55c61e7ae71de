"""The rows of first grants. `ledger.grants.actions` alone writes here; a person is a number here."""

from django.db import models
from django.db.models import Q


class GrantState(models.TextChoices):
    """The life of a first grant.

    waiting → given → kept (its owner came back) or returned (nobody did). A person has one, ever.
    """

    WAITING = "waiting"
    GIVEN = "given"
    KEPT = "kept"
    RETURNED = "returned"


class GrantReason(models.TextChoices):
    NONE = ""
    ADDRESS = "address"
    """So many were given to this network address today."""
    DAY = "day"
    """So much of the promotion budget was given today."""
    BUDGET = "budget"
    """The promotion budget is used up."""


class SignupGrant(models.Model):
    """What became of one person's free credits."""

    user_id = models.BigIntegerField(unique=True)
    state = models.CharField(max_length=8, choices=GrantState.choices, default=GrantState.WAITING)
    reason = models.CharField(max_length=8, choices=GrantReason.choices, blank=True, default=GrantReason.NONE)
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["given_at"], condition=Q(state="given"), name="signup_grant_given"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"


class GrantDay(models.Model):
    """What was given on one day (UTC). Its row is locked while something more is."""

    day = models.DateField(unique=True)
    given_micros = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.given_micros} µ"
