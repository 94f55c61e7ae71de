"""Celery's side of staking: parse, call one action."""

from ashao_site.celery import app
from ashao_site.lib.db import only_one
from staking.rewards.payment import settle_and_pay


@app.task(name="staking.tasks.settle_epochs", ignore_result=True)
def settle_epochs() -> None:
    """Settle the epochs that are over, and pay their rewards."""
    with only_one("staking.settle_epochs") as mine:
        if mine:
            settle_and_pay()
