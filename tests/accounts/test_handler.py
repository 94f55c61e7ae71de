"""A request's database connection, however its reader behaves. The pool is looked at, so the handler runs in here."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db import connection

from ashao_site.lib import handler
from ashao_site.lib.download import places
from ashao_site.lib.handler import Handler, views_at_once
from tests.chat.support import Browser, person

pytestmark = pytest.mark.django_db(transaction=True)

Send = Callable[[Any], Awaitable[None]]
ALL = "/api/chat/export"
LIST = "/api/chat/conversations"
AT_ONCE = 30
"""More than the pool has."""


@pytest.fixture
def alice() -> Browser:
    browser = person("a1", credits=100)
    browser.sent()
    connection.close()
    return browser


def client(leaves: asyncio.Event | None = None) -> Callable[[], Awaitable[Any]]:
    """What a client sends: no body, and that it goes when `leaves` is set."""
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await (leaves or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    return receive


async def run(
    cookie: bytes, path: str, send: Send, *, leaves: asyncio.Event | None = None, by: Handler | None = None
) -> None:
    """One request."""
    headers = [(b"host", b"testserver"), (b"cookie", cookie)]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    await (by or Handler())(scope, client(leaves), send)


async def all_are_back() -> bool:
    """Whether every connection that the pool has made lies in it."""
    for _ in range(200):
        stats = connection.pool.get_stats()
        if stats["pool_available"] == stats["pool_size"]:
            return True
        await asyncio.sleep(0.05)
    return False


async def fails(message: Any) -> None:
    if message["type"] == "http.response.body":
        raise OSError("the reader is gone")


@pytest.mark.parametrize("path", [ALL, LIST])
async def test_writing_that_fails(alice: Browser, path: str) -> None:
    await asyncio.gather(*(run(alice.cookie(), path, fails) for _ in range(AT_ONCE)))
    assert await all_are_back()
    assert len(places) == 0


@pytest.mark.parametrize("path", [ALL, LIST])
@pytest.mark.parametrize("ending", ["leaves", "is cancelled"])
async def test_a_reader_that_takes_nothing(alice: Browser, path: str, ending: str) -> None:
    leaves, asked = asyncio.Event(), asyncio.Semaphore(0)

    async def never(message: Any) -> None:
        asked.release()
        await asyncio.Event().wait()

    calls = [asyncio.create_task(run(alice.cookie(), path, never, leaves=leaves)) for _ in range(AT_ONCE)]
    for _ in calls:
        await asyncio.wait_for(asked.acquire(), 60)
    assert await all_are_back()  # while all of them wait
    if ending == "leaves":
        leaves.set()
    else:
        for call in calls:
            call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert await all_are_back()


async def test_a_client_that_leaves_while_the_view_is_at_work(alice: Browser) -> None:
    leaves = asyncio.Event()
    calls = [asyncio.create_task(run(alice.cookie(), LIST, fails, leaves=leaves)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    leaves.set()
    await asyncio.gather(*calls, return_exceptions=True)
    assert await all_are_back()


async def test_views_wait_their_turn_and_are_told_when_it_does_not_come(
    alice: Browser, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(handler, "TURN_WAIT_MAX_S", 0.01)
    ours = Handler()
    assert views_at_once() == settings.DATABASE_POOL_MAX // 2
    for _ in range(views_at_once()):
        await ours._turns.acquire()
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    await run(alice.cookie(), LIST, keep, by=ours)
    assert (sent[0]["status"], (b"Retry-After", b"1") in sent[0]["headers"]) == (503, True)
    sent.clear()
    await run(alice.cookie(), "/healthz", keep, by=ours)
    assert sent[0]["status"] == 200
