"""The page on which staff decide about payouts: it shows what will happen, and does it once it is confirmed."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextareaWidget

from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.lib.errors import AppError, Unavailable
from ashao_site.staff.asked import APPROVE_PAYOUTS, SIGN_PAYOUTS, VIEW_PAYOUTS, me, posted, require_right
from ashao_site.staff.review import OnceForm, Step, decide
from ledger.payouts import actions
from ledger.payouts.models import MAX_SENTENCE_CHARS, Payout
from ledger.payouts.pages.chosen import (
    LIST,
    TABLE,
    chosen_by,
    counted,
    nothing_chosen,
    rows_of,
    sum_of,
)
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
        right=APPROVE_PAYOUTS,
        states=frozenset({PayoutState.REQUESTED}),
        meaning="They can be signed then. Above the threshold another person has to approve as well.",
        note_needed=False,
    ),
    "reject": Decision(
        verb="Reject",
        done="rejected",
        right=APPROVE_PAYOUTS,
        states=frozenset({PayoutState.REQUESTED, PayoutState.APPROVED}),
        meaning="The money goes back to the earnings of those who asked. They read your note.",
    ),
    "sign": Decision(
        verb="Sign",
        done="signed",
        right=SIGN_PAYOUTS,
        states=frozenset({PayoutState.APPROVED}),
        meaning="",
    ),
    "retry": Decision(
        verb="Sign again",
        done="sent back to be signed again",
        right=SIGN_PAYOUTS,
        states=frozenset({PayoutState.SIGNED, PayoutState.BROADCAST}),
        meaning="Their signatures are put aside. They keep their nonce, so the chain still pays each once.",
    ),
    "fail": Decision(
        verb="Give the money back",
        done="failed, the money given back",
        right=APPROVE_PAYOUTS,
        states=frozenset({PayoutState.APPROVED, PayoutState.SIGNED, PayoutState.BROADCAST}),
        meaning="Only for what the chain can no longer pay, which is asked first. The earners read your note.",
    ),
}
"""By their names in an address. `sign` has a page of its own."""
ACTIONS: dict[str, Callable[..., Payout]] = {
    "approve": actions.approve_payout,
    "reject": actions.reject_payout,
    "retry": actions.retry_payout,
    "fail": actions.fail_payout,
}


class DecideForm(OnceForm):
    """What is confirmed. The payouts are those that were shown."""

    ids = forms.CharField(widget=forms.HiddenInput)
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
    require_right(request, decision.right, VIEW_PAYOUTS)
    payouts = chosen_by(request)
    if not payouts:
        return nothing_chosen(request)

    def act(cleaned: dict[str, Any]) -> None:
        tell(request, decision.done, decide_each(what, me(request), payouts, cleaned["note"]))

    form = DecideForm(
        posted(request),
        note_needed=decision.note_needed,
        initial={"ids": ",".join(payout.public_id for payout in payouts)},
    )
    return decide(request, _step(decision, payouts, me(request)), form, act)


def _step(decision: Decision, payouts: list[Payout], staff: User) -> Step:
    waiting = sum(payout.state not in decision.states for payout in payouts)
    people = len({payout.user_id for payout in payouts})
    warnings = []
    if waiting:
        warnings.append(f"{waiting} of these can not be {decision.done} as they are now.")
    if any(payout.user_id == staff.pk for payout in payouts):
        warnings.append("One of these is your own: somebody else has to approve it.")
    return Step(
        title=f"{decision.verb}: {counted(payouts)}",
        intro=format_html(
            "<strong>{}</strong> {} to {} {}, <strong>{}</strong> in all? {}",
            decision.verb,
            counted(payouts),
            people,
            "person" if people == 1 else "people",
            sum_of(payouts),
            decision.meaning,
        ),
        verb=decision.verb,
        back_url=reverse(LIST),
        warnings=warnings,
        table=TABLE,
        rows=rows_of(payouts),
        at_once=True,
    )


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
            done.append(ACTIONS[what](staff=staff, public_id=payout.public_id, note=note))
        except Unavailable as error:
            away = error.message
            refused[away].append(payout.public_id)
        except AppError as error:
            refused[error.message].append(payout.public_id)
    return Outcome(done, dict(refused))


def tell(request: HttpRequest, done: str, outcome: Outcome) -> None:
    """Say what became of the payouts, the reasons of those refused with their ids."""
    if outcome.done:
        messages.success(request, f"{counted(outcome.done).capitalize()} {done}: {sum_of(outcome.done)}.")
    waiting = [payout for payout in outcome.done if payout.state == PayoutState.REQUESTED]
    if waiting:
        messages.info(request, f"Another person has to approve {counted(waiting)} of these.")
    for reason, ids in list(outcome.refused.items())[:MAX_REASONS]:
        messages.error(request, f"{counted(ids).capitalize()} refused: {reason} ({', '.join(ids)})")
