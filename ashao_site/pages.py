"""The site's pages: the same for everybody; what is whose, a page asks the API."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from chat.conversation.models import MESSAGE_MAX_CHARS
from ledger.books.money import STAKED_SHARE_BPS, WORKER_SHARE_BPS
from staking.page_config import page_config
from workers import jobs


@require_safe
@ensure_csrf_cookie
def chat_page(request: HttpRequest, conversation_id: str = "") -> HttpResponse:
    """The chat, with a new conversation or the one that the address names."""
    config = {
        "development": settings.DEVELOPMENT_WALLET,
        "chainId": settings.CHAIN_ID,
        "messageMaxChars": MESSAGE_MAX_CHARS,
        "tiers": jobs.shown_tiers(),
    }
    return render(request, "chat.html", {"config": config})


@require_safe
@ensure_csrf_cookie
def earn_page(request: HttpRequest) -> HttpResponse:
    """Where a browser tab becomes a worker."""
    config = {
        "development": settings.DEVELOPMENT_WALLET,
        "chainId": settings.CHAIN_ID,
        "tiers": jobs.shown_tiers(),
        "earn": {
            "modelHost": settings.MODEL_HOST,
            "models": [model.model_dump(mode="json") for model in settings.BROWSER_MODELS],
            "minTokensPerSecond": settings.BROWSER_MIN_TOKENS_PER_SECOND,
            "allowSoftwareAdapter": settings.BROWSER_ALLOW_SOFTWARE_GPU,
            "shareBps": WORKER_SHARE_BPS,
            "stakedShareBps": STAKED_SHARE_BPS,
        },
    }
    return render(request, "earn.html", {"config": config})


@require_safe
@ensure_csrf_cookie
def account_page(request: HttpRequest) -> HttpResponse:
    """Credits, the statement, deposits and payouts."""
    return render(request, "account.html", {"config": page_config(tiers=jobs.shown_tiers())})


@require_safe
@ensure_csrf_cookie
def stake_page(request: HttpRequest) -> HttpResponse:
    """Staking $ASHAO, and what came of it."""
    return render(request, "stake.html", {"config": page_config(tiers=jobs.shown_tiers())})


@require_safe
@ensure_csrf_cookie
def treasury_page(request: HttpRequest) -> HttpResponse:
    """What the network takes in and where it goes."""
    return render(request, "treasury.html", {"config": page_config(tiers=jobs.shown_tiers())})


urlpatterns = [
    path("", chat_page, name="chat"),
    path("c/<str:conversation_id>", chat_page, name="conversation"),
    path("earn", earn_page, name="earn"),
    path("account", account_page, name="account"),
    path("stake", stake_page, name="stake"),
    path("treasury", treasury_page, name="treasury"),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg")),
]
