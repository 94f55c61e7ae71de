"""Is this process alive, and can it reach what it needs?"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, JsonResponse

from ashao_site.lib.aio import run_sync
from ashao_site.lib.chain import NotConfigured, Reachable, describe
from ashao_site.lib.chain_watch import chain_watch
from ashao_site.lib.redis import redis
from staking.reconciliation.alarms import alarms

CHECK_TIMEOUT_S = 3.0


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 if PostgreSQL and Redis can be reached; 503 with the reason otherwise.

    The chain is told and does not count: chat and workers go on without it.
    """
    checks = {"postgres": _check(_postgres), "redis": _check(_redis)}
    ready = all(result == "ok" for result in checks.values())
    body = {"status": "ok" if ready else "unavailable", **checks, "chain": _chain()}
    return JsonResponse(body, status=200 if ready else 503)


def add_chain_status(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html says about the chain, and everything about money to look at.

    A chain in trouble is one of the alarms.
    """
    found = chain_watch.status()
    is_well = isinstance(found, Reachable | NotConfigured)
    return {**context, "chain_sentence": describe(found) if is_well else "", "alarms": alarms()}


def _chain() -> str:
    found = chain_watch.status()
    match found:
        case Reachable():
            return "ok"
        case NotConfigured():
            return "not configured"
        case _:
            return describe(found)


def _check(probe: Callable[[], None]) -> str:
    try:
        probe()
    except Exception as error:
        return type(error).__name__
    return "ok"


def _postgres() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _redis() -> None:
    run_sync(_ping(), timeout_s=CHECK_TIMEOUT_S)


async def _ping() -> None:
    await redis().pipe.command("PING")
