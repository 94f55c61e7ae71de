"""The rows of nonces."""

from datetime import datetime

from django.db import models

from ashao_site.accounts.sessions.models import SESSION_KEY_MAX_CHARS
from ashao_site.accounts.sign_in.siwe import NONCE_MAX_CHARS
from ashao_site.lib.clock import now


class SignInNonce(models.Model):
    """A nonce that one session may sign in with, once, before it expires. Used means deleted."""

    nonce = models.CharField(max_length=NONCE_MAX_CHARS, unique=True)
    session_key = models.CharField(max_length=SESSION_KEY_MAX_CHARS)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["session_key", "created_at"], name="nonce_by_session")]

    def __str__(self) -> str:
        return f"nonce {self.pk}"

    def is_live(self, at: datetime) -> bool:
        """Whether it may still be used at that time."""
        return at < self.expires_at
