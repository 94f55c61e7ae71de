"""The calls about payouts, below /api/."""

from django.urls import path

from ledger.payouts.views import PayoutsView, PayoutWalletsView, PayoutWalletView

urlpatterns = [
    path("payouts", PayoutsView.as_view()),
    path("payouts/wallets", PayoutWalletsView.as_view()),
    path("payouts/wallets/<str:wallet>", PayoutWalletView.as_view()),
]
