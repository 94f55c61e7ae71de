"""Paths relative to /api/."""

from django.urls import path

from staking.rewards import views as rewards
from staking.treasury.views import TreasuryView

urlpatterns = [
    path("staking", rewards.StakingView.as_view()),
    path("staking/stake", rewards.StakeView.as_view()),
    path("staking/unstake", rewards.UnstakeView.as_view()),
    path("treasury", TreasuryView.as_view()),
]
