from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from tests.trust.support import CHAIN


@pytest.fixture(autouse=True)
def empty_redis() -> Iterator[None]:
    """An empty Redis, and nobody who serves the Celery queues."""
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    client.flushall()
    yield
    client.close()


@pytest.fixture
def small_rule(settings: Any) -> None:
    """Four paid jobs, of one person at most three, and two days."""
    settings.MONEY = replace(settings.MONEY, trust_paid_jobs=4, trust_days=2, trust_jobs_per_payer=3)


@pytest.fixture
def chain(settings: Any) -> None:
    """A chain is configured; what is confirmed of it is in the database, and its node is away."""
    settings.CHAIN = CHAIN
