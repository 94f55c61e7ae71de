"""A page of the admin on which staff decide something about money: say it, see it again, confirm.

Whoever calls it has asked for the permission and the second factor. What is confirmed must be an action that
changes nothing when it is repeated: a form can be sent twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.validators import MinLengthValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from unfold.widgets import UnfoldAdminTextareaWidget

from ashao_site.lib.errors import AppError, Unavailable

MIN_NOTE_CHARS = 3
MAX_NOTE_CHARS = 400
"""The audit log keeps 500 characters of what was decided and why."""

MAX_ID_DIGITS = 18

Fact = tuple[str, object]


class NoteForm(forms.Form):
    """Why it is decided so."""

    note = forms.CharField(
        label="Note",
        help_text="Why, and where it can be looked up. It goes into the audit log.",
        min_length=MIN_NOTE_CHARS,
        max_length=MAX_NOTE_CHARS,
        validators=[MinLengthValidator(MIN_NOTE_CHARS)],
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def order_fields(self, field_order: Any) -> None:
        """The note comes last, whatever else is asked."""
        super().order_fields([*(name for name in self.fields if name != "note"), "note"])


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a page asks. `review` gives what is shown before it is confirmed; it may raise an `AppError`."""

    title: str
    intro: str
    verb: str
    back_url: str
    facts: Sequence[Fact] = ()
    review: Callable[[dict[str, Any]], Sequence[Fact]] = lambda cleaned: ()
    danger: bool = False


def decide(
    request: HttpRequest, step: Step, form: forms.Form, act: Callable[[dict[str, Any]], str]
) -> HttpResponse:
    """One of the three pages, or the way back with what `act` says it did. Errors are shown on the form."""
    facts: Sequence[Fact] = ()
    status = 200
    sure = form.is_valid()
    try:
        if sure and "confirm" in request.POST:
            messages.success(request, act(form.cleaned_data))
            return HttpResponseRedirect(step.back_url)
        if sure and "change" not in request.POST:
            facts = step.review(form.cleaned_data)
    except AppError as error:
        form.add_error(None, error.message)
        sure = False
        status = error.status if isinstance(error, Unavailable) else 400
    if not sure and form.errors and status == 200:
        status = 400
    context = {
        **admin.site.each_context(request),
        "title": step.title,
        "step": step,
        "form": form,
        "facts": [*step.facts, *facts],
        "review": sure and "change" not in request.POST,
        "said": _said(form) if sure else [],
    }
    return render(request, "admin/staff/decide.html", context, status=status)


def _said(form: forms.Form) -> list[tuple[str, str, str, object]]:
    """What was said, as it is sent once more (name and value) and as it is read (label and words)."""
    found = []
    for field in form:
        value = field.value()
        words: object = value
        if isinstance(field.field, forms.ChoiceField):
            words = dict(field.field.choices).get(value, value)  # type: ignore[arg-type]
        label = "" if field.is_hidden else str(field.label)
        found.append((field.html_name, str(value if value is not None else ""), label, words))
    return found


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form of the page was sent with; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def is_row_id(text: str) -> bool:
    """Whether a part of an address can be a row's id."""
    return text.isdecimal() and len(text) <= MAX_ID_DIGITS
