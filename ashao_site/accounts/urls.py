"""Paths relative to /api/."""

from django.urls import path

from ashao_site.accounts.sign_in import views

urlpatterns = [
    path("auth/nonce", views.NonceView.as_view()),
    path("auth/verify", views.VerifyView.as_view()),
    path("auth/logout", views.LogoutView.as_view()),
]
