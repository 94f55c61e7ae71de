"""Listening to an answer before Redis knows its job, as after a restart of Redis: a text that came twice once."""

import asyncio

import pytest
import redis
from django.conf import settings

from tests.workers.support import ask, cloud, collect, person, run
from workers import jobs
from workers.jobs.postgres import rows
from workers.jobs.redis import queues

pytestmark = pytest.mark.django_db(transaction=True)

IN_FOLLOWING_S = 1.0
"""By then the listener has found nothing to read, and waits for what is published."""


def test_what_is_followed_before_the_first_read_comes_once() -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushall()
    alice = person("alice", granted=500)
    job_id = ask(alice)
    waiting = rows.queued(job_id)
    assert waiting is not None
    client.flushall()

    async def produce() -> None:
        await asyncio.sleep(IN_FOLLOWING_S)
        await queues.enqueue(waiting)
        claimed = await jobs.claim_for_cloud(job_id, holder=cloud())
        assert claimed is not None
        mine = {"job_id": job_id, "holder": cloud().id, "lease": claimed.lease}
        for seq, value in enumerate(["Once ", "upon ", "a tíme"]):
            await jobs.append(**mine, seq=seq, value=value)
        await asyncio.sleep(0.2)
        await jobs.complete(**mine, tier=None, tokens=3, finish="stop")

    async def both() -> tuple[str, object]:
        read, _ = await asyncio.gather(collect(job_id), produce())
        return read

    text, last = run(both())
    assert text == "Once upon a tíme"
    assert last == jobs.Ended(tokens=3, finish="stop")
