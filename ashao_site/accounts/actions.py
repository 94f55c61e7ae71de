"""What changes in accounts: nonces, sign-ins, API keys, and forgetting what is over."""

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from ashao_site.accounts.keys import API_KEY_PREFIX
from ashao_site.accounts.models import (
    API_KEY_NAME_MAX_CHARS,
    ApiKey,
    GuestUse,
    SignInNonce,
    User,
)
from ashao_site.accounts.scopes import ALL_SCOPES
from ashao_site.accounts.session import Viewer
from ashao_site.accounts.sign_ins import orphans, tell_access_ended
from ashao_site.accounts.signature import verify_signature
from ashao_site.accounts.signin import Site, check_message
from ashao_site.accounts.siwe import SignInMessage, nonce_of, parse_message
from ashao_site.lib import limits
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, Conflict, Forbidden, NotFound, NotSignedIn
from ashao_site.lib.ids import hash_secret, is_id, new_secret
from ashao_site.lib.text import clean_text

API_KEYS_MAX_PER_USER = 20
NONCE_TTL_S = 300
NONCES_MAX_PER_SESSION = 20
NONCE_BYTES = 16
FORGET_BATCH = 1000
FORGET_MAX_S = 120.0
REVOKED_KEY_KEPT = timedelta(days=90)
GUEST_USE_KEPT = timedelta(days=2)


def issue_nonce(*, session_key: str) -> SignInNonce:
    """A new nonce that this session may sign in with, once, for `NONCE_TTL_S` seconds.

    A session has at most `NONCES_MAX_PER_SESSION`: a further one takes the place of the oldest.
    """
    at = now()
    with transaction.atomic():
        mine = SignInNonce.objects.filter(session_key=session_key).order_by("-created_at", "-pk")
        surplus = list(mine.values_list("pk", flat=True)[NONCES_MAX_PER_SESSION - 1 :])
        if surplus:
            SignInNonce.objects.filter(pk__in=surplus).delete()
        nonce = secrets.token_hex(NONCE_BYTES)  # EIP-4361 allows letters and digits only
        expires_at = at + timedelta(seconds=NONCE_TTL_S)
        return SignInNonce.objects.create(
            nonce=nonce, session_key=session_key, created_at=at, expires_at=expires_at
        )


def sign_in(*, message: str, signature: str, session_key: str | None, site: Site, address: str) -> User:
    """The user whose wallet signed this message; on a wallet's first sign-in the user is made.

    Raises what `accept_message` does, `NotSignedIn` (`bad_signature`), for a disabled user `Forbidden`, and
    `RateLimited` for too many new wallets, or contracts to be asked, from this network address. Must not be called in a
    transaction: undoing that would bring the nonce back.
    """
    accepted = accept_message(message, session_key=session_key, site=site)
    if not verify_signature(accepted.wallet, message, signature, address=address):
        raise NotSignedIn(
            "The signature is not this wallet's signature of this message.", code="bad_signature"
        )
    if not User.objects.filter(wallet=accepted.wallet, last_login__isnull=False).exists():
        limits.spend_now(limits.NEW_ACCOUNT, address=address)
    user, _ = User.objects.get_or_create_wallet(accepted.wallet)
    if not user.is_active:
        raise Forbidden("This account is disabled.", code="account_disabled")
    return user


def accept_message(message: str, *, session_key: str | None, site: Site) -> SignInMessage:
    """A message that was made for this site, chain, session and moment. Who signed it is not looked at.

    Raises `BadInput` (`bad_message`) and `NotSignedIn` (`bad_nonce`, `wrong_domain`, `wrong_chain`, `clock_wrong`,
    `expired`, `not_yet_valid`). The nonce is used up before anything else is read, whatever is wrong with the rest.
    Must not be called in a transaction: undoing that would bring the nonce back.
    """
    asked_at = _consume_nonce(nonce=nonce_of(message), session_key=session_key)
    parsed = parse_message(message)
    check_message(parsed, site=site, asked_at=asked_at, at=now())
    return parsed


def _consume_nonce(*, nonce: str, session_key: str | None) -> datetime:
    """Use up a nonce of this session; returns when it was made. Raises `NotSignedIn` (`bad_nonce`)."""
    mine = SignInNonce.objects.filter(nonce=nonce, session_key=session_key or "", expires_at__gt=now())
    made_at = mine.values_list("created_at", flat=True).first()
    deleted = 0 if made_at is None else mine.delete()[0]  # of two at once, one deletes it
    if made_at is None or deleted != 1:
        raise NotSignedIn("This message was used before or is too old. Please try again.", code="bad_nonce")
    return made_at


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


def forget_expired(*, until: float | None = None) -> int:
    """Delete expired nonces and sessions, old guest counts, old revoked keys; returns how many went.

    Batch by batch until none is left, or until that time (`time.monotonic`; by default `FORGET_MAX_S` from now). Meant
    for a periodic task, which goes on the next time.
    """
    at = now()
    stop_at = time.monotonic() + FORGET_MAX_S if until is None else until
    over: tuple[QuerySet[Any], ...] = (
        SignInNonce.objects.filter(expires_at__lte=at),
        Session.objects.filter(expire_date__lte=at),  # and with each its sign-in
        GuestUse.objects.filter(day__lt=(at - GUEST_USE_KEPT).date()),
        ApiKey.objects.filter(revoked_at__lte=at - REVOKED_KEY_KEPT),
        orphans(),  # no index helps to find them: last, and where the rest is done
    )
    return sum(_forget(rows, stop_at) for rows in over)


def _forget(rows: QuerySet[Any], stop_at: float) -> int:
    count = 0
    while time.monotonic() < stop_at:
        batch = list(rows.values_list("pk", flat=True)[:FORGET_BATCH])
        count += rows.model._default_manager.filter(pk__in=batch).delete()[0]
        if len(batch) < FORGET_BATCH:
            break
    return count
