"""The page on which staff decide about payouts: it shows what will happen, and does it once it is confirmed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from ashao_site.accounts.models import User
from ashao_site.accounts.once import confirm_once
from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.lib.errors import AppError, Unavailable
from ledger.payouts import actions
from ledger.payouts.admin_words import (
    APPROVE,
    LIST,
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
from ledger.payouts.states import PayoutState

MAX_REASONS = 10


@dataclass(frozen=True)
class Decision:
    """One thing that staff can decide: its words, who may, and from which states it can work."""

    verb: str
    done: str
    right: str
    states: frozenset[PayoutState]
    meaning: str
    note_needed: bool = True


DECISIONS = {
    "approve": Decision(
        verb="Approve",
        done="approved",
        right=APPROVE,
        states=frozenset({PayoutState.REQUESTED}),
        meaning="They can be signed then. Above the threshold another person has to approve as well.",
        note_needed=False,
    ),
    "reject": Decision(
        verb="Reject",
        done="rejected",
        right=APPROVE,
        states=frozenset({PayoutState.REQUESTED, PayoutState.APPROVED}),
        meaning="The money goes back to the earnings of those who asked. They read your note.",
    ),
    "sign": Decision(
        verb="Sign",
        done="signed",
        right=SIGN,
        states=frozenset({PayoutState.APPROVED}),
        meaning="",
    ),
    "retry": Decision(
        verb="Sign again",
        done="sent back to be signed again",
        right=SIGN,
        states=frozenset({PayoutState.SIGNED, PayoutState.BROADCAST}),
        meaning="Their signatures are put aside. They keep their nonce, so the chain still pays each once.",
    ),
    "fail": Decision(
        verb="Give the money back",
        done="failed, the money given back",
        right=APPROVE,
        states=frozenset({PayoutState.APPROVED, PayoutState.SIGNED, PayoutState.BROADCAST}),
        meaning="Only for what the chain can no longer pay, which is asked first. The earners read your note.",
    ),
}
"""By their names in an address. `sign` has a page of its own."""


class DecideForm(forms.Form):
    """What is confirmed. The payouts are those that were shown, and the key lets the form do something once."""

    ids = forms.CharField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="Note",
        max_length=MAX_SENTENCE_CHARS,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    def __init__(self, data: object, *, note_needed: bool, **options: Any) -> None:
        super().__init__(data, **options)  # type: ignore[arg-type]  # a QueryDict or None
        self.fields["note"].required = note_needed


@second_factor_required
def decide_page(request: HttpRequest, what: str) -> HttpResponse:
    """Show what will happen, and do it once it is confirmed."""
    decision = DECISIONS.get(what)
    if decision is None or what == "sign":
        raise Http404
    require_right(request, decision.right)
    posted = request.method == "POST"
    ids = ids_in((request.POST if posted else request.GET).get("ids", ""))
    form = DecideForm(
        request.POST if posted else None,
        note_needed=decision.note_needed,
        initial={"ids": ",".join(ids), "key": uuid4()},
    )
    payouts = payouts_with(ids)
    if not payouts:
        messages.error(request, "Choose payouts in the list first.")
        return HttpResponseRedirect(reverse(LIST))
    if form.is_valid():
        if confirm_once(form.cleaned_data["key"]):
            outcome = decide_each(what, me(request), payouts, form.cleaned_data["note"])
            tell(request, decision.done, outcome)
        else:
            messages.warning(request, "This form was confirmed before. Nothing was done again.")
        return HttpResponseRedirect(reverse(LIST))
    return _review(request, decision, payouts, form)


def _review(
    request: HttpRequest, decision: Decision, payouts: list[Payout], form: DecideForm
) -> HttpResponse:
    ready = [payout for payout in payouts if payout.state in decision.states]
    context = {
        **admin.site.each_context(request),
        "title": f"{decision.verb}: {counted(payouts)}",
        "decision": decision,
        "rows": rows_of(payouts),
        "sum": sum_of(payouts),
        "counted": counted(payouts),
        "payees": len({payout.user_id for payout in payouts}),
        "not_ready_sentence": f"{len(payouts) - len(ready)} of these can not be {decision.done} as they are now.",
        "not_ready": len(payouts) > len(ready),
        "mine": any(payout.user_id == me(request).pk for payout in payouts),
        "form": form,
    }
    return render(request, "admin/ledger/payout_decide.html", context, status=400 if form.errors else 200)


@dataclass(frozen=True)
class Outcome:
    """What became of each. `refused` has the reasons with the ids."""

    done: Sequence[Payout]
    refused: dict[str, list[str]]


def decide_each(what: str, staff: User, payouts: Sequence[Payout], note: str) -> Outcome:
    """Decide about each alone. A chain that is away ends it: it would be asked in vain for each of them."""
    done, refused = [], defaultdict(list)
    away = ""
    for payout in payouts:
        if away:
            refused[away].append(payout.public_id)
            continue
        try:
            done.append(_decide(what, staff, payout.public_id, note))
        except Unavailable as error:
            away = error.message
            refused[away].append(payout.public_id)
        except AppError as error:
            refused[error.message].append(payout.public_id)
    return Outcome(done, dict(refused))


def _decide(what: str, staff: User, public_id: str, note: str) -> Payout:
    match what:
        case "approve":
            return actions.approve_payout(staff=staff, public_id=public_id, note=note)
        case "reject":
            return actions.reject_payout(staff=staff, public_id=public_id, note=note)
        case "retry":
            return actions.retry_payout(staff=staff, public_id=public_id, note=note)
        case "fail":
            return actions.fail_payout(staff=staff, public_id=public_id, note=note)
        case _:
            raise AssertionError(what)


def tell(request: HttpRequest, done: str, outcome: Outcome) -> None:
    """Say what became of the payouts, the reasons of those refused with their ids."""
    if outcome.done:
        messages.success(request, f"{counted(outcome.done).capitalize()} {done}: {sum_of(outcome.done)}.")
    waiting = [payout for payout in outcome.done if payout.state == PayoutState.REQUESTED]
    if waiting:
        messages.info(request, f"Another person has to approve {counted(waiting)} of these.")
    for reason, ids in list(outcome.refused.items())[:MAX_REASONS]:
        messages.error(request, f"{counted(ids).capitalize()} refused: {reason} ({', '.join(ids)})")
