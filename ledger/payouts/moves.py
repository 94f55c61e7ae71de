"""How a payout changes its state: a conditional update of the one table, and the money in the same transaction."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ashao_site.chain_settings import ChainSettings
from ashao_site.lib import clock
from ledger import chart
from ledger.actions import Leg, post_transfer
from ledger.payouts.models import MAX_SENTENCE_CHARS, Payout
from ledger.payouts.states import PayoutState, sources_of

UNSIGNED: dict[str, Any] = {
    "signed_by": "",
    "signed_at": None,
    "valid_before": None,
    "signature": "",
    "searched_block": None,
}
NOT_INCLUDED: dict[str, Any] = {
    "tx_hash": "",
    "block": None,
    "block_hash": "",
    "log_index": None,
    "included_at": None,
    "searched_block": None,
}


def move(payout: Payout, to: PayoutState, **fields: Any) -> bool:
    """Take it from the state that it was read in to `to`, with these fields. False if somebody else was first.

    What was ever handed to a signer must still be what was read: a decision made on less is none.
    """
    assert payout.state in sources_of(to), f"{payout.state} → {to} is not in the table"
    as_read = Payout.objects.filter(
        pk=payout.pk, state=payout.state, authorized_until=payout.authorized_until
    )
    changes = {"problem": "", "problem_at": None, **fields, "state": to}
    if as_read.update(**changes) != 1:
        return False
    for name, value in changes.items():
        setattr(payout, name, value)
    return True


def give_back(payout: Payout, reason: str) -> bool:
    """Fail it: the money is the earner's again. The caller knows that the chain can never pay it.

    False if it was changed meanwhile, and then nothing was done.
    """
    legs = [
        Leg(chart.payout(payout.public_id), -payout.amount_micros),
        Leg(chart.user_earnings(payout.user_id), payout.amount_micros),
    ]
    at = clock.now()
    with transaction.atomic():
        # Last, so that a caller's fields cannot take the reason away.
        if not move(payout, PayoutState.FAILED, failed_at=at, problem=cut(reason), problem_at=at):
            return False
        post_transfer(
            key=f"payout_failed:{payout.public_id}",
            kind="payout_failed",
            legs=legs,
            reference=payout.public_id,
        )
    return True


def post_final(payout: Payout) -> bool:
    """It is paid for good: the money has left the treasury. False if it was changed meanwhile."""
    legs = [
        Leg(chart.payout(payout.public_id), -payout.amount_micros),
        Leg(chart.TREASURY_USDC, payout.amount_micros),
    ]
    with transaction.atomic():
        if not move(payout, PayoutState.FINAL, final_at=clock.now()):
            return False
        post_transfer(
            key=f"payout_final:{payout.public_id}", kind="payout", legs=legs, reference=payout.public_id
        )
    return True


def say(payout: Payout, sentence: str) -> None:
    """Write down what it waits for. Written once, however often it is said."""
    if payout.problem == (sentence := cut(sentence)):
        return
    payout.problem, payout.problem_at = sentence, clock.now() if sentence else None
    as_read = Payout.objects.filter(pk=payout.pk, state=payout.state)
    as_read.update(problem=sentence, problem_at=payout.problem_at)


def authorize(payout: Payout, *, until: int, config: ChainSettings, block: int) -> bool:
    """Note, before any signer gets to see it, until when the chain may pay it, and which chain. Binding for ever.

    False if it was changed meanwhile: then nothing may be signed.
    """
    assert is_bound_to(payout, config)
    fields = {
        "authorized_until": max(until, payout.authorized_until or 0),
        "chain_id": config.chain_id,
        "token": config.usdc,
        "payer": config.treasury,
        "unpaid_block": block if payout.unpaid_block is None else payout.unpaid_block,
    }
    as_read = Payout.objects.filter(
        pk=payout.pk, state=payout.state, authorized_until=payout.authorized_until, payer=payout.payer
    )
    if as_read.update(**fields) != 1:
        return False
    for name, value in fields.items():
        setattr(payout, name, value)
    return True


def is_bound_to(payout: Payout, config: ChainSettings) -> bool:
    """Whether it may be paid on this chain, from this treasury, in this token: on none before, or on this one."""
    bound = (payout.chain_id, payout.token, payout.payer)
    return bound in ((None, "", ""), (config.chain_id, config.usdc, config.treasury))


def cut(sentence: str) -> str:
    """A sentence as long as the column."""
    return sentence[:MAX_SENTENCE_CHARS]


def names(public_ids: Iterable[str]) -> str:
    """Ids in a sentence."""
    return ", ".join(public_ids)
