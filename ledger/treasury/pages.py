"""The page on which staff record what the treasury paid."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.chain.notation import HASH_CHARS
from ashao_site.chain.wei import format_ashao
from ashao_site.lib.errors import BadInput
from ashao_site.staff.asked import BOOK, me, posted, require_right
from ashao_site.staff.review import Fact, NoteForm, Step, decide
from ledger.books.money import format_usd
from ledger.books.queries import balance
from ledger.treasury.bookings import PAYS, book_payment
from ledger.treasury.models import Booking, BookingKind
from ledger.treasury.paid_on_chain import clean_hash, paid_on_chain


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
        back_url=reverse("admin:ledger_booking_changelist"),
        review=_verified,
    )
    return decide(request, step, RecordForm(posted(request), initial=_asked(request)), act)


def _verified(cleaned: dict[str, Any]) -> list[Fact]:
    """What the chain says of the transactions, and what the pool that pays has. Raises `AppError`."""
    kind = BookingKind(cleaned["kind"])
    tx_hash = clean_hash(cleaned["tx_hash"], name="The transaction")
    paid = paid_on_chain(tx_hash)
    if not paid.paid:
        raise BadInput("No USDC left the treasury in this transaction.", code="no_payment")
    facts: list[Fact] = [("On the chain, paid by the treasury", format_usd(paid.paid_micros))]
    facts += [
        ("to", f"{transfer.counterparty}: {format_usd(transfer.amount_micros)}") for transfer in paid.paid
    ]
    facts.append(("In block", f"{paid.block:,}"))
    if kind == BookingKind.BUYBACK:
        text = cleaned["burn_tx_hash"].strip()
        burned = paid_on_chain(clean_hash(text, name="The burn's transaction")) if text else paid
        facts.append(("$ASHAO burned", format_ashao(burned.burned_wei)))
        if not burned.burned_wei:
            raise BadInput("No $ASHAO was burned in this transaction.", code="no_burn")
    facts.append((f"{PAYS[kind]} pays, and holds", format_usd(balance(PAYS[kind]))))
    before = Booking.objects.filter(tx_hash=tx_hash).first()
    if before is not None:
        facts.append(("Recorded before", f"as {before.kind}"))
    return facts


def _asked(request: HttpRequest) -> dict[str, str]:
    """What a link to the page has filled in."""
    return {name: request.GET.get(name, "")[:HASH_CHARS] for name in ("kind", "tx_hash")}
