"""A key is made, known again when it comes with a call, and revoked."""

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db import transaction

from ashao_site.accounts.keys.models import API_KEY_NAME_MAX_CHARS, ApiKey
from ashao_site.accounts.keys.scopes import ALL_SCOPES
from ashao_site.accounts.models import User
from ashao_site.accounts.viewer import Viewer, note_last_use, tell_access_ended
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, Conflict, NotFound, NotSignedIn
from ashao_site.lib.text import clean_text, hash_secret, is_id, new_secret

API_KEYS_MAX_PER_USER = 20
API_KEY_PREFIX = "ak"
BEARER_MAX_CHARS = 128


@dataclass(frozen=True)
class NewApiKey:
    """A key just made, and its secret: nobody can be shown that again."""

    key: ApiKey
    secret: str


def create_api_key(
    *, user: User, name: str, scopes: Collection[str] = ALL_SCOPES, session_key: str | None = None
) -> NewApiKey:
    """Make an API key that may do this. Raises `BadInput` for a bad name or scope, `Conflict` (`too_many_keys`).

    With the key of the session that asks, `NotSignedIn` where that was ended meanwhile: who deletes everything, or
    signs out elsewhere, must not be left with a key that was asked for a moment before.
    """
    name = clean_text(name, name="name", max_chars=API_KEY_NAME_MAX_CHARS).strip()
    if not name:
        raise BadInput("name must not be empty.")
    chosen = [scope for scope in ALL_SCOPES if scope in scopes]
    if not chosen or not set(scopes) <= set(ALL_SCOPES):
        raise BadInput(f"scopes must be some of {', '.join(ALL_SCOPES)}.")
    secret = new_secret(API_KEY_PREFIX)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # so that two at once cannot both be the last
        if session_key is not None and not Session.objects.filter(pk=session_key).exists():
            raise NotSignedIn("Please sign in first.")
        if ApiKey.objects.live().filter(user=user).count() >= API_KEYS_MAX_PER_USER:
            raise Conflict(
                f"You have {API_KEYS_MAX_PER_USER} keys already. Please delete one first.",
                code="too_many_keys",
            )
        key = ApiKey.objects.create(
            user=user, name=name, scopes=chosen, key_hash=hash_secret(secret), hint=secret[-4:]
        )
    return NewApiKey(key=key, secret=secret)


def revoke_api_key(*, user: User, public_id: str) -> None:
    """End a key of this user at once. Raises `NotFound` for an unknown, foreign or already revoked one."""
    revoked = 0
    if is_id(public_id, "key"):
        mine = ApiKey.objects.live().filter(user=user, public_id=public_id)
        revoked = mine.update(revoked_at=now())
    if revoked != 1:
        raise NotFound("There is no such API key.")
    tell_access_ended(Viewer(user_id=user.pk))


def live_key(secret: str) -> ApiKey | None:
    """The live API key with this secret, of an active user (loaded with it), or None. Notes that it was used."""
    if not secret.startswith(API_KEY_PREFIX + "_") or len(secret) > BEARER_MAX_CHARS:
        return None
    key = ApiKey.objects.live().filter(key_hash=hash_secret(secret)).select_related("user").first()
    if key is None or not key.user.is_active:
        return None
    note_last_use(ApiKey.objects.filter(pk=key.pk), key.last_used_at)
    return key
