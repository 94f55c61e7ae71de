"""The pages for a treasury that is a Safe: a file of transfers, and what became of it.

The file is handed out once, when its payouts are given to the Safe: two files with the same payout in them could
both be executed, and a plain transfer is not refused the second time. Whoever loses it abandons it first.
"""

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from ashao_site.accounts.once import confirm_once
from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.chain.notation import HASH_CHARS, HASH_PATTERN
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import now
from ashao_site.lib.errors import AppError
from ledger.payouts import actions
from ledger.payouts.admin_words import (
    LIST,
    MAX_SELECTED,
    SIGN,
    counted,
    ids_in,
    me,
    payouts_with,
    require_right,
    rows_of,
    sum_of,
)
from ledger.payouts.models import MAX_SENTENCE_CHARS, Payout
from ledger.payouts.signers.safe_file import SafeTransfer, build_safe_file
from ledger.payouts.states import PayoutState, SignedBy

RECORD = "admin:ledger_payout_safe_record"
REPEATED = "This form was confirmed before. Nothing was done again."


class GiveForm(forms.Form):
    """What is given to the Safe. The key lets the form do it once."""

    ids = forms.CharField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)


class RecordForm(forms.Form):
    """What became of a file: the transaction that executed it, or why it never will be."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    tx_hash = forms.CharField(
        label="Transaction that executed it",
        required=False,
        max_length=HASH_CHARS,
        validators=[RegexValidator(rf"\A{HASH_PATTERN}\Z", "A transaction's hash is 0x and 64 digits.")],
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label="Or why it was not executed, and never will be",
        required=False,
        max_length=MAX_SENTENCE_CHARS,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """Each of the two buttons needs its own field."""
        found = super().clean() or {}
        wanted = "tx_hash" if "record" in self.data else "note"
        if wanted not in self.errors and not found.get(wanted, "").strip():
            raise ValidationError({wanted: "This is needed."})
        return found


@second_factor_required
def safe_page(request: HttpRequest) -> HttpResponse:
    """Show what will be in the file; hand it out once it is confirmed."""
    require_right(request, SIGN)
    config: ChainSettings | None = settings.CHAIN
    posted = request.method == "POST"
    payouts = payouts_with(ids_in((request.POST if posted else request.GET).get("ids", "")))
    if config is None or not payouts:
        messages.error(request, "Choose payouts in the list first." if config else "No chain is configured.")
        return HttpResponseRedirect(reverse(LIST))
    ids = ",".join(payout.public_id for payout in payouts)
    form = GiveForm(request.POST if posted else None, initial={"ids": ids, "key": uuid4()})
    if form.is_valid():
        return _give(request, config, form, payouts)
    context = {
        **admin.site.each_context(request),
        "title": f"A file for a Safe: {counted(payouts)}",
        "rows": rows_of(payouts),
        "sum": sum_of(payouts),
        "payees": len({payout.user_id for payout in payouts}),
        "not_ready": sum(payout.state != PayoutState.APPROVED for payout in payouts),
        "treasury": config.treasury,
        "form": form,
    }
    return render(request, "admin/ledger/payout_safe.html", context, status=400 if form.errors else 200)


def _give(request: HttpRequest, config: ChainSettings, form: GiveForm, payouts: list[Payout]) -> HttpResponse:
    if not confirm_once(form.cleaned_data["key"]):
        messages.warning(request, REPEATED)
        return HttpResponseRedirect(reverse(RECORD))
    ids = [payout.public_id for payout in payouts]
    try:
        given = actions.start_safe_batch(staff=me(request), public_ids=ids)
    except AppError as error:
        messages.error(request, f"Nothing was given to the Safe: {error.message}")
        return HttpResponseRedirect(reverse(LIST))
    if not given:
        messages.error(request, "USDC blocks all of these wallets: their payouts have failed.")
        return HttpResponseRedirect(reverse(LIST))
    at = now()
    text = build_safe_file(
        chain_id=config.chain_id,
        safe=config.treasury,
        usdc=config.usdc,
        name=f"ashao payouts {at:%Y-%m-%d %H:%M}",
        description=f"{counted(given).capitalize()}, {sum_of(given)} in all.",
        created_at=at,
        transfers=[SafeTransfer(payout.wallet, payout.amount_micros) for payout in given],
    )
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="ashao-payouts-{at:%Y%m%d-%H%M%S}.json"'
    response["Cache-Control"] = "no-store"
    return response


@second_factor_required
def safe_record_page(request: HttpRequest) -> HttpResponse:
    """What a Safe was given: staff record its execution by the transaction, or abandon it."""
    require_right(request, SIGN)
    waiting = Payout.objects.filter(state=PayoutState.SIGNED, signed_by=SignedBy.SAFE).order_by(
        "signed_at", "id"
    )
    payouts = list(waiting[:MAX_SELECTED])
    form = RecordForm(request.POST if request.method == "POST" else None, initial={"key": uuid4()})
    chosen = ids_in(",".join(request.POST.getlist("payout")))
    if form.is_valid():
        if not chosen:
            form.add_error(None, "Choose the payouts that were in the file.")
        else:
            _record(request, form, chosen)
            return HttpResponseRedirect(reverse(RECORD))
    context = {
        **admin.site.each_context(request),
        "title": "Files given to a Safe",
        "rows": rows_of(payouts),
        "sum": sum_of(payouts),
        "chosen": chosen,
        "form": form,
    }
    return render(
        request, "admin/ledger/payout_safe_record.html", context, status=400 if form.errors else 200
    )


def _record(request: HttpRequest, form: RecordForm, chosen: list[str]) -> None:
    if not confirm_once(form.cleaned_data["key"]):
        messages.warning(request, REPEATED)
        return
    staff = me(request)
    try:
        if "record" in form.data:
            tx_hash = form.cleaned_data["tx_hash"].lower()
            done = actions.record_safe_execution(staff=staff, public_ids=chosen, tx_hash=tx_hash)
            said = "executed: final after the chain's confirmations"
        else:
            done = actions.abandon_safe_batch(staff=staff, public_ids=chosen, note=form.cleaned_data["note"])
            said = "taken back from the Safe: approved again"
    except AppError as error:
        messages.error(request, f"Nothing was changed: {error.message}")
        return
    messages.success(request, f"{counted(done).capitalize()} {said}.")
