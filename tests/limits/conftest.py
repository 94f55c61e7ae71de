"""The limits as they are for everybody, with buckets that are full."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis as redis_py
from django.conf import settings as django_settings

from ashao_site.lib.limits import buckets

REDIS_URL = django_settings.REDIS_URL
"""As it is at first: a test may name another."""


def empty_redis() -> None:
    """No bucket is known any more: all of them are full."""
    with redis_py.Redis.from_url(REDIS_URL) as server:
        for key in server.scan_iter("ashao:limit:*", count=1000):
            server.delete(key)
    buckets.forget_here()


@pytest.fixture(autouse=True)
def limits_on(settings: Any) -> Iterator[None]:
    settings.RATE_LIMITS = 1
    empty_redis()
    yield
    empty_redis()
