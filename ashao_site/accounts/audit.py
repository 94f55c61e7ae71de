"""The audit log: who decided what, when. A trigger keeps it append-only."""

from ashao_site.accounts.models import AuditEntry, User

MAX_DETAIL_CHARS = 500


def audit(*, actor: User | None, action: str, subject: str, detail: str = "") -> None:
    """Write down a decision, within the caller's transaction, so that neither is there without the other.

    `action` is a stable word (`payout.approve`), `subject` a public id, `detail` a sentence. No secrets, no
    prompt, no answer. `actor` is None where the server decided by itself.
    """
    AuditEntry.objects.create(
        actor_id=actor.pk if actor else None,
        actor_name=(actor.staff_name or actor.public_id) if actor else "ashao",
        action=action,
        subject=subject,
        detail=detail[:MAX_DETAIL_CHARS],
    )
