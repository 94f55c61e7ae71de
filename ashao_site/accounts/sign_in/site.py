"""What a sign-in message must say before its signature is looked at. No database here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from ashao_site.accounts.sign_in.siwe import SignInMessage
from ashao_site.lib.errors import NotSignedIn

CLOCK_SKEW_MAX = timedelta(minutes=15)


@dataclass(frozen=True)
class Site:
    """The site as its visitors see it: the host with its port, and the schemes it is reached by."""

    host: str
    schemes: frozenset[str]


def site_of(request: HttpRequest) -> Site:
    """The site that this request was sent to.

    Behind a proxy that ends TLS the request looks like plain http; the https origin is then one that
    `CSRF_TRUSTED_ORIGINS` names, as CSRF itself needs.
    """
    host = request.get_host()
    trusted = {
        origin.partition("://")[0] for origin in settings.CSRF_TRUSTED_ORIGINS if _host_of(origin) == host
    }
    return Site(host=host, schemes=frozenset({request.scheme or "http"} | trusted))


def check_message(message: SignInMessage, *, site: Site, asked_at: datetime, at: datetime) -> None:
    """Raise `NotSignedIn` unless the message is for this site and chain, and of this moment.

    `asked_at` is when its nonce was made. What keeps a message from being used later is that nonce: it is good once,
    in one session, for five minutes by our clock. The message's own times are by the clock of whoever made it, and
    that may be wrong by up to `CLOCK_SKEW_MAX`.
    """
    if message.domain != site.host or not _is_on_site(message, site):
        raise NotSignedIn("This message was made for another site.", code="wrong_domain")
    if message.chain_id != settings.CHAIN_ID:
        raise NotSignedIn(f"Please switch your wallet to chain {settings.CHAIN_ID}.", code="wrong_chain")
    ahead = clock_ahead(message.issued_at, asked_at=asked_at, at=at)
    if abs(ahead) > CLOCK_SKEW_MAX:
        raise NotSignedIn(_clock_sentence(ahead, at), code="clock_wrong")
    if message.expires_at is not None and at >= message.expires_at - ahead:
        raise NotSignedIn("This message has expired. Please sign in again.", code="expired")
    if message.not_before is not None and at < message.not_before - ahead:
        raise NotSignedIn("This message is not valid yet: is your clock right?", code="not_yet_valid")


def clock_ahead(issued_at: datetime, *, asked_at: datetime, at: datetime) -> timedelta:
    """How far ahead of ours the clock must be that says `issued_at`; negative where it is behind.

    The message was made after its nonce, `asked_at`, and before now, `at`. A clock that says a moment between the two
    is taken to be right, any other for as little wrong as it can be.
    """
    if issued_at > at:
        return issued_at - at
    return min(issued_at - asked_at, timedelta())


def _clock_sentence(ahead: timedelta, at: datetime) -> str:
    minutes = round(abs(ahead) / timedelta(minutes=1))
    off = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
    return (
        f"The clock of your device is {off} {'ahead' if ahead > timedelta() else 'behind'}: here it is"
        f" {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC. Please set it right and try again."
    )


def _is_on_site(message: SignInMessage, site: Site) -> bool:
    try:
        uri = urlsplit(message.uri)
    except ValueError:
        return False
    if message.scheme is not None and message.scheme != uri.scheme:
        return False
    return uri.scheme in site.schemes and uri.netloc == site.host


def _host_of(origin: str) -> str:
    return origin.partition("://")[2]
