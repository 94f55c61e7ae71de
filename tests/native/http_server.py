"""A small HTTP/1.1 server whose connections a test can cut at any point."""

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from typing import Any


class Cut(Exception):
    """Raised by a handler: the connection breaks here."""


class Exchange:
    """One request and its answer."""

    def __init__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, writer: StreamWriter
    ) -> None:
        self.method, self.path, self.headers = method, path, headers
        self.data = json.loads(body) if body else {}
        self._writer = writer
        self.streaming = False

    async def json(self, status: int, data: object, **headers: str) -> None:
        await self.raw(status, json.dumps(data).encode(), "application/json", **headers)

    async def raw(self, status: int, body: bytes, content_type: str, **headers: str) -> None:
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        about = f"content-type: {content_type}\r\ncontent-length: {len(body)}\r\n"
        self._writer.write(f"HTTP/1.1 {status} X\r\n{about}{more}\r\n".encode() + body)
        await self._writer.drain()

    async def start_stream(self, content_type: str = "text/event-stream") -> None:
        self.streaming = True
        about = f"content-type: {content_type}\r\ntransfer-encoding: chunked\r\n"
        self._writer.write(f"HTTP/1.1 200 OK\r\n{about}\r\n".encode())
        await self._writer.drain()

    async def write(self, data: bytes) -> None:
        self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self._writer.drain()

    async def end_stream(self) -> None:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()


class Server:
    """Listens on a port of its own, which it keeps when it is stopped and started again."""

    def __init__(self, handle: Callable[[Exchange], Awaitable[None]]) -> None:
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[Any]] = set()
        self.port = 0
        self.crashes: list[BaseException] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._server = None

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (Cut, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        except Exception as crash:
            self.crashes.append(crash)
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    async def _exchange(self, reader: StreamReader, writer: StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split()
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        exchange = Exchange(method, path, headers, body, writer)
        handling = asyncio.ensure_future(self._handle(exchange))
        gone = asyncio.ensure_future(reader.read(1))  # a client sends nothing before it has its answer
        try:
            await asyncio.wait({handling, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not handling.done():
                return False
            handling.result()
            if gone.done():
                return False
        finally:
            for task in (handling, gone):
                task.cancel()
            await asyncio.gather(handling, gone, return_exceptions=True)
        return True
