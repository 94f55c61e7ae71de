"""What a page of the staff is asked: by whom, with which rights, for which row, with which form."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict

from ashao_site.accounts.models import User

MAX_ID_DIGITS = 18
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


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form of the page was sent with; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def is_row_id(text: str) -> bool:
    """Whether a part of an address can be a row's id."""
    return text.isdecimal() and len(text) <= MAX_ID_DIGITS
