"""What a sign-in message must say before its signature is looked at. No database here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from ashao_site.accounts.siwe import SignInMessage
from ashao_site.lib.errors import NotSignedIn

MESSAGE_MAX_AGE = timedelta(minutes=10)
CLOCK_SKEW = timedelta(minutes=1)


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


def check_message(message: SignInMessage, *, site: Site, at: datetime) -> None:
    """Raise `NotSignedIn` unless the message is for this site and chain, and of this moment."""
    if message.domain != site.host or not _is_on_site(message, site):
        raise NotSignedIn("This message was made for another site.", code="wrong_domain")
    if message.chain_id != settings.CHAIN_ID:
        raise NotSignedIn(f"Please switch your wallet to chain {settings.CHAIN_ID}.", code="wrong_chain")
    if at - message.issued_at > MESSAGE_MAX_AGE or (message.expires_at and at >= message.expires_at):
        raise NotSignedIn("This message has expired. Please sign in again.", code="expired")
    if message.issued_at - at > CLOCK_SKEW or (message.not_before and at < message.not_before):
        raise NotSignedIn("This message is not valid yet: is your clock right?", code="not_yet_valid")


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
