"""A wallet signs in: with a nonce, a message that names it, and a signature."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.dispatch import Signal

from ashao_site.accounts.models import User
from ashao_site.accounts.sign_in.models import SignInNonce
from ashao_site.accounts.sign_in.signature import verify_signature
from ashao_site.accounts.sign_in.site import Site, check_message
from ashao_site.accounts.sign_in.siwe import SignInMessage, nonce_of, parse_message
from ashao_site.lib import limits
from ashao_site.lib.clock import now
from ashao_site.lib.errors import Forbidden, NotSignedIn

NONCE_TTL_S = 300
NONCES_MAX_PER_SESSION = 20
NONCE_BYTES = 16

wallet_signed_in = Signal()
"""A wallet has signed in, for the first time or again. Arguments: `user`, and `address`, the network address that it
came from (`client_address`).

Sent outside of any transaction, once the session is the person's.
"""


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
