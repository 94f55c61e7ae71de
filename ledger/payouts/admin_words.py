"""What the pages of payouts in the admin share: which payouts are meant, who gets them, and how that is said."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ashao_site.accounts.models import User
from ledger.books.money import format_usd
from ledger.payouts.models import Payout
from ledger.payouts.queries import approvals_needed, approvals_of

MAX_SELECTED = 100
LIST = "admin:ledger_payout_changelist"
VIEW, APPROVE, SIGN = "ledger.view_payout", "ledger.approve_payout", "ledger.sign_payout"
_ID = re.compile(r"pay_[A-Za-z0-9]{16,32}")


@dataclass(frozen=True)
class Row:
    """A payout as staff see it before they decide."""

    payout: Payout
    amount: str
    payee: str
    approvals: str


def me(request: HttpRequest) -> User:
    """Who decides."""
    return cast(User, request.user)


def require_right(request: HttpRequest, right: str) -> None:
    """Raise `PermissionDenied` for staff without this right, or without the one to see payouts."""
    if not (request.user.has_perm(right) and request.user.has_perm(VIEW)):
        raise PermissionDenied


def ids_in(text: str) -> list[str]:
    """The ids of payouts in a text with commas, each once, at most `MAX_SELECTED`."""
    found = (one.strip() for one in text.split(","))
    return list(dict.fromkeys(one for one in found if _ID.fullmatch(one)))[:MAX_SELECTED]


def payouts_with(public_ids: Sequence[str]) -> list[Payout]:
    """These payouts, the oldest first."""
    return list(Payout.objects.filter(public_id__in=public_ids).order_by("id"))


def rows_of(payouts: Iterable[Payout]) -> list[Row]:
    """The payouts with the names of those who get them."""
    payouts = list(payouts)
    names = payees(payouts)
    return [
        Row(
            payout=payout,
            amount=format_usd(payout.amount_micros),
            payee=names.get(payout.user_id, str(payout.user_id)),
            approvals=f"{approvals_of(payout).count()} of {approvals_needed(payout)}",
        )
        for payout in payouts
    ]


def payees(payouts: Iterable[Payout]) -> dict[int, str]:
    """The public ids of those who get them, by their numbers."""
    numbers = {payout.user_id for payout in payouts}
    return dict(User.objects.filter(pk__in=numbers).values_list("pk", "public_id"))


def sum_of(payouts: Iterable[Payout]) -> str:
    """What they are together."""
    return format_usd(sum(payout.amount_micros for payout in payouts))


def counted(payouts: Sequence[Any]) -> str:
    """How many."""
    return "one payout" if len(payouts) == 1 else f"{len(payouts)} payouts"


def page_url(name: str, payouts: Iterable[Payout], *args: str) -> str:
    """A page of the admin about these payouts."""
    return f"{reverse(f'admin:{name}', args=args)}?ids={','.join(payout.public_id for payout in payouts)}"


def transaction_link(tx_hash: str) -> SafeString | str:
    """A transaction's hash, with a link to the explorer where one is configured."""
    explorer: str = settings.MONEY.explorer_url
    if not tx_hash or not explorer:
        return tx_hash
    return format_html('<a href="{}/tx/{}" rel="noreferrer">{}</a>', explorer, tx_hash, tx_hash)


def person_link(user_id: int, text: str) -> SafeString:
    """A person's page."""
    return format_html('<a href="{}">{}</a>', reverse("admin:accounts_user_change", args=[user_id]), text)
