"""What staff decide: each decision with its audit entry, in the transaction that carries it out."""

from django.db import IntegrityError, transaction

from ashao_site.accounts.models import User
from ashao_site.chain.view import view_chain
from ashao_site.lib import clock
from ashao_site.lib.errors import Conflict, Forbidden
from ledger.payouts.evidence import require_unpayable
from ledger.payouts.models import Payout
from ledger.payouts.moves import UNSIGNED, changed_meanwhile, give_back, move, record_decision, required_note
from ledger.payouts.queries import approvals_needed, payout_of
from ledger.payouts.signers import signer_of
from ledger.payouts.states import PayoutState


def approve_payout(*, staff: User, public_id: str, note: str = "") -> Payout:
    """Approve it. It stays `requested` until `approvals_needed` different people have.

    Raises `Conflict` (not_requested, already_approved) and `Forbidden` (own_payout).
    """
    with transaction.atomic():
        payout = _locked(public_id)
        if payout.user_id == staff.pk:
            raise Forbidden("Somebody else has to approve a payout of yours.", code="own_payout")
        if payout.state != PayoutState.REQUESTED:
            raise Conflict(f"This payout is {payout.state}, not requested.", code="not_requested")
        try:
            with transaction.atomic():
                record_decision(staff, payout, "approve", note)
        except IntegrityError:
            raise Conflict("You have approved this payout already.", code="already_approved") from None
        approvals = payout.decisions.filter(decision="approve").values("staff_id").distinct().count()
        if approvals >= approvals_needed(payout):
            changed = move(payout, PayoutState.APPROVED, approved_at=clock.now())
            assert changed, "a locked payout was changed by somebody else"
    return payout


def reject_payout(*, staff: User, public_id: str, note: str) -> Payout:
    """Give the money back, from requested or approved. The note is the reason that the earner reads.

    One that a signer was ever handed can be rejected only when the chain can no longer pay it.
    """
    payout = payout_of(public_id)
    if payout.state not in (PayoutState.REQUESTED, PayoutState.APPROVED):
        raise Conflict(f"This payout is {payout.state}: it cannot be rejected.", code="not_rejectable")
    return _give_back(staff, payout, "reject", note)


def fail_payout(*, staff: User, public_id: str, note: str) -> Payout:
    """Give the money back of one that was signed, when the chain can no longer pay it; `Conflict` otherwise."""
    payout = payout_of(public_id)
    if payout.state not in (PayoutState.APPROVED, PayoutState.SIGNED, PayoutState.BROADCAST):
        raise Conflict(f"This payout is {payout.state}: it cannot be failed.", code="not_failable")
    return _give_back(staff, payout, "fail", note)


def retry_payout(*, staff: User, public_id: str, note: str) -> Payout:
    """Back to approved, to be signed again with the same nonce: the chain takes only one of the authorizations."""
    note = required_note(note)
    with transaction.atomic():
        payout = _locked(public_id)
        if payout.state not in (PayoutState.SIGNED, PayoutState.BROADCAST):
            raise Conflict(f"This payout is {payout.state}: it cannot be retried.", code="not_retryable")
        signer_of(payout).require_put_aside(payout)
        record_decision(staff, payout, "retry", note)
        changed = move(payout, PayoutState.APPROVED, **UNSIGNED)
        assert changed, "a locked payout was changed by somebody else"
    return payout


def _give_back(staff: User, payout: Payout, decision: str, note: str) -> Payout:
    note = required_note(note)
    if payout.state == PayoutState.SIGNED:
        signer_of(payout).require_put_aside(payout)
    if payout.authorized_until is not None:
        require_unpayable(view_chain(), payout)
    with transaction.atomic():
        if not give_back(payout, note):
            raise changed_meanwhile()
        record_decision(staff, payout, decision, note)
    return payout


def _locked(public_id: str) -> Payout:
    """The payout, locked until the end of the transaction. Raises `NotFound`."""
    return Payout.objects.select_for_update(no_key=True).get(pk=payout_of(public_id).pk)
