"""Celery's side of the ledger: parse, call one action."""

from ashao_site.celery import app
from ledger.payouts import advance


@app.task(name="ledger.tasks.advance_payouts", ignore_result=True)
def advance_payouts() -> None:
    """Take every payout as far as it can go now."""
    advance.advance_payouts()
