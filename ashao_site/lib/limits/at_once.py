"""How many of what stays open one address may have in a process: apart from how often it may open them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from ashao_site.lib.addresses import site_network
from ashao_site.lib.errors import RateLimited
from ashao_site.lib.limits.table import SITE_TIMES

RETRY_AFTER_S = 10


class AtOnce:
    """A count for each address that has anything open, of an IPv6 address's /48 too; nothing else is kept."""

    def __init__(self, what: str, most: int) -> None:
        self.what = what
        self.most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def hold(self, address: str) -> Iterator[None]:
        """Count one while the body runs. Raises `RateLimited` where the address has all that it may have."""
        rooms = self._rooms(address)
        times: int = settings.RATE_LIMITS
        if times and any(self._open[name] >= most * times for name, most in rooms):
            raise RateLimited(
                f"There are too many {self.what} open from your network. Please close some.",
                retry_after_s=RETRY_AFTER_S,
            )
        self._open.update(name for name, _ in rooms)
        try:
            yield
        finally:
            for name, _ in rooms:
                self._open[name] -= 1
                if not self._open[name]:
                    del self._open[name]

    def _rooms(self, address: str) -> list[tuple[str, int]]:
        site = site_network(address)
        wider = [] if site is None else [(site, self.most * SITE_TIMES)]
        return [(address, self.most), *wider]


STREAMS_OPEN = AtOnce("answers", 1_000)
SOCKETS_OPEN = AtOnce("pages", 1_000)
