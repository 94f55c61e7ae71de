"""Paths of pages, relative to /."""

from django.urls import path

from workers.views_pages import account_page, earn_page, stake_page, treasury_page

urlpatterns = [
    path("earn", earn_page, name="earn"),
    path("account", account_page, name="account"),
    path("stake", stake_page, name="stake"),
    path("treasury", treasury_page, name="treasury"),
]
