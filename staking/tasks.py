"""Celery's side of the chain: parse, call one action."""

from django.conf import settings

from ashao_site.celery import app
from ashao_site.lib.db import only_one
from staking.faucet import fund_development_treasury
from staking.indexer.follow import follow
from staking.reconciliation.looks import look
from staking.rewards.actions import settle_and_pay


@app.task(name="staking.tasks.follow_chain", ignore_result=True)
def follow_chain() -> None:
    """Read what is new on the chain and confirmed, unless another process does so now."""
    with only_one("follow_chain") as mine:
        if mine:
            fund_development_treasury()
            follow()


@app.task(name="staking.tasks.settle_epochs", ignore_result=True)
def settle_epochs() -> None:
    """Settle the epochs that are over, and pay their rewards."""
    with only_one("staking.settle_epochs") as mine:
        if mine:
            settle_and_pay()


@app.task(name="staking.tasks.reconcile", ignore_result=True)
def reconcile() -> None:
    """Compare ledger, payouts and chain, so that a difference raises its alarm though nobody looks."""
    if settings.CHAIN is None:
        return
    with only_one("staking.reconcile") as mine:
        if mine:
            look()
