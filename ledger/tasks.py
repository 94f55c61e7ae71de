"""Celery's side of the ledger: parse, call one action."""

from ashao_site.celery import app
from ledger.grants.actions import return_unused
from ledger.grants.came_back import came_back
from ledger.payouts import advance


@app.task(name="ledger.tasks.advance_payouts", ignore_result=True)
def advance_payouts() -> None:
    """Take every payout as far as it can go now."""
    advance.advance_payouts()


@app.task(name="ledger.tasks.return_unused_grants", ignore_result=True)
def return_unused_grants() -> None:
    """Take back the free credits of wallets that never came back."""
    return_unused(came_back=came_back)
