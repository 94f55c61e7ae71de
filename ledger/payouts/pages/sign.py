"""The page on which the treasury's own wallet signs approved payouts, and the two calls that it makes."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from ashao_site.accounts.second_factor.actions import has_second_factor, second_factor_required
from ashao_site.chain.settings import DEV_CHAIN_ID, ChainSettings
from ashao_site.lib.api import json_error
from ashao_site.lib.errors import AppError, BadInput, Forbidden
from ashao_site.lib.strict_json import decode_object
from ashao_site.staff.asked import SIGN_PAYOUTS, VIEW_PAYOUTS, me, require_right
from ledger.payouts import actions
from ledger.payouts.models import MAX_SIGNATURE_CHARS, Payout
from ledger.payouts.pages.chosen import (
    LIST,
    MAX_SELECTED,
    counted,
    ids_in,
    nothing_chosen,
    payouts_with,
    rows_of,
)
from ledger.payouts.states import PayoutState

MAX_ID_CHARS = 40
MAX_SECOND = 2**53


@require_safe
@second_factor_required
def sign_page(request: HttpRequest) -> HttpResponse:
    """The chosen payouts that are approved; without a choice, the oldest of all that are."""
    require_right(request, SIGN_PAYOUTS, VIEW_PAYOUTS)
    config: ChainSettings | None = settings.CHAIN
    chosen = payouts_with(ids_in(request.GET["ids"])) if "ids" in request.GET else _approved()
    ready = [payout for payout in chosen if payout.state == PayoutState.APPROVED]
    if config is None:
        return nothing_chosen(request, "No chain is configured.")
    if not ready:
        return nothing_chosen(request, "None of these payouts is approved and unsigned.")
    if len(ready) < len(chosen):
        messages.warning(
            request, f"{len(chosen) - len(ready)} of the chosen are not approved, or signed already."
        )
    context = {
        **admin.site.each_context(request),
        "title": f"Sign {counted(ready)}",
        "config": _config(request, config, ready),
    }
    return render(request, "admin/ledger/payout_sign.html", context)


Call = Callable[[HttpRequest, dict[str, object]], dict[str, Any]]


def _call(answer: Call) -> Callable[[HttpRequest], HttpResponse]:
    """A call by the page's script: the session's rights and second factor, JSON in and out, never a redirect."""

    @wraps(answer)
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        try:
            require_right(request, SIGN_PAYOUTS, VIEW_PAYOUTS)
            if not has_second_factor(request):
                raise Forbidden("Your second factor is needed again.", code="second_factor_needed")
            return JsonResponse(answer(request, decode_object(request.body)))
        except PermissionDenied:
            return json_error(Forbidden("You may not sign payouts."))
        except AppError as error:
            return json_error(error)

    return view


@_call
def prepare_view(request: HttpRequest, body: dict[str, object]) -> dict[str, Any]:
    """What the wallet is to sign for each of these payouts that can be signed now."""
    ids = [_text(one, MAX_ID_CHARS) for one in _list(body, "ids")]
    requests = actions.prepare_for_wallet(staff=me(request), public_ids=ids)
    return {
        "requests": [
            {"id": one.public_id, "validBefore": one.valid_before, "typedData": one.typed_data}
            for one in requests
        ]
    }


@_call
def submit_view(request: HttpRequest, body: dict[str, object]) -> dict[str, Any]:
    """Take what the wallet has signed; each is judged alone."""
    signed = [_signature(one) for one in _list(body, "signatures")]
    results = actions.sign_with_wallet(staff=me(request), signed=signed)
    return {"results": [{"id": one.public_id, "problem": one.problem} for one in results]}


def _approved() -> list[Payout]:
    return list(Payout.objects.filter(state=PayoutState.APPROVED).order_by("id")[:MAX_SELECTED])


def _config(request: HttpRequest, config: ChainSettings, payouts: list[Payout]) -> dict[str, Any]:
    name = "the dev chain" if config.chain_id == DEV_CHAIN_ID else f"chain {config.chain_id}"
    return {
        "treasury": config.treasury,
        "chainId": config.chain_id,
        "chainName": name,
        "prepareUrl": reverse("admin:ledger_payout_sign_prepare"),
        "submitUrl": reverse("admin:ledger_payout_sign_submit"),
        "listUrl": reverse(LIST),
        "secondFactorUrl": f"{reverse('second_factor')}?next={request.path}",
        "payouts": [
            {
                "id": row.payout.public_id,
                "amount": row.payout.amount_micros,
                "wallet": row.payout.wallet,
                "payee": row.payee,
            }
            for row in rows_of(payouts)
        ],
    }


def _list(body: dict[str, object], name: str) -> list[object]:
    given = body.get(name)
    if not isinstance(given, list) or not 0 < len(given) <= MAX_SELECTED:
        raise BadInput(f"{name} must be a list of 1 to {MAX_SELECTED}.")
    return given


def _signature(given: object) -> actions.WalletSignature:
    if not isinstance(given, dict):
        raise BadInput("signatures must be a list of objects.")
    second = given.get("validBefore")
    if not isinstance(second, int) or isinstance(second, bool) or not 0 < second < MAX_SECOND:
        raise BadInput("validBefore must be a second of the chain's time.")
    return actions.WalletSignature(
        public_id=_text(given.get("id"), MAX_ID_CHARS),
        valid_before=second,
        signature=_text(given.get("signature"), MAX_SIGNATURE_CHARS),
    )


def _text(given: object, most: int) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= most:
        raise BadInput(f"An id or a signature is a text of 1 to {most} characters.")
    return given
