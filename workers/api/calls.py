"""The worker calls, asynchronous end to end and routed before Django: parse, call the orchestrator, answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from ashao_site.lib.addresses import scope_address
from ashao_site.lib.aio import in_db
from ashao_site.lib.errors import Forbidden, MethodNotAllowed
from ashao_site.lib.http import (
    ClientGone,
    Receive,
    Scope,
    Send,
    bearer_token,
    error_response,
    hang_up,
    read_json_object,
    send_json,
)
from ashao_site.lib.text import clean_text
from workers import jobs
from workers.api.bodies import (
    CHUNK_MAX_CHARS,
    ClaimBody,
    CompleteBody,
    FailBody,
    HeartbeatBody,
    ReleaseBody,
    TokenBody,
)
from workers.api.identity import Caller, identify
from workers.jobs.models import Worker
from workers.jobs.waiting_claims import AWAY, give_back, waiting_claims

log = structlog.get_logger("ashao.worker_api")

BODY_MAX_BYTES = 128 * 1024
SPEED_EVERY_S = 30.0
REASONS = {"empty": "no_job", "none": "no_job_for_you", "busy": "too_many_jobs", AWAY: "no_job"}

Answer = dict[str, object]
Call = Callable[[Scope, Receive, Send], Awaitable[None]]
B = TypeVar("B", ClaimBody, TokenBody, CompleteBody, FailBody, HeartbeatBody)


def _call(handler: "Callable[[Scope, Receive], Awaitable[Answer]]") -> Call:
    """Make an ASGI application of a handler: only POST, errors as JSON, nobody to answer is no error."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] != "POST":
                raise MethodNotAllowed("This call must be made with POST.")
            answer = await handler(scope, receive)
        except ClientGone:
            return
        except Exception as error:
            status, body, headers = error_response(error)
            await send_json(send, status, body, headers)
            return
        await send_json(send, 200, answer)

    return app


async def _parse(scope: Scope, receive: Receive, model: type[B]) -> tuple[Caller, B]:
    caller = await identify(bearer_token(scope), address=scope_address(scope))
    body = model.model_validate(await read_json_object(receive, scope, BODY_MAX_BYTES))
    caller.check(body.workerId)
    return caller, body


@dataclass(frozen=True, slots=True)
class _Token:
    """A token, and the address that showed it."""

    token: str | None
    address: str

    async def caller(self) -> Caller:
        """Whose it is now."""
        return await identify(self.token, address=self.address)


async def _claim(scope: Scope, receive: Receive) -> Answer:
    """A long poll: waits for a job and for the worker to hang up, whichever comes first."""
    caller, body = await _parse(scope, receive, ClaimBody)
    tiers = body.wanted(caller.tiers)
    if not set(tiers) <= set(caller.tiers):
        raise Forbidden("This worker does not serve that tier.", code="tier_not_allowed")
    token = _Token(bearer_token(scope), scope_address(scope))
    caller = await token.caller()  # remembered from the moment before, unless it was changed meanwhile
    work = asyncio.ensure_future(_wait_for_job(token, caller, tiers, body.waitMs))
    gone = asyncio.ensure_future(hang_up(receive))
    try:
        await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientGone
        claimed = work.result()
        if isinstance(claimed, jobs.Claimed) and gone.done():
            await give_back(claimed, caller.holder)
            raise ClientGone
    finally:
        work.cancel()
        gone.cancel()
    return _claimed(claimed) if isinstance(claimed, jobs.Claimed) else {"job": None, "reason": claimed}


async def _wait_for_job(
    token: _Token, caller: Caller, tiers: list[jobs.Tier], wait_ms: int
) -> jobs.Claimed | str:
    """A job, or the reason why there is none. Raises `NotSignedIn` for one that is removed while it waits.

    A worker that is paused waits too, for no tier, so that its loop does not spin.
    """
    wanted = [] if caller.paused else tiers
    claimed = await waiting_claims().claim(holder=caller.holder, tiers=wanted, wait_ms=wait_ms)
    if isinstance(claimed, jobs.Claimed):
        return claimed
    if claimed == AWAY:
        caller = await token.caller()
    return "paused" if caller.paused else REASONS[claimed]


def _claimed(claimed: jobs.Claimed) -> Answer:
    return {
        "job": {
            "id": claimed.id,
            "tier": claimed.tier,
            "model": claimed.model,
            "value": claimed.value_micros,
        },
        "messages": claimed.messages,
        "prefix": claimed.prefix,
        "lease": {"token": claimed.lease, "ms": claimed.lease_ms},
    }


async def _token(scope: Scope, receive: Receive) -> Answer:
    caller, body = await _parse(scope, receive, TokenBody)
    clean_text(body.value, name="value", max_chars=CHUNK_MAX_CHARS)
    stop = await jobs.append(
        job_id=body.jobId,
        holder=caller.worker_id,
        lease=body.lease,
        seq=body.seq,
        value=body.value,
        kind=body.kind,
    )
    return {"ok": True, "stop": stop}


async def _complete(scope: Scope, receive: Receive) -> Answer:
    caller, body = await _parse(scope, receive, CompleteBody)
    earned = await jobs.complete(
        job_id=body.jobId,
        tier=None,
        holder=caller.worker_id,
        lease=body.lease,
        tokens=body.tokens,
        finish=body.finish,
    )
    return {"earned": earned}


async def _fail(scope: Scope, receive: Receive) -> Answer:
    caller, body = await _parse(scope, receive, FailBody)
    await jobs.fail(job_id=body.jobId, holder=caller.worker_id, lease=body.lease)
    return {"ok": True}


async def _heartbeat(scope: Scope, receive: Receive) -> Answer:
    caller, body = await _parse(scope, receive, HeartbeatBody)
    tiers = [] if caller.paused else list(caller.tiers)
    pulse = await jobs.heartbeat(
        holder=caller.worker_id,
        tiers=tiers,
        only=body.jobs,
        ready=body.ready,
        reads_tokens=caller.holder.reads_tokens,
        owner=caller.holder.avoid,
    )
    if body.tokensPerSecond is not None and _speed_is_due(caller.worker_id):
        await in_db(_note_speed, caller.worker_id, body.tokensPerSecond)
    return {
        "ok": True,
        "workerId": caller.worker_id,
        "model": caller.model,
        "tiers": list(caller.tiers),
        "jobs": pulse.jobs,
        "stop": pulse.stop,
        "paused": caller.paused,
    }


_speed_noted: dict[str, float] = {}
SPEEDS_MAX = 50_000


def _speed_is_due(worker_id: str) -> bool:
    """Whether it is time to write a worker's speed down again: not with every sign of life."""
    now = time.monotonic()
    if now - _speed_noted.get(worker_id, -SPEED_EVERY_S) < SPEED_EVERY_S:
        return False
    if len(_speed_noted) >= SPEEDS_MAX:
        _speed_noted.clear()
    _speed_noted[worker_id] = now
    return True


def _note_speed(worker_id: str, tokens_per_second: float) -> None:
    Worker.objects.filter(public_id=worker_id).update(tokens_per_second=tokens_per_second)


async def _release(scope: Scope, receive: Receive) -> Answer:
    body = ReleaseBody.model_validate(await read_json_object(receive, scope, BODY_MAX_BYTES))
    shown = bearer_token(scope) or body.workerToken or body.token
    caller = await identify(shown, address=scope_address(scope))
    caller.check(body.workerId)
    await jobs.release(holder=caller.worker_id)
    return {"ok": True}


claim = _call(_claim)
token = _call(_token)
complete = _call(_complete)
fail = _call(_fail)
heartbeat = _call(_heartbeat)
release = _call(_release)
