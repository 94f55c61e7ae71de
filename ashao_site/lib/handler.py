"""Django's ASGI handler, which here never keeps a database connection longer than its view needs it.

A request's connection belongs to the request's own thread and returns to the pool when the response is closed.
That is too late, since a reader may take an answer as slowly as it likes; and Django forgets it altogether
when writing the answer fails.
"""

from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ashao_site.lib.download import CutOff
from ashao_site.lib.http import Receive, Scope, Send

log = structlog.get_logger("ashao.http")


class Handler(ASGIHandler):
    """Gives a request's database connection back before the first byte of the answer, and after any failure."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        """Serve one request."""
        try:
            await super().handle(scope, receive, send)  # type: ignore[arg-type]
        except BaseException:  # a cancelled request, too, whose thread may be at work still
            await _give_back()
            raise

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, for which nothing more is read."""
        response = await super().run_get_response(request)
        await _give_back()
        return response

    async def send_response(self, response: HttpResponseBase, send: Any) -> None:
        """Write the answer. One that fails on the way ends without its end, and is closed as any other."""
        try:
            await super().send_response(response, send)
        except CutOff:  # has been logged
            return
        except Exception as error:
            log.error("answer_cut_off", error=type(error).__name__, exc_info=error)


async def _give_back() -> None:
    """In the request's own thread, to which the connection belongs."""
    await sync_to_async(close_old_connections)()
