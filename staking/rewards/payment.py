"""Paying the rewards of settled epochs into the books, some at a time, each exactly once.

A batch is one transaction: its rewards are marked as paid (which only one process can do) and one transfer of
the ledger pays them. Killed anywhere, the next run goes on with what is not marked. The transfer's key counts
the batches of the epoch, so that even without the marks nothing could be paid twice.
"""

import structlog
from django.db import transaction
from django.db.models import Sum

from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from ledger.books import actions as ledger
from ledger.books import chart
from ledger.books.queries import balance
from staking.rewards.epochs import EPOCHS_AT_ONCE, REWARD_KIND, due_spans, settle
from staking.rewards.models import Epoch, Reward

BATCH = 199
"""Receivers of one transfer: with the pool, the legs that the ledger allows."""
BATCHES_AT_ONCE = 500

log = structlog.get_logger("ashao.staking")


class TakenElsewhere(Exception):
    """Another process has paid these rewards in the meantime."""


def settle_and_pay(*, limit: int = EPOCHS_AT_ONCE) -> tuple[int, int]:
    """Settle the epochs that are over and pay their rewards: how many epochs, and how many batches.

    At most `limit` epochs, the rest in the next run. One process at a time: the caller sees to it, for speed;
    two at once would do nothing twice.
    """
    paid = pay_open_epochs()
    settled = settle(due_spans(limit=limit))
    if settled:
        paid += pay_open_epochs()
    return settled, paid


def pay_open_epochs(*, batches: int = BATCHES_AT_ONCE) -> int:
    """Pay what settled epochs still owe, oldest first, at most so many batches; how many were paid."""
    paid = 0
    for epoch in Epoch.objects.filter(paid_at=None).order_by("number"):
        if paid >= batches or not _pool_can_pay(epoch):
            break
        paid += _pay_epoch(epoch, batches - paid)
    return paid


def _pay_epoch(epoch: Epoch, batches: int) -> int:
    # Every batch but the last is full, and they are paid in order: so the rewards paid tell the next one.
    number = Reward.objects.filter(epoch=epoch, paid=True).count() // BATCH
    unpaid, after_id = Reward.objects.filter(epoch=epoch, paid=False).order_by("id"), 0
    for paid in range(batches):
        rewards = list(unpaid.filter(id__gt=after_id)[:BATCH])
        if not rewards:
            Epoch.objects.filter(pk=epoch.pk, paid_at=None).update(paid_at=now())
            return paid
        try:
            _pay_batch(epoch, number + paid, rewards)
        except TakenElsewhere:
            log.warning("rewards_paid_elsewhere", epoch=epoch.number)
            return paid
        after_id = rewards[-1].pk  # those before are paid: without it, each batch would look at all of them
    return batches


def _pay_batch(epoch: Epoch, number: int, rewards: list[Reward]) -> None:
    # Before the payment's own transaction, so that nobody's first sign-in waits for it.
    user_ids = User.objects.ids_of_wallets([reward.wallet for reward in rewards])
    total = sum(reward.amount_micros for reward in rewards)
    with transaction.atomic():
        unpaid = Reward.objects.filter(pk__in=[reward.pk for reward in rewards], paid=False)
        if unpaid.update(paid=True) != len(rewards):
            raise TakenElsewhere
        ledger.post_transfer(
            key=f"reward:{epoch.number}:{number}",
            kind=REWARD_KIND,
            legs=[
                ledger.Leg(chart.POOL_STAKERS, -total),
                *(
                    ledger.Leg(chart.user_earnings(user_ids[reward.wallet]), reward.amount_micros)
                    for reward in rewards
                ),
            ],
            reference=f"epoch {epoch.number}",
        )


def _pool_can_pay(epoch: Epoch) -> bool:
    """Whether the pool has what the epoch still owes: it had when it was settled, but staff may reverse."""
    owed = Reward.objects.filter(epoch=epoch, paid=False).aggregate(sum=Sum("amount_micros"))["sum"] or 0
    enough = owed <= balance(chart.POOL_STAKERS) if owed else True
    if not enough:
        log.error("stakers_pool_too_small", epoch=epoch.number, owed_micros=owed)
    return enough
