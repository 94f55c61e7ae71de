"""The time that a request's head may take."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from ashao_site import uvicorn_protocol
from ashao_site.lib.http import send_json
from ashao_site.uvicorn_protocol import Protocol

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send_json(send, 200, {})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = Config(app, access_log=False, log_config=None)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(config, ServerState(), {}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", REQUEST + b"GET / HTTP/1.1\r\nX-A: "])
async def test_a_head_that_never_ends(port: int, sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn_protocol, "HEAD_MAX_S", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    said = await asyncio.wait_for(reader.read(), 30)
    assert said.count(b"HTTP/1.1 200 ") == sent.count(REQUEST)
    writer.close()


async def test_one_that_ends_is_answered_over_and_over(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        for part in (REQUEST[:9], REQUEST[9:20], REQUEST[20:]):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        assert (await reader.readuntil(b"\r\n\r\n{}")).startswith(b"HTTP/1.1 200 ")
    writer.close()


@pytest.mark.parametrize("between", [b"", b"\r\nX-A: "])
async def test_one_that_is_too_long(port: int, between: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nX-A: ")
    said = asyncio.create_task(reader.read())
    try:
        for _ in range(1_000):
            writer.write(between + b"a" * 10_000)
            await writer.drain()
    except OSError:
        pass
    else:
        pytest.fail("ten megabytes of headers were read")
    try:
        assert (await said).startswith(b"HTTP/1.1 431 ")
    except ConnectionError:  # the answer was lost with what was still on its way
        pass
