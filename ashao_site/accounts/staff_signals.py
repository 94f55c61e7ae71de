"""Sign-ins of staff: how long they last, and their lines in the audit log, also of some of those that failed."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import AuditEntry, User
from ashao_site.lib.clock import now

SESSION_LASTS = timedelta(hours=12)
"""A session of staff ends so long after its sign-in, whatever is done in it meanwhile."""
SIGN_IN = "staff.sign_in"
SIGN_IN_FAILED = "staff.sign_in_failed"
FAILURES_PER_HOUR = 20
"""So many of one name are written down: nothing is ever taken out of the log, and anybody can try a name."""


@receiver(user_logged_in, dispatch_uid="accounts.audit_sign_in")
def audit_sign_in(*, user: Any, **_: object) -> None:
    """Somebody of the staff signed in, with a password or a wallet."""
    if isinstance(user, User) and user.is_staff:
        audit(actor=user, action=SIGN_IN, subject=user.public_id)


@receiver(user_logged_in, dispatch_uid="accounts.end_of_staff_session")
def bound_session(*, request: Any, user: Any, **_: object) -> None:
    """Somebody of the staff signed in, with a password or a wallet: by a fixed time they have to do so again."""
    if isinstance(user, User) and user.is_staff and request is not None:
        request.session.set_expiry(now() + SESSION_LASTS)


@receiver(user_login_failed, dispatch_uid="accounts.audit_failed_sign_in")
def audit_failed_sign_in(*, credentials: dict[str, Any], **_: object) -> None:
    """Somebody tried the name of one of the staff. Other names are not kept: a password may be among them."""
    name = credentials.get("username") or credentials.get("staff_name")
    user = User.objects.filter(staff_name=name, is_staff=True).first() if isinstance(name, str) else None
    if user is None:
        return
    since = now() - timedelta(hours=1)
    tried = AuditEntry.objects.filter(subject=user.public_id, action=SIGN_IN_FAILED, at__gte=since)
    if tried.count() < FAILURES_PER_HOUR:
        audit(actor=None, action=SIGN_IN_FAILED, subject=user.public_id, detail=f"as {user}")
