"""The pages on which staff decide about deposits in suspense."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.lib.errors import NotFound
from ashao_site.staff.asked import RECONCILE, is_row_id, me, posted, require_right
from ashao_site.staff.review import Fact, NoteForm, Step, decide
from ledger.books.money import format_usd
from ledger.deposits.models import Booked, Direction, TreasuryTransfer
from ledger.deposits.suspense import assign_deposit, fund_from_suspense

MAX_PERSON_CHARS = 64


def waits(object_id: str) -> bool:
    """Whether the transfer with this id waits in suspense."""
    row = _deposit(object_id)
    return row is not None and row.booked == Booked.SUSPENSE


class AssignForm(NoteForm):
    person = forms.CharField(
        label="Person",
        help_text="The public id (usr_…) or the wallet with which the person signs in.",
        max_length=MAX_PERSON_CHARS,
        widget=UnfoldAdminTextInputWidget(),
    )


@second_factor_required
def assign_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """Give a person the credits for a deposit that waits in suspense."""
    require_right(request, RECONCILE)
    row = _of_suspense(object_id)

    def review(cleaned: dict[str, Any]) -> list[Fact]:
        person = _person(cleaned["person"])
        return [("Credited to", person.public_id), ("who signs in with", person.wallet)]

    def act(cleaned: dict[str, Any]) -> str:
        person = _person(cleaned["person"])
        assign_deposit(
            staff=me(request), transfer_id=row.pk, user_public_id=person.public_id, note=cleaned["note"]
        )
        return f"{format_usd(row.amount_micros)} were credited to {person.public_id}."

    step = Step(
        title="Assign a deposit to a person",
        intro="The person gets the credits for this deposit. That cannot be taken back here.",
        verb="Assign",
        back_url=_suspense_url(),
        facts=_deposit_facts(row),
        review=review,
    )
    return decide(request, step, AssignForm(posted(request)), act)


@second_factor_required
def fund_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """Book a deposit in suspense as ashao's own money for free credits."""
    require_right(request, RECONCILE)
    row = _of_suspense(object_id)

    def act(cleaned: dict[str, Any]) -> str:
        fund_from_suspense(staff=me(request), transfer_id=row.pk, note=cleaned["note"])
        return f"The promotion budget was funded with {format_usd(row.amount_micros)}."

    step = Step(
        title="Fund the promotion budget from suspense",
        intro="For USDC that ashao itself sent to the treasury: it backs the free credits of new people.",
        verb="Fund the budget",
        back_url=_suspense_url(),
        facts=_deposit_facts(row),
    )
    return decide(request, step, NoteForm(posted(request)), act)


def _deposit(object_id: str) -> TreasuryTransfer | None:
    if not is_row_id(object_id):
        return None
    return TreasuryTransfer.objects.filter(pk=int(object_id), direction=Direction.IN).first()


def _of_suspense(object_id: str) -> TreasuryTransfer:
    """The deposit that is decided about. What was decided before is told when it is decided again."""
    row = _deposit(object_id)
    if row is None:
        raise Http404
    return row


def _deposit_facts(row: TreasuryTransfer) -> list[Fact]:
    return [
        (
            "In the books",
            "in suspense" if row.booked == Booked.SUSPENSE else f"{row.booked}: it waits no more",
        ),
        ("Amount", format_usd(row.amount_micros)),
        ("From", row.counterparty),
        ("Transaction", row.tx_hash),
        ("Block", f"{row.block:,}, {row.block_at:%Y-%m-%d %H:%M:%S} UTC"),
    ]


def _person(text: str) -> User:
    """By public id or wallet, in whatever case. Raises `NotFound`."""
    text = text.strip()
    people = User.objects.filter(wallet__isnull=False, is_active=True)
    by_wallet = text.lower().startswith("0x")
    person = (people.filter(wallet__iexact=text) if by_wallet else people.filter(public_id=text)).first()
    if person is None:
        raise NotFound("There is no person with this id or wallet.", code="user_not_found")
    return person


def _suspense_url() -> str:
    return f"{reverse('admin:ledger_treasurytransfer_changelist')}?booked__exact=suspense"
