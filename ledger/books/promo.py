"""The admin page on which staff fund the promotion budget: say how much and why, see it again, confirm."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.validators import MinLengthValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget

from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.lib.errors import Conflict
from ledger.books import actions, chart, queries
from ledger.books.models import MAX_NOTE_CHARS
from ledger.books.money import format_usd, usd_to_micros

MAX_FUNDING_USD = 10_000_000
PAGE = "admin:ledger_account_fund_promo"


class FundPromoForm(forms.Form):
    """What staff say. The key travels with the form, so that sending it twice funds once."""

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
    key = forms.UUIDField(widget=forms.HiddenInput)


@second_factor_required
def fund_promo_page(request: HttpRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """Ask, show what was asked for, and do it once it is confirmed. The caller has checked the permission."""
    form = FundPromoForm(request.POST if request.method == "POST" else None, initial={"key": uuid4()})
    sure = form.is_valid()
    if sure and "confirm" in request.POST:
        return _fund(request, form)
    context = {
        **admin_context,
        "title": "Fund the promotion budget",
        "form": form,
        "budget": format_usd(queries.available(chart.PROMO_BUDGET)),
        "treasury": format_usd(-queries.balance(chart.TREASURY_USDC)),
        "amount": format_usd(usd_to_micros(form.cleaned_data["amount_usd"])) if sure else "",
        "review": sure and "change" not in request.POST,
    }
    return render(
        request, "admin/ledger/fund_promo.html", context, status=200 if sure or not form.errors else 400
    )


def _fund(request: HttpRequest, form: FundPromoForm) -> HttpResponse:
    amount_micros = usd_to_micros(form.cleaned_data["amount_usd"])
    try:
        record = actions.fund_promo(
            key=f"promo_funding:{form.cleaned_data['key']}",
            amount_micros=amount_micros,
            note=form.cleaned_data["note"],
            staff=f"staff:{request.user.pk}",
        )
    except Conflict:
        messages.error(
            request, "This form was confirmed before with another amount or evidence. Nothing was done."
        )
    else:
        done = "was funded with" if record.created else "had been funded before by this form with"
        messages.success(request, f"The promotion budget {done} {format_usd(amount_micros)}.")
    return HttpResponseRedirect(reverse(PAGE))
