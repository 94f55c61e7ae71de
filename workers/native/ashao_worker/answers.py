"""What the network answers, read strictly: pure, no I/O."""

import json
from dataclasses import dataclass

import httpx

from .errors import Away, Fatal, OddAnswer, OutOfOrder, Refused, Revoked
from .text import clean

Messages = list[dict[str, str]]

_AGAIN_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Claim:
    """A job and everything needed to produce it."""

    job_id: str
    tier: str
    value_micros: int
    messages: Messages
    prefix: str
    lease_token: str
    lease_ms: int


@dataclass(frozen=True)
class NoJob:
    """Nothing to do just now, and why."""

    reason: str


@dataclass(frozen=True)
class Identity:
    """The worker that a token belongs to, and the tiers it registered for."""

    worker_id: str
    tiers: tuple[str, ...]


def judge(response: httpx.Response) -> dict[str, object]:
    """The answer's JSON object, or the error that it is."""
    status, data = response.status_code, _object(response)
    if 200 <= status < 300:
        if data is None:
            raise OddAnswer("what answers there is not an ashao network")
        return data
    if status >= 500 or status in _AGAIN_LATER:
        raise Away(
            "network busy" if status in (429, 503) else f"network error {status}",
            retry_after_s=_retry_after_s(response),
        )
    sentence, code = clean(str((data or {}).get("error") or "")), str((data or {}).get("code") or "")
    if status == 401:
        raise Revoked(sentence or "The network refused the key.")
    if status == 426:
        raise Fatal(sentence or "The network asks for a newer ashao-worker: update it.")
    if status == 409 and code == "out_of_order" and data is not None:
        raise OutOfOrder(integer(data.get("expected"), default=-1))
    if not code:
        raise OddAnswer(f"what answers there is not an ashao network (HTTP {status})")
    raise Refused(sentence or f"The network answered {status}.", status=status, code=code)


def parse_claim(answer: dict[str, object]) -> Claim | NoJob:
    """The claimed job; a job we cannot read is an odd answer."""
    job, lease = answer.get("job"), answer.get("lease")
    if job is None:
        return NoJob(clean(str(answer.get("reason") or "")))
    if not isinstance(job, dict) or not isinstance(lease, dict):
        raise OddAnswer("network sent a job that cannot be read")
    prefix = answer.get("prefix")
    claim = Claim(
        job_id=_text(job.get("id")),
        tier=_text(job.get("tier")),
        value_micros=integer(job.get("value")),
        messages=_messages(answer.get("messages")),
        prefix=prefix if isinstance(prefix, str) else "",
        lease_token=_text(lease.get("token")),
        lease_ms=integer(lease.get("ms")),
    )
    if not (claim.job_id and claim.lease_token and claim.lease_ms > 0 and claim.messages):
        raise OddAnswer("network sent a job that cannot be read")
    return claim


def parse_identity(answer: dict[str, object]) -> Identity:
    """Who we are, from a heartbeat's answer."""
    worker_id, tiers = _text(answer.get("workerId")), answer.get("tiers")
    if not worker_id:
        raise OddAnswer("what answers there is not an ashao network")
    return Identity(
        worker_id, tuple(t for t in tiers if isinstance(t, str)) if isinstance(tiers, list) else ()
    )


def integer(value: object, *, default: int = 0) -> int:
    """An integer as it is; anything else is `default` (a bool is not a number)."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def strings(value: object) -> frozenset[str]:
    """The strings of a list; anything else is none."""
    return frozenset(v for v in value if isinstance(v, str)) if isinstance(value, list) else frozenset()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _messages(value: object) -> Messages:
    messages: Messages = []
    for message in value if isinstance(value, list) else []:
        if not isinstance(message, dict):
            raise OddAnswer("network sent a job that cannot be read")
        messages.append({"role": _text(message.get("role")), "content": _text(message.get("content"))})
    return messages


def _object(response: httpx.Response) -> dict[str, object] | None:
    try:
        data = json.loads(response.content)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _retry_after_s(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() and len(value) < 7 else None
