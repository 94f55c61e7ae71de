"""`GET /api/chat/stream`: an answer as it is written. Routed before Django, and no channel layer is touched."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs

import structlog
from django.conf import settings

from ashao_site.lib import limits
from ashao_site.lib.addresses import scope_address
from ashao_site.lib.aio import in_db
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, MethodNotAllowed, NotSignedIn, Unavailable
from ashao_site.lib.http import Receive, Scope, Send, bearer_token, cookies, hang_up, header
from ashao_site.lib.text import splits_character
from chat.conversation.models import Message, Status
from chat.stream import sse
from chat.stream.rights import Right, no_stream
from chat.stream.writer import StreamWriter
from workers import jobs

OPEN_STREAMS_MAX = 20_000
"""How many streams one process holds open; one more is answered with 503."""
STREAM_MAX_S = 3_600.0
"""After this long a stream is ended; the browser comes back by itself, with its Last-Event-ID."""
OPEN_WITHIN_S = 0.25
"""How long an error may take to be answered with its status. After that the headers go out."""
QUERY_FIELDS_MAX = 20
NO_REASON_KEPT = "The answer could not be written."

log = structlog.get_logger("ashao.stream")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a client asks for."""

    job_id: str
    position: sse.Position
    reasoning: bool
    """Whether it knows events of this type: a client of the first edition must not see one."""


_open_count = 0


def open_streams() -> int:
    """How many streams this process holds open."""
    return _open_count


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one request. A task writes, so that the client's leaving is seen, and ends it."""
    serving = asyncio.ensure_future(serve(scope, send))
    gone = asyncio.ensure_future(hang_up(receive))
    try:
        await asyncio.wait([serving, gone], return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def serve(scope: Scope, send: Send) -> None:
    """Answer one request, with a stream or with an error in JSON."""
    out = StreamWriter(send)
    global _open_count  # noqa: PLW0603 - of the whole process
    if _open_count >= OPEN_STREAMS_MAX:
        await out.refuse(Unavailable("Too many answers are being read here at the moment."))
        return
    _open_count += 1
    address = scope_address(scope)
    try:
        with limits.STREAMS_OPEN.hold(address):
            await limits.spend(limits.STREAM, address=address)
            await _answer(scope, out)
    except Exception as error:  # whatever it is, the client gets an answer
        await out.refuse(error)
    finally:
        _open_count -= 1


async def _answer(scope: Scope, out: StreamWriter) -> None:
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
    if ask.position.ended:  # the reader has it all; 204 tells an EventSource to stop coming back
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


async def _copy(ask: Ask, out: StreamWriter, right: Right) -> None:
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


async def _first(events: AsyncGenerator[jobs.Event], out: StreamWriter) -> jobs.Event:
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


async def _write_saved(job_id: str, out: StreamWriter) -> None:
    """The network has forgotten the job: the conversation has the answer, if there is one."""
    answer = await in_db(Message.objects.answering(job_id).first)
    if answer is None or answer.status == Status.PENDING or not answer.is_streamable(now()):
        raise no_stream()
    saved = answer.content.encode()
    begun, rest = saved[: out.at.end], saved[out.at.end :]
    if out.at.mark and jobs.mark_of(begun) != out.at.mark:
        await out.tell(jobs.Reset())
        begun, rest = b"", saved
    elif out.at.end > len(saved) or splits_character(rest, 0):
        raise jobs.bad_position()
    if rest:
        await out.tell(jobs.Text(rest.decode(), end=len(saved), mark=jobs.mark_of(saved)))
    if answer.status == Status.FAILED:
        await out.tell(jobs.Broke(message=answer.error or NO_REASON_KEPT))
    else:
        await out.tell(jobs.Ended(tokens=answer.tokens, finish=answer.finish))
