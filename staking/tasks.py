"""Celery's side of the chain: parse, call one action."""

from ashao_site.celery import app


@app.task(name="staking.tasks.follow_chain", ignore_result=True)
def follow_chain() -> None:
    """Read what is new on the chain and confirmed."""


@app.task(name="staking.tasks.settle_epochs", ignore_result=True)
def settle_epochs() -> None:
    """Settle the epochs that are over, and pay their rewards."""
