"""The admin page on which staff fund the promotion budget: say how much and why, see it again, confirm."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MinLengthValidator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget

from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.lib.errors import Conflict
from ashao_site.staff.asked import me, posted
from ashao_site.staff.review import Fact, Step, decide
from ledger.books import actions, chart, queries
from ledger.books.models import MAX_NOTE_CHARS
from ledger.books.money import format_usd, usd_to_micros

MAX_FUNDING_USD = 10_000_000


class FundPromoForm(forms.Form):
    """What staff say. The key is the transfer's in the books, so that sending it twice funds once."""

    amount_usd = forms.DecimalField(
        label="Amount in USD",
        min_value=0.01,
        max_value=MAX_FUNDING_USD,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
    )
    note = forms.CharField(
        label="Evidence",
        help_text="Why, and who decided it: a link to the decision, the transaction that brought the USDC.",
        max_length=MAX_NOTE_CHARS,
        validators=[MinLengthValidator(8)],
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


@second_factor_required
def fund_promo_page(request: HttpRequest) -> HttpResponse:
    """Ask, show what was asked for, and do it once it is confirmed. The caller has checked the permission."""

    def review(cleaned: dict[str, Any]) -> list[Fact]:
        return [("To be set aside for free credits", format_usd(usd_to_micros(cleaned["amount_usd"])))]

    def act(cleaned: dict[str, Any]) -> str:
        amount_micros = usd_to_micros(cleaned["amount_usd"])
        try:
            transfer = actions.fund_promo(
                key=f"promo_funding:{cleaned['key']}",
                amount_micros=amount_micros,
                note=cleaned["note"],
                staff=f"staff:{me(request).pk}",
            )
        except Conflict:
            raise Conflict(
                "This form was confirmed before with another amount or evidence. Nothing was done."
            ) from None
        done = "was funded with" if transfer.created else "had been funded before by this form with"
        return f"The promotion budget {done} {format_usd(amount_micros)}."

    step = Step(
        title="Fund the promotion budget",
        intro="Book USDC that ashao has brought into its treasury, and set it aside for free credits.",
        verb="Confirm",
        back_url=reverse("admin:ledger_account_fund_promo"),
        facts=[
            ("In the promotion budget", format_usd(queries.available(chart.PROMO_BUDGET))),
            ("USDC on the books", format_usd(-queries.balance(chart.TREASURY_USDC))),
        ],
        review=review,
    )
    return decide(request, step, FundPromoForm(posted(request)), act)
