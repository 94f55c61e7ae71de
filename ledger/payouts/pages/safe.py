"""The pages for a treasury that is a Safe: a file of transfers, and what became of it.

The file is handed out once, when its payouts are given to the Safe: two files with the same payout in them could
both be executed, and a plain transfer is not refused the second time. Whoever loses it abandons it first.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.accounts.staff_pages import confirm_once
from ashao_site.chain.notation import HASH_CHARS, HASH_PATTERN
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import now
from ashao_site.lib.errors import AppError
from ashao_site.staff.asked import SIGN_PAYOUTS, VIEW_PAYOUTS, me, posted, require_right
from ashao_site.staff.review import REPEATED, OnceForm, Step, decide
from ledger.payouts import actions
from ledger.payouts.models import MAX_SENTENCE_CHARS, Payout
from ledger.payouts.pages.chosen import (
    MAX_SELECTED,
    TABLE,
    chosen_by,
    counted,
    ids_in,
    nothing_chosen,
    rows_of,
    sum_of,
)
from ledger.payouts.signers.safe_file import SafeTransfer, build_safe_file
from ledger.payouts.states import PayoutState, SignedBy

RECORD = "admin:ledger_payout_safe_record"


class GiveForm(OnceForm):
    """What is given to the Safe."""

    ids = forms.CharField(widget=forms.HiddenInput)


class RecordForm(OnceForm):
    """What became of a file: the transaction that executed it, or why it never will be."""

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
        cleaned = super().clean() or {}
        wanted = "tx_hash" if "record" in self.data else "note"
        if wanted not in self.errors and not cleaned.get(wanted, "").strip():
            raise ValidationError({wanted: "This is needed."})
        return cleaned


@second_factor_required
def safe_page(request: HttpRequest) -> HttpResponse:
    """Show what will be in the file; hand it out once it is confirmed."""
    require_right(request, SIGN_PAYOUTS, VIEW_PAYOUTS)
    config: ChainSettings | None = settings.CHAIN
    payouts = chosen_by(request)
    if config is None:
        return nothing_chosen(request, "No chain is configured.")
    if not payouts:
        return nothing_chosen(request)

    def act(cleaned: dict[str, Any]) -> HttpResponse:
        return _give(request, config, payouts)

    form = GiveForm(posted(request), initial={"ids": ",".join(payout.public_id for payout in payouts)})
    return decide(request, _step(config, payouts), form, act)


def _step(config: ChainSettings, payouts: list[Payout]) -> Step:
    people = len({payout.user_id for payout in payouts})
    warnings = ["Execute a file once only. The chain does not refuse a plain transfer the second time."]
    if any(payout.state != PayoutState.APPROVED for payout in payouts):
        warnings.append("Only approved payouts can be given to a Safe, all of those chosen or none.")
    return Step(
        title=f"A file for a Safe: {counted(payouts)}",
        intro=format_html(
            "Give {} to {} {}, <strong>{}</strong> in all, to the Safe <code>{}</code>? You get a file for its "
            "Transaction Builder, this once. Its owners check the sum, sign and execute it; then record the "
            'transaction under <a class="underline" href="{}">files given to a Safe</a>.',
            counted(payouts),
            people,
            "person" if people == 1 else "people",
            sum_of(payouts),
            config.treasury,
            reverse(RECORD),
        ),
        verb="Give to the Safe and download",
        back_url=reverse(RECORD),
        warnings=warnings,
        table=TABLE,
        rows=rows_of(payouts),
        at_once=True,
    )


def _give(request: HttpRequest, config: ChainSettings, payouts: list[Payout]) -> HttpResponse:
    ids = [payout.public_id for payout in payouts]
    try:
        given = actions.start_safe_batch(staff=me(request), public_ids=ids)
    except AppError as error:
        return nothing_chosen(request, f"Nothing was given to the Safe: {error.message}")
    if not given:
        return nothing_chosen(request, "USDC blocks all of these wallets: their payouts have failed.")
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
    require_right(request, SIGN_PAYOUTS, VIEW_PAYOUTS)
    waiting = Payout.objects.filter(state=PayoutState.SIGNED, signed_by=SignedBy.SAFE).order_by(
        "signed_at", "id"
    )
    payouts = list(waiting[:MAX_SELECTED])
    form = RecordForm(posted(request))
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
