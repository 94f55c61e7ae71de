"""What the pages of payouts in the admin share: which payouts are meant, who gets them, and how that is said."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ashao_site.accounts.models import User
from ledger.books.money import format_usd
from ledger.payouts.models import Payout
from ledger.payouts.queries import approvals_needed, approvals_of

MAX_SELECTED = 100
LIST = "admin:ledger_payout_changelist"
TABLE = "admin/ledger/payout_rows.html"
_ID = re.compile(r"pay_[A-Za-z0-9]{16,32}")


@dataclass(frozen=True)
class Row:
    """A payout as staff see it before they decide."""

    payout: Payout
    amount: str
    payee: str
    approvals: str


def ids_in(text: str) -> list[str]:
    """The ids of payouts in a text with commas, each once, at most `MAX_SELECTED`."""
    ids = (one.strip() for one in text.split(","))
    return list(dict.fromkeys(one for one in ids if _ID.fullmatch(one)))[:MAX_SELECTED]


def chosen_by(request: HttpRequest) -> list[Payout]:
    """The payouts that a page is about: those in its address, or in the form that was sent."""
    given = request.POST if request.method == "POST" else request.GET
    return payouts_with(ids_in(given.get("ids", "")))


def nothing_chosen(request: HttpRequest, reason: str = "Choose payouts in the list first.") -> HttpResponse:
    """Back to the list."""
    messages.error(request, reason)
    return HttpResponseRedirect(reverse(LIST))


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
    return "one payout" if len(payouts) == 1 else f"{len(payouts)} payouts"


def page_url(name: str, payouts: Iterable[Payout], *args: str) -> str:
    """A page of the admin about these payouts."""
    return f"{reverse(f'admin:{name}', args=args)}?ids={','.join(payout.public_id for payout in payouts)}"
