"""Where a request comes from: the network address, as far as it can be trusted, and the networks around it."""

from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from ashao_site.lib.http import Scope

UNKNOWN_ADDRESS = "unknown"
IPV6_PREFIX_BITS = 64
IPV6_SITE_BITS = 48
"""What a provider gives to one customer at most, as a rule: 65,536 networks of 64 bits."""


def client_address(request: HttpRequest) -> str:
    """The network address that a request comes from, as far as it can be trusted; IPv6 as its /64.

    With `TRUSTED_PROXIES` = n it is the n-th entry from the end of X-Forwarded-For: what stands before that
    the client wrote itself. With 0, or fewer entries than proxies, it is the socket's own address.
    """
    remote = str(request.META.get("REMOTE_ADDR") or "")
    return forwarded_address(remote, str(request.META.get("HTTP_X_FORWARDED_FOR") or ""))


def scope_address(scope: Scope) -> str:
    """`client_address` of a connection that is routed before Django, a WebSocket's too."""
    client = scope.get("client")
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return forwarded_address(str(client[0]) if client else "", ",".join(lines))


def forwarded_address(remote: str, forwarded_for: str) -> str:
    """`client_address` of the socket's address and the header's value."""
    proxies: int = settings.TRUSTED_PROXIES
    entries = [entry.strip() for entry in forwarded_for.split(",")]
    if proxies and len(entries) >= proxies:
        address = _normal_address(entries[-proxies])
        if address is not None:
            return address
    return _normal_address(remote) or UNKNOWN_ADDRESS


def site_network(address: str) -> str | None:
    """The /48 around the /64 that `client_address` makes of IPv6; None for IPv4 and for what is not known."""
    try:
        network = ip_network(address)
    except ValueError:
        return None
    if not isinstance(network, IPv6Network):
        return None
    return str(network.supernet(new_prefix=IPV6_SITE_BITS))


def _normal_address(text: str) -> str | None:
    try:
        address = ip_address(_without_port(text))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        # One household or server has a whole /64: its addresses are one guest's.
        return str(ip_network((int(address), IPV6_PREFIX_BITS), strict=False))
    return str(address)


def _without_port(text: str) -> str:
    """`1.2.3.4:56` and `[::1]:56` without their port, which some proxies add."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
