"""The pages of the admin on which staff decide about the treasury: suspense, payments, and an alarm of the chain."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.lib.errors import BadInput, NotFound
from ashao_site.lib.wei import format_ashao
from ledger.money import format_usd
from ledger.queries import balance
from staking.admin_steps import Fact, NoteForm, Step, decide, me, require_right
from staking.deposits import assign_deposit, fund_from_suspense
from staking.indexer.follow import clear_alarm
from staking.indexer.models import Booked, Direction
from staking.models import Booking, ChainCursor, TreasuryTransfer
from staking.treasury.actions import PAYS, book_payment
from staking.treasury.evidence import clean_hash, evidence_of
from staking.treasury.models import BookingKind

RECONCILE, BOOK = "ledger.reconcile", "ledger.book_treasury"
HASH_CHARS = 66
MAX_PERSON_CHARS = 64
MAX_ID_DIGITS = 18


def go_to(url: str) -> HttpResponse:
    """On to another page."""
    return HttpResponseRedirect(url)


def waits(object_id: str) -> bool:
    """Whether the transfer with this id waits in suspense."""
    row = _deposit(object_id)
    return row is not None and row.booked == Booked.SUSPENSE


def has_alarm(object_id: str) -> bool:
    """Whether the chain with this id of its row has an alarm."""
    return _is_id(object_id) and ChainCursor.objects.filter(pk=object_id).exclude(alarm="").exists()


class AssignForm(NoteForm):
    """To whom."""

    person = forms.CharField(
        label="Person",
        help_text="The public id (usr_…) or the wallet with which the person signs in.",
        max_length=MAX_PERSON_CHARS,
        widget=UnfoldAdminTextInputWidget(),
    )


class RecordForm(NoteForm):
    """What the treasury paid, and where it can be seen on the chain."""

    kind = forms.ChoiceField(
        label="What it was for",
        choices=(
            (BookingKind.BUYBACK, "Buyback: $ASHAO was bought and burned"),
            (BookingKind.CLOUD, "The cloud's bill"),
            (BookingKind.REFUND, "Refund of a deposit in suspense"),
        ),
        widget=UnfoldAdminSelectWidget(),
    )
    tx_hash = forms.CharField(
        label="Transaction in which the USDC left the treasury",
        max_length=HASH_CHARS + 10,
        widget=UnfoldAdminTextInputWidget(),
    )
    burn_tx_hash = forms.CharField(
        label="Transaction that burned the $ASHAO",
        help_text="For a buyback; leave it empty if it is the same one.",
        required=False,
        max_length=HASH_CHARS + 10,
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
        back_url=_list("booked__exact=suspense"),
        facts=_deposit_facts(row),
        review=review,
    )
    return decide(request, step, AssignForm(_data(request)), act)


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
        back_url=_list("booked__exact=suspense"),
        facts=_deposit_facts(row),
    )
    return decide(request, step, NoteForm(_data(request)), act)


@second_factor_required
def record_page(request: HttpRequest) -> HttpResponse:
    """Record what the treasury paid, once the chain has confirmed it."""
    require_right(request, BOOK)

    def act(cleaned: dict[str, Any]) -> str:
        booking = book_payment(
            staff=me(request),
            kind=BookingKind(cleaned["kind"]),
            tx_hash=cleaned["tx_hash"],
            burn_tx_hash=cleaned["burn_tx_hash"],
            note=cleaned["note"],
        )
        return f"{format_usd(booking.amount_micros)} were recorded as {booking.get_kind_display().lower()}."

    step = Step(
        title="Record a payment of the treasury",
        intro="The transaction is looked up on the chain. What it paid is what is booked, and nothing else.",
        verb="Record it",
        back_url=reverse("admin:staking_booking_changelist"),
        review=_verified,
    )
    return decide(request, step, RecordForm(_data(request), initial=_asked(request)), act)


@second_factor_required
def clear_alarm_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """Let the chain be read again after somebody has looked."""
    require_right(request, RECONCILE)
    cursor = ChainCursor.objects.filter(pk=object_id).first() if _is_id(object_id) else None
    if cursor is None:
        raise Http404

    def act(cleaned: dict[str, Any]) -> str:
        clear_alarm(staff=me(request), note=cleaned["note"])
        return "The alarm is off. The chain is read again from the last block that is still part of it."

    step = Step(
        title="Clear the chain's alarm",
        intro="Reading goes on from the last block that is still part of the chain. Nothing that was credited is "
        "taken back: if the reconciliation is red afterwards, docs/reconciliation.md says what to do.",
        verb="Clear the alarm",
        back_url=reverse("admin:staking_chaincursor_change", args=[cursor.pk]),
        facts=[
            ("Alarm", cursor.alarm or "none"),
            ("Since", cursor.alarm_at.strftime("%Y-%m-%d %H:%M:%S UTC") if cursor.alarm_at else "-"),
            ("Read up to block", f"{cursor.block:,}"),
        ],
        danger=True,
    )
    return decide(request, step, NoteForm(_data(request)), act)


def _verified(cleaned: dict[str, Any]) -> list[Fact]:
    """What the chain says of the transactions, and what the pool that pays has. Raises `AppError`."""
    kind = BookingKind(cleaned["kind"])
    tx_hash = clean_hash(cleaned["tx_hash"], name="The transaction")
    paid = evidence_of(tx_hash)
    if not paid.paid:
        raise BadInput("No USDC left the treasury in this transaction.", code="no_payment")
    facts: list[Fact] = [("On the chain, paid by the treasury", format_usd(paid.paid_micros))]
    facts += [
        ("to", f"{transfer.counterparty}: {format_usd(transfer.amount_micros)}") for transfer in paid.paid
    ]
    facts.append(("In block", f"{paid.block:,}"))
    if kind == BookingKind.BUYBACK:
        text = cleaned["burn_tx_hash"].strip()
        burned = evidence_of(clean_hash(text, name="The burn's transaction")) if text else paid
        facts.append(("$ASHAO burned", format_ashao(burned.burned_wei)))
        if not burned.burned_wei:
            raise BadInput("No $ASHAO was burned in this transaction.", code="no_burn")
    facts.append((f"{PAYS[kind]} pays, and holds", format_usd(balance(PAYS[kind]))))
    before = Booking.objects.filter(tx_hash=tx_hash).first()
    if before is not None:
        facts.append(("Recorded before", f"as {before.kind}"))
    return facts


def _deposit(object_id: str) -> TreasuryTransfer | None:
    if not _is_id(object_id):
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
    found = (
        people.filter(wallet__iexact=text) if text.lower().startswith("0x") else people.filter(public_id=text)
    )
    person = found.first()
    if person is None:
        raise NotFound("There is no person with this id or wallet.", code="user_not_found")
    return person


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) <= MAX_ID_DIGITS


def _asked(request: HttpRequest) -> dict[str, str]:
    """What a link to the page has filled in."""
    return {name: request.GET.get(name, "")[:HASH_CHARS] for name in ("kind", "tx_hash")}


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _list(query: str) -> str:
    return f"{reverse('admin:staking_treasurytransfer_changelist')}?{query}"
