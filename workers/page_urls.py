"""Paths of pages, relative to /."""

from django.urls import path

from workers.views_pages import earn_page

urlpatterns = [path("earn", earn_page, name="earn")]
