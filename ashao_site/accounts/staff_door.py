"""The door of the admin: what a password must pass before it is hashed, how long a sign-in of staff lasts, its lines in
the audit log (of some that failed, too), and a second factor for every page behind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from unfold.forms import AuthenticationForm

from ashao_site.accounts.audit import AuditEntry, audit
from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import require_second_factor
from ashao_site.accounts.sessions.sign_ins import end_session
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address, site_network
from ashao_site.lib.api import json_error
from ashao_site.lib.clock import now
from ashao_site.lib.errors import Forbidden

ADMIN_ROUTE = "admin/"
OPEN_PAGES = frozenset(
    {
        "admin:login",
        "admin:logout",
        "second_factor",
        "second_factor_set_up",
    }
)
"""What somebody of the staff reaches without the second factor: the ways in and out, and to the factor itself."""
SESSION_LASTS = timedelta(hours=12)
"""A session of staff ends so long after its sign-in, whatever is done in it meanwhile."""
SIGN_IN = "staff.sign_in"
SIGN_IN_FAILED = "staff.sign_in_failed"
FAILURES_PER_HOUR = 20
"""So many of one name are written down: nothing is ever taken out of the log, and anybody can try a name."""


class StaffSignInForm(AuthenticationForm):  # type: ignore[misc]  # unfold has no types
    """A name and a password. Each try is counted before the password is hashed: by the name from this network, by the
    address, and by the name from wherever: that is wide, so that a stranger elsewhere shuts nobody out."""

    def clean(self) -> dict[str, Any]:
        """As Django's. Raises `RateLimited`, which is answered with 429 and says when to come again."""
        name = User.normalize_username(str(self.cleaned_data.get("username", "")))
        address = client_address(self.request)
        network = site_network(address) or address
        limits.spend_now(limits.STAFF_NAME_HERE, account=f"{name} at {network}")
        limits.spend_now(limits.STAFF_PASSWORD, address=address, account=name)
        cleaned: dict[str, Any] = super().clean()
        if self.request.user.is_authenticated and self.request.user != self.get_user():
            end_session(self.request)  # a sign-in over somebody else's: what is open in that hears no more
        return cleaned


class SecondFactorEverywhere:
    """Middleware: leads staff without a second factor to it, from every page of the admin but `OPEN_PAGES`.

    It looks at the route that Django has found, not at the path: no spelling of a path goes by it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        """The way to the second factor, or None to go on. Whoever is not on the staff is the admin's own matter."""
        match = request.resolver_match
        if match is None or not match.route.startswith(ADMIN_ROUTE) or match.view_name in OPEN_PAGES:
            return None
        if not (request.user.is_active and request.user.is_staff):
            return None
        first = require_second_factor(request)
        if first is not None and request.content_type == "application/json":
            return json_error(Forbidden("Your second factor is needed again.", code="second_factor_needed"))
        return first


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
