import pytest
import redis
from django.conf import settings


@pytest.fixture(autouse=True)
def empty_redis():
    """An empty Redis, and nobody who serves the Celery queues: tests play every producer themselves."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushall()
    yield client
    client.close()
