"""What the settlement process does about epochs."""

from staking.rewards import epochs, payment


def settle_and_pay(*, limit: int = epochs.EPOCHS_AT_ONCE) -> tuple[int, int]:
    """Settle the epochs that are over and pay their rewards: how many epochs, and how many batches.

    At most `limit` epochs, the rest in the next run. One process at a time: the caller sees to it, for speed;
    two at once would do nothing twice.
    """
    paid = payment.pay_open_epochs()
    settled = epochs.settle(epochs.due_spans(limit=limit))
    if settled:
        paid += payment.pay_open_epochs()
    return settled, paid
