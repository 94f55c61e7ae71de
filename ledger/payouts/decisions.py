"""What staff decide: each decision with its audit entry, in the transaction that carries it out."""

from django.db import IntegrityError, transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict, Forbidden
from ledger.payouts.evidence import Payment, Unpayable, head_of, look_for
from ledger.payouts.models import Payout, PayoutDecision
from ledger.payouts.moves import UNSIGNED, cut, give_back, is_bound_to, move
from ledger.payouts.onchain import reader
from ledger.payouts.queries import approvals_needed, payout_of
from ledger.payouts.states import PayoutState, SignedBy


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
                decide(staff, payout, "approve", note)
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
    note = needed(note)
    with transaction.atomic():
        payout = _locked(public_id)
        if payout.state not in (PayoutState.SIGNED, PayoutState.BROADCAST):
            raise Conflict(f"This payout is {payout.state}: it cannot be retried.", code="not_retryable")
        if payout.signed_by == SignedBy.SAFE:
            raise Conflict("A Safe was given this payout: abandon that first.", code="safe_batch")
        decide(staff, payout, "retry", note)
        changed = move(payout, PayoutState.APPROVED, **UNSIGNED)
        assert changed, "a locked payout was changed by somebody else"
    return payout


def require_unpayable(payout: Payout) -> None:
    """Raise `Conflict` (still_payable) while the chain may pay it. Asks the chain if a signer was ever handed it."""
    if payout.authorized_until is None:
        return
    found = reader()
    if not is_bound_to(payout, found.config):
        raise Conflict("This payout was signed for another chain, token or treasury.", code="still_payable")
    match look_for(found, head_of(found), payout):
        case Unpayable():
            return
        case Payment():
            raise Conflict("The chain has paid this payout.", code="still_payable")
        case None:
            raise Conflict(
                "An authorization of this payout was handed out, and the chain can still pay it: "
                "the money can go back when that has ended.",
                code="still_payable",
            )


def decide(staff: User, payout: Payout, decision: str, note: str, *, action: str = "") -> None:
    """Write a decision down, in the caller's transaction."""
    PayoutDecision.objects.create(payout=payout, staff_id=staff.pk, decision=decision, note=cut(note))
    audit(actor=staff, action=f"payout.{action or decision}", subject=payout.public_id, detail=note)


def needed(note: str) -> str:
    """A note that says something. Raises `BadInput`."""
    if not note.strip():
        raise BadInput("A note is needed: why?", code="note_needed")
    return note.strip()


def changed_meanwhile() -> Conflict:
    """What is said when somebody else was first."""
    return Conflict("This payout was changed just now. Please look again.", code="changed_meanwhile")


def _give_back(staff: User, payout: Payout, decision: str, note: str) -> Payout:
    note = needed(note)
    if payout.signed_by == SignedBy.SAFE and payout.state == PayoutState.SIGNED:
        raise Conflict("A Safe was given this payout: abandon that first.", code="safe_batch")
    require_unpayable(payout)
    with transaction.atomic():
        if not give_back(payout, note):
            raise changed_meanwhile()
        decide(staff, payout, decision, note)
    return payout


def _locked(public_id: str) -> Payout:
    """The payout, locked until the end of the transaction. Raises `NotFound`."""
    return Payout.objects.select_for_update(no_key=True).get(pk=payout_of(public_id).pk)
