"""Django's ASGI handler, which here never keeps a database connection longer than its view needs it.

A request's connection belongs to the request's own thread and returns to the pool when the response is closed.
That is too late, since a reader may take an answer as slowly as it likes; and Django forgets it altogether
when writing the answer fails. Nor do more views run at once than half of the pool: a thread for each of some hundred
requests would keep the whole process from its streams and claims.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ashao_site.lib.api import expected_error_response
from ashao_site.lib.download import CutOff
from ashao_site.lib.errors import Unavailable
from ashao_site.lib.http import Receive, Scope, Send

PROBES = ("/healthz", "/readyz")
"""Who asks whether the process is well does not wait its turn."""
TURN_WAIT_MAX_S = 10.0

log = structlog.get_logger("ashao.http")


class Handler(ASGIHandler):
    """Gives a request's database connection back before the first byte of the answer, and after any failure."""

    def __init__(self) -> None:
        super().__init__()
        self._turns = asyncio.Semaphore(views_at_once())

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        try:
            await super().handle(scope, receive, send)  # type: ignore[arg-type]
        except BaseException:  # a cancelled request, too, whose thread may be at work still
            await _give_back()
            raise

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, for which nothing more is read."""
        if request.path_info in PROBES:
            return await self._respond(request)
        try:
            async with self._turn():
                return await self._respond(request)
        except Unavailable as error:
            answer = expected_error_response(request, error)
            assert answer is not None, "an AppError has an answer"
            return answer

    async def send_response(self, response: HttpResponseBase, send: Any) -> None:
        """Write the answer. One that fails on the way ends without its end, and is closed as any other."""
        try:
            await super().send_response(response, send)
        except CutOff:  # has been logged
            return
        except Exception as error:
            log.error("answer_cut_off", error=type(error).__name__, exc_info=error)

    async def _respond(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return await super().run_get_response(request)
        finally:  # a client that left meanwhile does not end the view
            await _give_back()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            await asyncio.wait_for(self._turns.acquire(), TURN_WAIT_MAX_S)
        except TimeoutError:
            raise Unavailable("We are very busy at the moment. Please try again soon.") from None
        try:
            yield
        finally:
            self._turns.release()


def views_at_once() -> int:
    """How many views one process runs at the same time: half of what its pool has for them and for the probes.

    They are threads of one interpreter: more at once are not faster, and keep its loop waiting.
    """
    return max(1, int(settings.DATABASE_POOL_MAX) // 2)


async def _give_back() -> None:
    """In the request's own thread, to which the connection belongs, and after what it does now."""
    await sync_to_async(close_old_connections)()
