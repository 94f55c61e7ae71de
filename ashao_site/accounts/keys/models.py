"""The rows of API keys."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ashao_site.accounts.keys.scopes import ALL_SCOPES, SCOPE_MAX_CHARS
from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from ashao_site.lib.text import new_id

API_KEY_NAME_MAX_CHARS = 80


def new_key_id() -> str:
    """A new public id of an API key."""
    return new_id("key")


def all_scopes() -> list[str]:
    """What a key may that was made by somebody who named no scopes, as every key of the first edition was."""
    return list(ALL_SCOPES)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Reads of API keys."""

    def live(self) -> Self:
        """Keys that have not been revoked."""
        return self.filter(revoked_at__isnull=True)


class ApiKey(models.Model):
    """A key with which a program acts for a user. The secret itself is shown once and never kept."""

    public_id = models.CharField(max_length=40, unique=True, default=new_key_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=API_KEY_NAME_MAX_CHARS)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=4, editable=False, help_text="The key's last four characters.")
    scopes = ArrayField(models.CharField(max_length=SCOPE_MAX_CHARS), default=all_scopes, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                name="api_key_has_known_scopes",
                condition=Q(scopes__contained_by=list(ALL_SCOPES)) & ~Q(scopes=[]),
            )
        ]
        indexes = [models.Index(fields=["user", "created_at"], name="api_key_by_user")]

    def __str__(self) -> str:
        return self.public_id
