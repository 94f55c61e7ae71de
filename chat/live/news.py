"""Slow news for open pages, over the channel layer. Losing one is no loss: pages ask again when they load.

How the network is, is asked of it at most once a second by each process.
"""

import threading
import time
from typing import Any

import structlog
from channels.layers import get_channel_layer
from django.db import transaction
from django.dispatch import receiver

from ashao_site.accounts.viewer import Viewer, access_ended
from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError, Unavailable
from ledger.books.money import micros_to_credits
from ledger.books.queries import spendable_micros
from workers import jobs

NEWS_TIMEOUT_S = 2.0
NETWORK_GROUP = "network"

STATUS_FRESH_S = 1.0
STATUS_TIMEOUT_S = 5.0

NetworkStatus = dict[str, object]

log = structlog.get_logger("ashao.news")
_lock = threading.Lock()
_last: tuple[float, NetworkStatus] | None = None


def user_group(user_id: int) -> str:
    """The channel group of a person's open pages."""
    return f"user.{user_id}"


def tell_balance(*, user_id: int) -> None:
    """Tell a person's open pages their credits, once the transaction has committed."""
    transaction.on_commit(lambda: _tell_balance(user_id))


def _tell_balance(user_id: int) -> None:
    try:
        credits = micros_to_credits(spendable_micros(user_id))
        tell(user_group(user_id), {"type": "balance", "credits": credits})
    except OUTAGES as error:
        log.warning("balance_not_told", error=type(error).__name__)


@receiver(access_ended, dispatch_uid="chat.check_pages")
def check_pages(sender: object, *, viewer: Viewer, **_: Any) -> None:
    """Have a person's open pages look who they are: some of their sessions were ended."""
    if viewer.user_id is not None:
        _send(user_group(viewer.user_id), {"type": "check"})


def network_status() -> NetworkStatus:
    """Workers, waiting jobs and the wait by tier, jobs and tokens a minute. Blocks: from a coroutine, use a thread.

    Raises `Unavailable`, and what Redis or PostgreSQL being away looks like.
    """
    global _last  # noqa: PLW0603 - one for each process is the point
    if not _lock.acquire(timeout=STATUS_TIMEOUT_S):  # somebody asks already, and gets no answer
        raise Unavailable("We cannot see the network at the moment. Please try again.")
    try:
        if _last is None or time.monotonic() - _last[0] >= STATUS_FRESH_S:
            _last = (time.monotonic(), run_sync(jobs.network_status(), timeout_s=STATUS_TIMEOUT_S))
        return _last[1]
    finally:
        _lock.release()


def tell_network() -> None:
    """Tell every open page how the network is."""
    tell(NETWORK_GROUP, {"type": "network", **run_sync(jobs.network_status())})


def tell(group: str, news: dict[str, Any]) -> None:
    """Send news to everybody in a group; what fails is only logged."""
    _send(group, {"type": "news", "news": news})


def _send(group: str, event: dict[str, Any]) -> None:
    layer = get_channel_layer()
    assert layer is not None, "settings name a default channel layer"
    try:
        run_sync(layer.group_send(group, event), timeout_s=NEWS_TIMEOUT_S)
    except (*OUTAGES, AppError, OSError) as error:
        log.warning("news_not_told", error=type(error).__name__)
