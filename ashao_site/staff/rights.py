"""Who of the staff is asking, and what they may do."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from ashao_site.accounts.models import User

RECONCILE, BOOK = "ledger.reconcile", "ledger.book_treasury"
VIEW_PAYOUTS, APPROVE_PAYOUTS, SIGN_PAYOUTS = (
    "ledger.view_payout",
    "ledger.approve_payout",
    "ledger.sign_payout",
)


def me(request: HttpRequest) -> User:
    return cast(User, request.user)


def may(request: HttpRequest, right: str) -> bool:
    """Whether this person has a right. Asked by name: unfold looks a dotted one up in a database that may be empty."""
    return bool(request.user.has_perm(right))


def require_right(request: HttpRequest, *rights: str) -> None:
    """Raise `PermissionDenied` for staff without all of these rights."""
    if not request.user.has_perms(rights):
        raise PermissionDenied
