"""Paths relative to /api/."""

from django.urls import path

from ashao_site.account.access import keys, sessions
from ashao_site.account.data import views as data
from ashao_site.account.deposits import views as deposits
from ashao_site.account.me import views as me
from ashao_site.account.statement import views as statement

urlpatterns = [
    path("me", me.MeView.as_view()),
    path("welcome", me.WelcomeView.as_view()),
    path("credits", me.CreditsView.as_view()),
    path("credits/buy", deposits.BuyView.as_view()),
    path("deposits", deposits.DepositsView.as_view()),
    path("faucet", deposits.FaucetView.as_view()),
    path("statement", statement.StatementView.as_view()),
    path("statement.csv", statement.StatementCsvView.as_view()),
    path("account", me.AccountView.as_view()),
    path("account/export", data.AccountExportView.as_view()),
    path("account/data", data.AccountDataView.as_view()),
    path("keys", keys.KeysView.as_view()),
    path("keys/<str:key_id>", keys.KeyView.as_view()),
    path("sessions", sessions.SessionsView.as_view()),
    path("sessions/<str:session_id>", sessions.SessionView.as_view()),
]
