"""Is this process alive, and can it reach what it needs?"""

import math
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse

from ashao_site.chain.watch import NotConfigured, Reachable, chain_watch, describe
from ashao_site.lib.aio import run_sync
from ashao_site.lib.pool_watch import pool_watch
from ashao_site.lib.redis import redis
from ashao_site.staff.alarms import alarms

CHECK_TIMEOUT_S = 3.0
CHECK_EVERY_S = 1.0
READY_KEY = "ashao:ready"
READY_KEPT_S = 60

log = structlog.get_logger("ashao.health")


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process does its work; 503 when it has lost its way to a database that is there.

    Then only a new process helps. What is away is told by `readyz`.
    """
    if pool_watch.is_stuck():
        log.error("pool_stuck")
        reason = "No database connection has come free for a minute."
        return JsonResponse({"status": "stuck", "reason": reason}, status=503)
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 if PostgreSQL and Redis take a write; 503 with the reason otherwise.

    The chain is told and does not count: chat and workers go on without it.
    """
    checks = {"postgres": _of_postgres.result(), "redis": _of_redis.result()}
    ready = all(result == "ok" for result in checks.values())
    body = {"status": "ok" if ready else "unavailable", **checks, "chain": _chain()}
    return JsonResponse(body, status=200 if ready else 503)


def add_chain_status(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html says about the chain, and everything about money to look at.

    A chain in trouble is one of the alarms.
    """
    status = chain_watch.status()
    is_well = isinstance(status, Reachable | NotConfigured)
    return {**context, "chain_sentence": describe(status) if is_well else "", "alarms": alarms()}


def _chain() -> str:
    status = chain_watch.status()
    match status:
        case Reachable():
            return "ok"
        case NotConfigured():
            return "not configured"
        case _:
            return describe(status)


class _Checked:
    """A check that is made once a second at most, whoever asks: it writes, and anybody may ask."""

    def __init__(self, probe: Callable[[], None]) -> None:
        self._probe = probe
        self._turn = threading.Lock()
        self._result, self._made_at = "", -math.inf

    def result(self) -> str:
        """`ok`, or what went wrong."""
        with self._turn:
            if time.monotonic() - self._made_at > CHECK_EVERY_S:
                self._result = self._check()
                self._made_at = time.monotonic()
            return self._result

    def _check(self) -> str:
        try:
            self._probe()
        except Exception as error:
            return type(error).__name__
        return "ok"


def _postgres() -> None:
    """Commit a write that changes no row: a server that only reads refuses it, one that cannot keep it fails."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = app WHERE false")
        cursor.execute("SELECT pg_logical_emit_message(true, 'ashao', 'ready')")


def _redis() -> None:
    run_sync(_write(), timeout_s=CHECK_TIMEOUT_S)


async def _write() -> None:
    await redis().pipe.command("SET", READY_KEY, 1, "EX", READY_KEPT_S)


_of_postgres, _of_redis = _Checked(_postgres), _Checked(_redis)
