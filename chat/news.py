"""Slow news for open pages, over the channel layer. Losing one is no loss: pages ask again when they load."""

from typing import Any

import structlog
from channels.layers import get_channel_layer
from django.db import transaction

from ashao_site.accounts.session import Viewer
from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError
from chat.models import Message, Status
from ledger.money import micros_to_credits
from ledger.queries import spendable_micros
from workers import jobs

NEWS_TIMEOUT_S = 2.0
STREAMS_CHECKED_MAX = 1_000
NETWORK_GROUP = "network"

log = structlog.get_logger("ashao.news")


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


def check_pages(*, user_id: int) -> None:
    """Have a person's open pages look who they are: some of their sessions were ended."""
    _send(user_group(user_id), {"type": "check"})


def check_streams(*, viewer: Viewer) -> None:
    """Have whoever reads an answer of this person look whether they still may. One that is over ends by itself."""
    try:
        mine = Message.objects.of(viewer).filter(status=Status.PENDING)
        found = mine.values_list("job_id", flat=True)[:STREAMS_CHECKED_MAX] if viewer != Viewer() else ()
        job_ids = [job_id for job_id in found if job_id is not None]
        if job_ids:
            run_sync(jobs.have_readers_look(job_ids), timeout_s=NEWS_TIMEOUT_S)
    except (*OUTAGES, AppError, OSError) as error:
        log.warning("streams_not_checked", error=type(error).__name__)


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
