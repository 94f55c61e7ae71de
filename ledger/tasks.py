"""Celery's side of the ledger: parse, call one action."""

from django.conf import settings

from ashao_site.celery import app
from ashao_site.chain.indexer.follow import follow
from ashao_site.lib.db import only_one
from ledger.deposits.faucet import fund_development_treasury
from ledger.grants.actions import return_unused
from ledger.grants.queries import came_back
from ledger.payouts import advance
from ledger.reconciliation import actions as reconciliation
from ledger.treasury.explaining import match_outgoing


@app.task(name="ledger.tasks.follow_chain", ignore_result=True)
def follow_chain() -> None:
    """Read what is new on the chain and confirmed, unless another process does so now."""
    if settings.CHAIN is None:
        return
    with only_one("follow_chain") as mine:
        if mine:
            fund_development_treasury()
            follow()
            match_outgoing(chain_id=settings.CHAIN.chain_id)


@app.task(name="ledger.tasks.advance_payouts", ignore_result=True)
def advance_payouts() -> None:
    """Take every payout as far as it can go now."""
    advance.advance_payouts()


@app.task(name="ledger.tasks.return_unused_grants", ignore_result=True)
def return_unused_grants() -> None:
    """Take back the free credits of wallets that never came back."""
    return_unused(came_back=came_back)


@app.task(name="ledger.tasks.reconcile", ignore_result=True)
def reconcile() -> None:
    """Compare ledger, payouts and chain, so that a difference raises its alarm though nobody looks."""
    if settings.CHAIN is None:
        return
    with only_one("ledger.reconcile") as mine:
        if mine:
            reconciliation.reconcile()
