"""What is routed before Django: streams, sockets and the workers' calls are limited by address as well."""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from ashao_site.accounts.models import User
from ashao_site.lib import limits
from ashao_site.lib.aio import run_sync
from ashao_site.lib.errors import RateLimited
from ashao_site.lib.limits.at_once import AtOnce
from ashao_site.lib.limits.table import HOUR_S, Rate
from chat.live.consumer import LiveConsumer
from tests.chat.support import Stream
from tests.workers.calls import client_of
from workers.api import calls

pytestmark = pytest.mark.django_db(transaction=True)

BURST = 3
ALICE_AT, BOB_AT = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the limit of that name small: nothing comes back in a test."""

    def shrink(name: str) -> None:
        tiny = dataclasses.replace(getattr(limits, name), address=Rate(BURST, 1, HOUR_S))
        monkeypatch.setattr(limits, name, tiny)

    return shrink


def scope(address: str, *headers: tuple[bytes, bytes], method: str = "GET") -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": "/",
        "query_string": b"jobId=job_0123456789abcdefghij",
        "headers": list(headers),
        "client": (address, 4711),
    }


def stream(address: str, *headers: tuple[bytes, bytes]) -> Stream:
    return run_sync(Stream(scope(address, *headers)).run())


def test_streams_opened_from_an_address(small: Callable[[str], None]) -> None:
    small("STREAM")
    for _ in range(BURST):
        assert stream(ALICE_AT).refused() == (401, "not_signed_in")
    refused = stream(ALICE_AT)
    assert refused.refused() == (429, "rate_limited")
    assert 1 <= int(refused.headers[b"retry-after"]) <= HOUR_S
    assert stream(BOB_AT).status == 401


def test_streams_with_keys_that_nobody_has(small: Callable[[str], None]) -> None:
    small("BAD_TOKEN")
    guess = (b"authorization", b"Bearer ak_" + b"0" * 43)
    for _ in range(BURST):
        assert stream(ALICE_AT, guess).status == 401
    assert stream(ALICE_AT, guess).refused() == (429, "rate_limited")
    assert stream(ALICE_AT).status == 401, "who shows none is only not signed in"


async def post(name: str, address: str, token: str) -> tuple[int, dict[bytes, bytes]]:
    sent: list[Any] = []
    asked = [{"type": "http.request", "body": b"{}"}]

    async def receive() -> Any:
        if not asked:
            await asyncio.Event().wait()
        return asked.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    bearer = (b"authorization", b"Bearer " + token.encode())
    await getattr(calls, name)(scope(address, bearer, method="POST"), receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])


@pytest.mark.parametrize("name", ["claim", "token", "complete", "fail", "heartbeat", "release"])
def test_workers_with_tokens_that_nobody_has(name: str, small: Callable[[str], None]) -> None:
    """Each is a look-up in the database. A worker at the same address that is known goes on."""
    small("BAD_TOKEN")
    good = client_of(User.objects.get_or_create_wallet("0x" + "a1" * 20)[0])
    assert run_sync(post("heartbeat", ALICE_AT, good.token))[0] == 200
    for number in range(BURST):
        assert run_sync(post(name, ALICE_AT, f"wt_{number}"))[0] == 401
    status, headers = run_sync(post(name, ALICE_AT, "wt_another"))
    assert status == 429
    assert int(headers[b"retry-after"]) >= 1
    assert run_sync(post(name, BOB_AT, "wt_another"))[0] == 401
    assert run_sync(post("heartbeat", ALICE_AT, good.token))[0] == 200


# Sockets


async def knock(address: str, *, extended: bool = False) -> list[dict[str, Any]]:
    """Open a page's socket; what the handshake was answered with."""
    page = WebsocketCommunicator(LiveConsumer.as_asgi(), "/ws/live")
    page.scope["client"] = (address, 4711)
    if extended:
        page.scope["extensions"] = {"websocket.http.response": {}}
    await page.send_input({"type": "websocket.connect"})
    answers = [await page.receive_output(60)]
    if answers[0]["type"] == "websocket.http.response.start":
        answers.append(await page.receive_output(60))
    await page.send_input({"type": "websocket.disconnect", "code": 1000})
    await page.wait(60)
    return answers


def test_sockets_opened_from_an_address(small: Callable[[str], None], transactional_db: None) -> None:
    small("SOCKET")
    before = LiveConsumer.open_count
    for _ in range(BURST):
        assert run_sync(knock(ALICE_AT))[0]["type"] == "websocket.accept"
    assert run_sync(knock(ALICE_AT))[0]["type"] == "websocket.close"
    start, body = run_sync(knock(ALICE_AT, extended=True))
    assert start["status"] == 429
    assert int(dict(start["headers"])[b"retry-after"]) >= 1
    assert b"rate_limited" in body["body"]
    assert run_sync(knock(BOB_AT))[0]["type"] == "websocket.accept"
    assert LiveConsumer.open_count == before, "nothing is counted that is not open"
    assert not limits.SOCKETS_OPEN._open


def test_so_many_sockets_may_be_open_at_once(monkeypatch: Any, transactional_db: None) -> None:
    monkeypatch.setattr(limits, "SOCKETS_OPEN", AtOnce("pages", 2))

    async def three() -> list[str]:
        pages = []
        for _ in range(3):
            page = WebsocketCommunicator(LiveConsumer.as_asgi(), "/ws/live")
            page.scope["client"] = (ALICE_AT, 4711)
            await page.send_input({"type": "websocket.connect"})
            pages.append((page, (await page.receive_output(60))["type"]))
        for page, _ in pages:
            await page.send_input({"type": "websocket.disconnect", "code": 1000})
            await page.wait(60)
        return [answer for _, answer in pages]

    assert run_sync(three()) == ["websocket.accept", "websocket.accept", "websocket.close"]
    assert run_sync(knock(ALICE_AT))[0]["type"] == "websocket.accept", "they are closed again"


# How many are open at once


def test_an_address_holds_only_so_many_at_once() -> None:
    open_here = AtOnce("answers", 2)
    with open_here.hold(ALICE_AT), open_here.hold(ALICE_AT):
        with pytest.raises(RateLimited) as refused, open_here.hold(ALICE_AT):
            pass
        assert refused.value.retry_after_s
        with open_here.hold(BOB_AT):
            pass
    with open_here.hold(ALICE_AT):
        pass
    assert not open_here._open


def test_a_48_holds_wider() -> None:
    open_here = AtOnce("answers", 1)
    held = [open_here.hold(f"2001:db8:1:{network:x}::/64") for network in range(limits.SITE_TIMES)]
    for one in held:
        one.__enter__()
    with pytest.raises(RateLimited), open_here.hold("2001:db8:1:ff::/64"):
        pass
    with open_here.hold("2001:db8:2:ff::/64"):
        pass
    for one in held:
        one.__exit__(None, None, None)
    assert not open_here._open
