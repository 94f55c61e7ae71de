"""daphne as we start it (`ASGI_SERVER=daphne`): `python -m ashao_site.daphne_server`, with daphne's own arguments.

daphne reads a whole body before it asks the application, and writes it to disk as it comes, however long it is.
Here a body over the limit is refused while it comes, with or without Content-Length, and none touches the disk.
And an answer that the application leaves unfinished ends its connection, as uvicorn does it: daphne would leave
the client waiting for ever.
"""

import asyncio
import os
from io import BytesIO
from typing import Any

from daphne import server  # first: it chooses Twisted's event loop
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory, WebRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ashao_site.settings")

from django.conf import settings

from ashao_site.lib.http import body_too_large, json_bytes


class Request(WebRequest):  # type: ignore[misc]  # daphne is untyped
    """One request, whose body is held in memory within its limit."""

    _size = 0
    _refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        """The headers are there: `length` is None for a body that comes in chunks."""
        self.content = BytesIO()
        if length is not None and length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Keep a part of the body."""
        self._size += len(data)
        if self._size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            self._refuse()
        elif not self._refused:
            super().handleContentChunk(data)

    def requestReceived(self, *line: bytes) -> None:  # noqa: N802
        """The body is there."""
        if not self._refused:
            super().requestReceived(*line)

    def application_ended(self) -> None:
        """An answer that is not at its end now never will be."""
        if self.finished or self.channel is None:
            return
        if self._response_started:
            self.channel.loseConnection()
        else:
            self.basic_error(500, b"Internal Server Error", "The application has not answered.")

    def handle_exception(self, exception: BaseException) -> None:
        """daphne has logged it; `application_ended` has answered."""

    def _refuse(self) -> None:
        if self._refused:
            return
        self._refused = True
        self.requestHeaders.removeHeader(b"expect")  # nobody is asked to go on
        raw = json_bytes(body_too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE).body())
        head = (
            "HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
            f"Content-Length: {len(raw)}\r\nConnection: close\r\n\r\n"
        )
        self.channel.write(head.encode() + raw)
        self.channel.loseConnection()


class Factory(HTTPFactory):  # type: ignore[misc]
    """Makes our requests in place of daphne's."""

    def buildProtocol(self, address: Any) -> Any:  # noqa: N802
        protocol = super().buildProtocol(address)
        protocol.requestFactory = Request
        return protocol


class Server(server.Server):  # type: ignore[misc]
    """Tells a request when its application has ended."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Start the application for a request or a WebSocket; the queue of what it receives."""
        queue = super().create_application(protocol, scope)
        running: asyncio.Future[None] | None = self.connections.get(protocol, {}).get("application_instance")
        if running is not None and isinstance(protocol, Request):
            running.add_done_callback(lambda _: protocol.application_ended())
        return queue


class CommandLine(CommandLineInterface):  # type: ignore[misc]
    """daphne's own, with our server."""

    server_class = Server


if __name__ == "__main__":
    server.HTTPFactory = Factory
    CommandLine.entrypoint()
