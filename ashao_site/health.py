"""Is this process alive, and can it reach what it needs?"""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, JsonResponse

from ashao_site.lib.aio import run_sync
from ashao_site.lib.redis import redis

CHECK_TIMEOUT_S = 3.0


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 if PostgreSQL and Redis can be reached; 503 with the reason otherwise."""
    checks = {"postgres": _check(_postgres), "redis": _check(_redis)}
    ready = all(result == "ok" for result in checks.values())
    return JsonResponse({"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503)


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
