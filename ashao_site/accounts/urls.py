"""Paths relative to /api/."""

from django.urls import path

from ashao_site.accounts import views, views_sessions

urlpatterns = [
    path("auth/nonce", views.NonceView.as_view()),
    path("auth/verify", views.VerifyView.as_view()),
    path("auth/logout", views.LogoutView.as_view()),
    path("keys", views.KeysView.as_view()),
    path("keys/<str:key_id>", views.KeyView.as_view()),
    path("sessions", views_sessions.SessionsView.as_view()),
    path("sessions/<str:session_id>", views_sessions.SessionView.as_view()),
]
