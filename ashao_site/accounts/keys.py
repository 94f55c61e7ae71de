"""API keys: which of them a bearer token is."""

from datetime import timedelta

from django.db.models import Q

from ashao_site.accounts.models import ApiKey
from ashao_site.lib.clock import now
from ashao_site.lib.ids import hash_secret

API_KEY_PREFIX = "ak"
BEARER_MAX_CHARS = 128
LAST_USED_STEP = timedelta(minutes=1)
"""`last_used_at` is written at most this often: a busy key must not cost a write on every call."""


def live_key(secret: str) -> ApiKey | None:
    """The live API key with this secret, of an active user (loaded with it), or None. Notes that it was used."""
    if not secret.startswith(API_KEY_PREFIX + "_") or len(secret) > BEARER_MAX_CHARS:
        return None
    key = ApiKey.objects.live().filter(key_hash=hash_secret(secret)).select_related("user").first()
    if key is None or not key.user.is_active:
        return None
    _note_use(key)
    return key


def _note_use(key: ApiKey) -> None:
    at = now()
    stale = at - LAST_USED_STEP
    if key.last_used_at is not None and key.last_used_at > stale:
        return
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=stale)
    ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=at)
