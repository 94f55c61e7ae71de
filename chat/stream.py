"""`GET /api/chat/stream`: an answer as it is written. Routed before Django, and no channel layer is touched."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs

import structlog
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from ashao_site.accounts.scopes import Scope as KeyScope
from ashao_site.accounts.session import Viewer, load_viewer
from ashao_site.lib import limits
from ashao_site.lib.addresses import scope_address
from ashao_site.lib.aio import in_db
from ashao_site.lib.clock import now
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError, BadInput, NotFound, NotSignedIn, Unavailable
from ashao_site.lib.http import Message as AsgiMessage
from ashao_site.lib.http import Receive, Scope, Send, bearer_token, cookies, error_response, header, send_json
from chat import sse
from chat.models import Message, Status
from workers import jobs

OPEN_STREAMS_MAX = 20_000
"""How many streams one process holds open; one more is answered with 503."""
STREAM_MAX_S = 3_600.0
"""After this long a stream is ended; the browser comes back by itself, with its Last-Event-ID."""
LOOK_FIRST_S, LOOK_EVERY_S = 2.0, 60.0
"""How soon, and from then on how often, an open stream looks whether its reader still may read it. A sign-out tells
it at once; this is for one that came while the stream was being opened, or whose telling was lost."""
KEEP_ALIVE_S = 15.0
KEEP_ALIVE_SLACK_S = 0.5
"""`Quiet` comes every five seconds or a little later: the third must count, not the fourth."""
OPEN_WITHIN_S = 0.25
"""How long an error may take to be answered with its status. After that the headers go out."""
QUERY_FIELDS_MAX = 20
FAILED_MESSAGE = "The answer could not be written."

log = structlog.get_logger("ashao.stream")


class MethodNotAllowed(AppError):
    """Another method than GET."""

    default_code, status = "method_not_allowed", 405


@dataclass(frozen=True, slots=True)
class Ask:
    """What a client asks for."""

    job_id: str
    position: sse.Position
    reasoning: bool
    """Whether it knows events of this type: a client of the first edition must not see one."""


class StreamConsumer(AsyncConsumer):  # type: ignore[misc]
    """One client's stream. A task writes it, so that the client's leaving is seen, and ends it."""

    channel_layer_alias = "none"
    open_count = 0

    def __init__(self) -> None:
        self._serving: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._leave()

    async def dispatch(self, message: AsgiMessage) -> None:
        """Hand a message to its handler, without Channels' thread hop: `in_db` closes its connections."""
        if message["type"] == "http.request" and self._serving is None:
            self._serving = asyncio.create_task(serve(self.scope, self.base_send))
        elif message["type"] == "http.disconnect":  # also what a server says after the answer
            await self._leave()
            raise StopConsumer

    async def _leave(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            with suppress(asyncio.CancelledError):
                await self._serving


async def serve(scope: Scope, send: Send) -> None:
    """Answer one request, with a stream or with an error in JSON."""
    out = StreamWriter(send)
    if StreamConsumer.open_count >= OPEN_STREAMS_MAX:
        await out.refuse(Unavailable("Too many answers are being read here at the moment."))
        return
    StreamConsumer.open_count += 1
    address = scope_address(scope)
    try:
        with limits.STREAMS_OPEN.hold(address):
            await limits.spend(limits.STREAM, address=address)
            await _answer(scope, out)
    except Exception as error:  # whatever it is, the client gets an answer
        await out.refuse(error)
    finally:
        StreamConsumer.open_count -= 1


async def _answer(scope: Scope, out: "StreamWriter") -> None:
    if scope["method"] != "GET":
        raise MethodNotAllowed("This method is not allowed here.")
    ask = read_ask(scope)
    session = cookies(scope).get(settings.SESSION_COOKIE_NAME)
    bearer = bearer_token(scope)
    right = Right(session, bearer, ask.job_id)
    async with limits.misses(
        limits.BAD_TOKEN, of=NotSignedIn, address=scope_address(scope) if bearer else None
    ):
        await in_db(right.check)
    if ask.position.over:  # the reader has it all; 204 tells an EventSource to stop coming back
        await out.nothing_left()
        return
    out.at = ask.position
    await _copy(ask, out, right)
    await out.close()


def read_ask(scope: Scope) -> Ask:
    """The query, and where to go on. A browser's own `Last-Event-ID` is newer than the address it reopens."""
    try:
        query = parse_qs(scope["query_string"].decode("utf-8"), max_num_fields=QUERY_FIELDS_MAX)
    except ValueError:
        raise BadInput("The query cannot be read.") from None
    job_id = query.get("jobId", [""])[0]
    if not job_id:
        raise BadInput("jobId: This parameter is required.")
    event_id = header(scope, b"last-event-id") or query.get("lastEventId", [""])[0]
    reasoning = query.get("reasoning", [""])[0] == "1"
    return Ask(job_id=job_id, position=sse.parse_event_id(event_id), reasoning=reasoning)


class Right:
    """By what a caller reads an answer. It can end while they read: the session is signed out, the key revoked."""

    def __init__(self, session: str | None, bearer: str | None, job_id: str) -> None:
        self._ask = (session, bearer, job_id)
        self._again_at = time.monotonic() + LOOK_FIRST_S

    def check(self) -> None:
        """Raise unless this caller may read this job's stream now. ORM code."""
        session, bearer, job_id = self._ask
        viewer = load_viewer(session, bearer, KeyScope.CHAT)
        if viewer == Viewer():
            raise NotSignedIn("Please sign in first.")
        answer = Message.objects.of(viewer).answering(job_id).defer("content").first()
        if answer is None or not answer.is_streamable(now()):
            raise _no_stream()

    async def look(self, event: jobs.Event) -> None:
        """Check again, if this event asks for it or the last time is long ago. Raises as `check` does.

        What came of itself may fail for a lost database: the answer goes on. What was asked for may not.
        """
        asked = isinstance(event, jobs.Look)
        if not asked and time.monotonic() < self._again_at:
            return
        self._again_at = time.monotonic() + LOOK_EVERY_S
        try:
            await in_db(self.check)
        except OUTAGES as error:
            log.warning("right_not_checked", error=type(error).__name__)
            if asked:
                raise


async def _copy(ask: Ask, out: "StreamWriter", right: Right) -> None:
    """Write what the network tells of a job until it ends, or the right to read it does."""
    until = time.monotonic() + STREAM_MAX_S
    subscribed = jobs.subscribe(ask.job_id, start=out.at.end, mark=out.at.mark, reasoning=ask.reasoning)
    async with aclosing(subscribed) as events:
        event = await _first(events, out)
        while True:
            await right.look(event)
            if isinstance(event, jobs.Gone):
                await _write_saved(ask.job_id, out)
                return
            await out.tell(event)
            if isinstance(event, jobs.Ended | jobs.Broke) or time.monotonic() > until:
                return
            event = await anext(events)


async def _first(events: AsyncGenerator[jobs.Event], out: "StreamWriter") -> jobs.Event:
    """The first event. What takes longer than an error would opens the stream already."""
    first = asyncio.ensure_future(anext(events))
    try:
        done, _ = await asyncio.wait({first}, timeout=OPEN_WITHIN_S)
        if not done:
            await out.open()
        return await first
    finally:
        if not first.done():  # a generator that runs cannot be closed
            first.cancel()
            with suppress(asyncio.CancelledError):
                await first


async def _write_saved(job_id: str, out: "StreamWriter") -> None:
    """The network has forgotten the job: the conversation has the answer, if there is one."""
    answer = await in_db(Message.objects.answering(job_id).first)
    if answer is None or answer.status == Status.PENDING or not answer.is_streamable(now()):
        raise _no_stream()
    saved = answer.content.encode()
    begun, rest = saved[: out.at.end], saved[out.at.end :]
    if out.at.mark and jobs.mark_of(begun) != out.at.mark:
        await out.tell(jobs.Reset())
        begun, rest = b"", saved
    elif out.at.end > len(saved) or (rest and 0x80 <= rest[0] < 0xC0):
        raise BadInput("That is no position in this answer.", code="bad_event_id")
    if rest:
        await out.tell(jobs.Text(rest.decode(), end=len(saved), mark=jobs.mark_of(saved)))
    if answer.status == Status.FAILED:
        await out.tell(jobs.Broke(message=answer.error or FAILED_MESSAGE))
    else:
        await out.tell(jobs.Ended(tokens=answer.tokens, finish=answer.finish))


def _no_stream() -> NotFound:
    return NotFound("There is no such stream, or it is over.")


class StreamWriter:
    """The response: headers when there is something to write, then events."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._opened = False
        self._wrote_at = time.monotonic()
        self.at = sse.Position()
        """Up to where the client has the answer."""

    async def open(self) -> None:
        """Send the headers, if they have not gone yet."""
        if not self._opened:
            self._opened = True
            await self._send({"type": "http.response.start", "status": 200, "headers": sse.HEADERS})
            # Without a body daphne and some proxies hold the headers back.
            await self._send({"type": "http.response.body", "body": b"", "more_body": True})

    async def tell(self, event: jobs.Event) -> None:
        """Write one event of the network."""
        await self.open()
        if isinstance(event, jobs.Text):
            self.at = sse.Position(event.end, event.mark)
            await self._write(sse.token_event(event.value, at=self.at))
        elif isinstance(event, jobs.Reset):
            self.at = sse.Position()
            await self._write(sse.reset_event())
        elif isinstance(event, jobs.Thought):
            await self._write(sse.reasoning_event(event.value, at=self.at))
        elif isinstance(event, jobs.Ended):
            await self._write(sse.done_event(tokens=event.tokens, finish=event.finish, at=self.at))
        elif isinstance(event, jobs.Broke):
            await self._write(sse.error_event(event.message, at=self.at))
        elif time.monotonic() - self._wrote_at >= KEEP_ALIVE_S - KEEP_ALIVE_SLACK_S:
            await self._write(sse.KEEP_ALIVE)

    async def close(self) -> None:
        """End the response."""
        await self._send({"type": "http.response.body", "body": b""})

    async def nothing_left(self) -> None:
        """Answer 204: the client has everything."""
        headers = [(b"cache-control", b"no-store")]
        await self._send({"type": "http.response.start", "status": 204, "headers": headers})
        await self.close()

    async def refuse(self, error: Exception) -> None:
        """Answer with the error; a stream that has begun just ends, and the browser comes back to hear why."""
        status, body, headers = error_response(error)
        if self._opened:
            await self.close()
            return
        if status == 405:
            headers = [*headers, (b"allow", b"GET")]
        await send_json(self._send, status, body, headers)

    async def _write(self, raw: bytes) -> None:
        self._wrote_at = time.monotonic()
        await self._send({"type": "http.response.body", "body": raw, "more_body": True})
