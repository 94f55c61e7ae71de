"""The one connection for commands and the one for what is published, on a real Valkey that misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import redis as plain
from django.conf import settings

from ashao_site.lib.db import OUTAGES
from ashao_site.lib.redis import RESYNC, Hub, LoopRedis, Pipe, WritesRefused

LISTENERS = 200
HEARD_WITHIN_S = 60.0


@pytest.fixture
def server() -> Iterator[Any]:
    """The server itself: writable again at the end, and without a limit."""
    client: Any = plain.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    yield client
    client.execute_command("REPLICAOF", "NO", "ONE")
    client.config_set("maxmemory", 0)
    client.close()


@asynccontextmanager
async def connected() -> AsyncIterator[LoopRedis]:
    """A process's Redis as `redis()` makes it, of this test alone."""
    hub = Hub()
    pipe = Pipe(refused=hub.renew)
    try:
        yield LoopRedis(pipe, hub)
    finally:
        await pipe.close()
        await hub.close()


async def open_many(hub: Hub, stack: AsyncExitStack, name: str) -> list[object]:
    """Listeners that come one after the other, with a turn of the loop between any two: some in each moment."""
    coming = []
    for number in range(LISTENERS):
        coming.append(asyncio.create_task(stack.enter_async_context(hub.listen(f"{name}:{number}"))))
        await asyncio.sleep(0)
    return list(await asyncio.gather(*coming, return_exceptions=True))


async def hear_all(redis: LoopRedis, listeners: list[object], name: str) -> None:
    """Whatever is published reaches every one of them."""
    lost = [error for error in listeners if isinstance(error, BaseException)]
    assert not lost, f"{len(lost)} of {LISTENERS} were never subscribed: {lost[0]!r}"
    for number in range(LISTENERS):
        await redis.pipe.command("PUBLISH", f"{name}:{number}", "hello")
    for listener in listeners:
        heard: object = RESYNC
        while heard is RESYNC:
            heard = await listener.get(HEARD_WITHIN_S)  # type: ignore[attr-defined]
        assert heard == "hello"


async def test_whoever_listens_while_the_process_connects_is_heard() -> None:
    async with connected() as redis, AsyncExitStack() as stack:
        await hear_all(redis, await open_many(redis.hub, stack, "first"), "first")


async def test_whoever_listens_while_the_process_connects_anew_is_heard(server: Any) -> None:
    async with connected() as redis, AsyncExitStack() as stack:
        before = await open_many(redis.hub, stack, "before")
        server.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        meanwhile = await open_many(redis.hub, stack, "meanwhile")
        await hear_all(redis, meanwhile, "meanwhile")
        await hear_all(redis, before, "before")


async def test_who_leaves_while_the_process_connects_leaves_nothing_behind(server: Any) -> None:
    async with connected() as redis:
        async with AsyncExitStack() as stack:
            await open_many(redis.hub, stack, "gone")
        async with redis.hub.listen("stays"):
            assert server.execute_command("PUBSUB", "CHANNELS", "gone:*") == []


async def test_a_server_that_was_demoted_is_away_until_it_may_write_again(server: Any) -> None:
    async with connected() as redis:
        await redis.pipe.command("SET", "ashao:test", "before", "EX", 60)
        client = await redis.pipe.command("CLIENT", "ID")
        server.execute_command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(OUTAGES) as refused:
            await redis.pipe.command("SET", "ashao:test", "lost", "EX", 60)
        assert isinstance(refused.value, WritesRefused)
        with pytest.raises(WritesRefused):
            await redis.pipe.command("EVAL", "return redis.call('SET', KEYS[1], 'lost')", 1, "ashao:test")
        assert await redis.pipe.command("CLIENT", "ID") != client, "such a connection is thrown away"
        server.execute_command("REPLICAOF", "NO", "ONE")
        assert await redis.pipe.command("GET", "ashao:test") == "before"
        await redis.pipe.command("SET", "ashao:test", "after", "EX", 60)


async def test_a_server_that_is_full_is_away(server: Any) -> None:
    async with connected() as redis:
        server.config_set("maxmemory", 1)
        with pytest.raises(WritesRefused):
            await redis.pipe.command("SET", "ashao:test", "too much", "EX", 60)
        server.config_set("maxmemory", 0)
        await redis.pipe.command("SET", "ashao:test", "fits", "EX", 60)


async def test_listeners_follow_to_a_server_that_may_write(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ashao_site.lib.redis.published.PUBSUB_POLL_S", 0.2)
    async with connected() as redis, redis.hub.listen("news") as listener:
        while await listener.get(0.0) is not None:
            pass
        old = subscribers(server)
        server.execute_command("REPLICAOF", "127.0.0.1", "1")
        await asyncio.sleep(0.3)  # older than what is never renewed twice
        with pytest.raises(WritesRefused):
            await redis.pipe.command("SET", "ashao:test", "lost", "EX", 60)
        assert await listener.get(HEARD_WITHIN_S) is RESYNC, (
            "what was published elsewhere may have been missed"
        )
        on_replica = subscribers(server)
        assert not old <= on_replica, "its connection was made anew"
        server.execute_command("REPLICAOF", "NO", "ONE")
        assert await listener.get(HEARD_WITHIN_S) is RESYNC, "it does not stay with a replica"


def subscribers(server: Any) -> set[str]:
    """The ids of the connections for what is published."""
    return {client["id"] for client in server.client_list(_type="pubsub")}
