"""How a payout changes: a conditional update of its row; the money and who decided it in the same transaction.

Nothing else changes one.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.chain.answers import Receipt
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.view import ChainView
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.payouts.models import MAX_SENTENCE_CHARS, Payout, PayoutDecision
from ledger.payouts.states import FINAL_KEY, PayoutState, sources_of

UNPAID_STEP_BLOCKS = 100
"""How far the chain goes on before a payout's row says so."""
BLOCKED = "USDC has blocked this wallet: it cannot be paid."
POOR = "The treasury has not enough USDC for this yet."
ELSEWHERE = "It was signed for another chain, token or treasury than the settings name now."
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


def fail_alone(payout: Payout, reason: str) -> bool:
    """Give the money back by the server's own decision, audited."""
    with transaction.atomic():
        failed = give_back(payout, reason)
        if failed:
            audit(actor=None, action="payout.fail", subject=payout.public_id, detail=reason)
    return failed


def include(payout: Payout, receipt: Receipt, log_index: int) -> bool:
    """Write down which event paid it. Raises IntegrityError for one that paid another payout."""
    return move(
        payout,
        PayoutState.INCLUDED,
        tx_hash=receipt.transaction_hash,
        block=receipt.block_number,
        block_hash=receipt.block_hash,
        log_index=log_index,
        included_at=clock.now(),
    )


def post_final(payout: Payout) -> bool:
    """It is paid for good: the money has left the treasury. False if it was changed meanwhile."""
    legs = [
        Leg(chart.payout(payout.public_id), -payout.amount_micros),
        Leg(chart.TREASURY_USDC, payout.amount_micros),
    ]
    with transaction.atomic():
        if not move(payout, PayoutState.FINAL, final_at=clock.now()):
            return False
        post_transfer(key=FINAL_KEY + payout.public_id, kind="payout", legs=legs, reference=payout.public_id)
    return True


def note_problem(payout: Payout, sentence: str) -> None:
    """Write down what it waits for. Written once, however often it is said."""
    if payout.problem == (sentence := cut(sentence)):
        return
    payout.problem, payout.problem_at = sentence, clock.now() if sentence else None
    as_read = Payout.objects.filter(pk=payout.pk, state=payout.state)
    as_read.update(problem=sentence, problem_at=payout.problem_at)


def note_unpaid(payout: Payout, block: int) -> None:
    """Remember that up to this block, which will not change, the chain has not paid it."""
    if block < (payout.unpaid_block or 0) + UNPAID_STEP_BLOCKS:
        return
    Payout.objects.filter(pk=payout.pk).update(unpaid_block=block)
    payout.unpaid_block = block


def note_searched(payouts: Iterable[Payout], block: int | None) -> None:
    """Remember how far the search has come; None: it begins anew."""
    changed = [payout for payout in payouts if payout.searched_block != block]
    for payout in changed:
        payout.searched_block = block
    if changed:
        Payout.objects.filter(pk__in=[payout.pk for payout in changed]).update(searched_block=block)


def authorize(payout: Payout, *, until: int, view: ChainView) -> bool:
    """Note, before any signer gets to see it, until when the chain may pay it, and which chain. Binding for ever.

    False if it was changed meanwhile: then nothing may be signed.
    """
    config = view.config
    assert is_bound_to(payout, config)
    fields = {
        "authorized_until": max(until, payout.authorized_until or 0),
        "chain_id": config.chain_id,
        "token": config.usdc,
        "payer": config.treasury,
        "unpaid_block": view.settled.number if payout.unpaid_block is None else payout.unpaid_block,
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


def record_decision(staff: User, payout: Payout, decision: str, note: str, *, action: str = "") -> None:
    """Write a decision down, in the caller's transaction; in the audit log as `action`, where that says more."""
    PayoutDecision.objects.create(payout=payout, staff_id=staff.pk, decision=decision, note=cut(note))
    audit(actor=staff, action=f"payout.{action or decision}", subject=payout.public_id, detail=note)


def required_note(note: str) -> str:
    """A note that says something. Raises `BadInput`."""
    if not note.strip():
        raise BadInput("A note is needed: why?", code="note_needed")
    return note.strip()


def changed_meanwhile() -> Conflict:
    """What is said when somebody else was first."""
    return Conflict("This payout was changed just now. Please look again.", code="changed_meanwhile")
