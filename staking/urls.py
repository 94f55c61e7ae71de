"""Paths relative to /api/."""

from django.urls import path

from staking.account import views as account
from staking.rewards import views as rewards
from staking.treasury.views import TreasuryView

urlpatterns = [
    path("statement", account.StatementView.as_view()),
    path("statement.csv", account.StatementCsvView.as_view()),
    path("credits/buy", account.BuyView.as_view()),
    path("deposits", account.DepositsView.as_view()),
    path("faucet", account.FaucetView.as_view()),
    path("staking", rewards.StakingView.as_view()),
    path("staking/stake", rewards.StakeView.as_view()),
    path("staking/unstake", rewards.UnstakeView.as_view()),
    path("treasury", TreasuryView.as_view()),
]
