"""Spending what a limit allows: which buckets a call takes from, and what is said when one is empty."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from django.conf import settings
from django.utils.crypto import salted_hmac

from ashao_site.lib.addresses import site_network
from ashao_site.lib.aio import run_sync
from ashao_site.lib.errors import RateLimited, Unavailable
from ashao_site.lib.limits.buckets import Bucket, Refusal, known_empty, take
from ashao_site.lib.limits.table import SITE_TIMES, Limit, Rate

SPEND_NOW_WAIT_S = 5.0
TELL_EVERY_S = 60.0
"""A limit that refuses is logged at most this often by a process."""
_SUBJECT_CHARS = 32

log = structlog.get_logger("ashao.limits")


async def spend(limit: Limit, *, address: str | None = None, account: int | str | None = None) -> None:
    """Take one of what this address and this account may do. Raises `RateLimited`, and takes nothing, at the end."""
    _refuse(limit, await take(_buckets(limit, address, account)))


def spend_now(limit: Limit, *, address: str | None = None, account: int | str | None = None) -> None:
    """`spend` for synchronous code. Never raises for an outage: what cannot be counted is allowed."""
    buckets = _buckets(limit, address, account)
    _refuse(limit, known_empty(buckets))
    if not buckets:
        return
    try:
        refusal = run_sync(take(buckets), timeout_s=SPEND_NOW_WAIT_S)
    except Unavailable:
        log.warning("limits_not_counted", limit=limit.name)
        return
    _refuse(limit, refusal)


def refuse_known(limit: Limit, *, address: str | None = None, account: int | str | None = None) -> None:
    """Raise `RateLimited` where this process knows that nothing is left. Takes nothing, asks nobody, costs nothing."""
    _refuse(limit, known_empty(_buckets(limit, address, account)))


@asynccontextmanager
async def misses(limit: Limit, *, of: type[Exception], address: str | None) -> AsyncIterator[None]:
    """Count, for the address, what the body raises of that kind: a look-up whose misses alone are limited.

    Raises `RateLimited` before the body where nothing is known to be left, and in the place of a miss too many.
    """
    refuse_known(limit, address=address)
    try:
        yield
    except of:
        await spend(limit, address=address)
        raise


def _buckets(limit: Limit, address: str | None, account: int | str | None) -> list[Bucket]:
    times: int = settings.RATE_LIMITS or int(limit.never_off)
    buckets: list[Bucket] = []
    if not times:
        return buckets
    if limit.address is not None and address is not None:
        buckets.append(_bucket(limit.name, limit.address, address, times))
        site = site_network(address)
        if site is not None:
            buckets.append(_bucket(limit.name, limit.address, site, times * SITE_TIMES))
    if limit.account is not None and account is not None:
        buckets.append(_bucket(limit.name, limit.account, f"account {account}", times))
    return buckets


def _bucket(name: str, rate: Rate, subject: str, times: int) -> Bucket:
    hashed = salted_hmac("ashao.limit", subject, algorithm="sha256").hexdigest()[:_SUBJECT_CHARS]
    every_us = max(1, rate.per_s * 1_000_000 // (rate.refill * times))
    return Bucket(key=f"ashao:limit:{name}:{hashed}", every_us=every_us, burst=rate.burst * times)


def _refuse(limit: Limit, refusal: Refusal | None) -> None:
    if refusal is None:
        return
    _tell(limit)
    wait_s = max(1, -(-refusal.wait_us // 1_000_000))
    raise RateLimited(
        f"That was too much at once. Please try again in {_span(wait_s)}.", retry_after_s=wait_s
    )


def _span(seconds: int) -> str:
    minutes = -(-seconds // 60)
    count, unit = (seconds, "second") if seconds <= 90 else (minutes, "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


_told: dict[str, float] = {}


def _tell(limit: Limit) -> None:
    at = time.monotonic()
    if at - _told.get(limit.name, -TELL_EVERY_S) >= TELL_EVERY_S:
        _told[limit.name] = at
        log.warning("rate_limited", limit=limit.name)
