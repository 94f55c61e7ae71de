"""What development defaults are refused for. They hand out a wallet, credits and a faucet to whoever comes."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

PRIVATE_NAMES = ("localhost", "testserver")
PRIVATE_ENDS = (".internal", ".local", ".test")
INSTEAD = "set ASHAO_ENV=production for a network that others use."


def refuse_real_chain(*, chain_id: int, dev_chain_id: int, rpc_url: str) -> None:
    """Raise where development would speak to a chain on which money may be real."""
    meant = f"and ASHAO_ENV is development, which is for the dev chain ({dev_chain_id}): {INSTEAD}"
    if chain_id != dev_chain_id:
        raise ImproperlyConfigured(f"CHAIN_ID is {chain_id} {meant}")
    if rpc_url and _is_public(urlsplit(rpc_url).hostname or ""):  # never echoed: it may hold a provider's key
        raise ImproperlyConfigured(f"CHAIN_RPC_URL names a public node {meant}")


def refuse_public_names(variable: str, names: Iterable[str]) -> None:
    """Raise where development would be reached under a name or an address that is not this machine's own."""
    for name in names:
        if not is_own(name):
            raise ImproperlyConfigured(
                f"{variable} names {name!r}, which is not this machine alone, and ASHAO_ENV is development: {INSTEAD}"
            )


def is_own(name: str) -> bool:
    """Whether a host's name or address leads to the machine that asks, whichever it is."""
    host = name.strip("[]").lower()
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in PRIVATE_NAMES or host.endswith(".localhost")


def _is_public(host: str) -> bool:
    """Whether a host is one of the internet, as far as its name or its address tells."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not is_own(host) and not host.endswith(PRIVATE_ENDS)
