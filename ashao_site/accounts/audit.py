"""The audit log: who decided what, when. A trigger keeps it append-only."""

from django.db import models

from ashao_site.accounts.models import User

MAX_DETAIL_CHARS = 500


class AuditEntry(models.Model):
    """One decision of staff, or of the server where it acts for them. Never changed: a trigger refuses."""

    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=80)
    """As it was then."""
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit log"
        indexes = [models.Index(fields=["subject", "-id"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


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
