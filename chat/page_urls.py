"""Paths of pages, relative to /."""

from django.urls import path
from django.views.generic import RedirectView

from chat.views_pages import chat_page

urlpatterns = [
    path("", chat_page, name="chat"),
    path("c/<str:conversation_id>", chat_page, name="conversation"),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg")),
]
