"""What staff decided about a payout, written down in the transaction that carries it out."""

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.lib.errors import BadInput, Conflict
from ledger.payouts.models import Payout, PayoutDecision
from ledger.payouts.moves import cut


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
