"""The chat page: the same for everybody; what is whose, the page asks the API."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from chat.conversation.models import MESSAGE_MAX_CHARS
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


urlpatterns = [
    path("", chat_page, name="chat"),
    path("c/<str:conversation_id>", chat_page, name="conversation"),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg")),
]
