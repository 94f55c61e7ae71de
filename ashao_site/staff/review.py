"""The one flow in which staff decide something: say it, see it again, confirm.

Whoever calls it has asked for the permission and the second factor. A form can be sent twice: what is confirmed is an
action that changes nothing when it is repeated, or the form is a `OnceForm`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.validators import MinLengthValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from unfold.widgets import UnfoldAdminTextareaWidget

from ashao_site.accounts.staff_pages import confirm_once
from ashao_site.lib.errors import AppError, Unavailable

MIN_NOTE_CHARS = 3
MAX_NOTE_CHARS = 400
"""The audit log keeps 500 characters of what was decided and why."""
REPEATED = "This form was confirmed before. Nothing was done again."

Fact = tuple[str, object]
Act = Callable[[dict[str, Any]], str | HttpResponse | None]
"""Does what was confirmed: what it did, in a sentence; None if it has said so itself; or a whole answer."""


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


class OnceForm(forms.Form):
    """A form that does something once, however often the button is pressed."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


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
    warnings: Sequence[str] = ()
    table: str = ""
    """A template that shows `rows`, of what is decided about."""
    rows: Sequence[object] = ()
    at_once: bool = False
    """The page shows all that there is to review: a form that is sent is confirmed."""


def decide(request: HttpRequest, step: Step, form: forms.Form, act: Act) -> HttpResponse:
    """One of the pages, or the way back once it is confirmed and done. Errors are shown on the form."""
    facts: Sequence[Fact] = ()
    status = 200
    sure = form.is_valid()
    try:
        if sure and (step.at_once or "confirm" in request.POST):
            return _confirmed(request, step, form, act)
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


def _confirmed(request: HttpRequest, step: Step, form: forms.Form, act: Act) -> HttpResponse:
    if isinstance(form, OnceForm) and not confirm_once(form.cleaned_data["key"]):
        messages.warning(request, REPEATED)
        return HttpResponseRedirect(step.back_url)
    done = act(form.cleaned_data)
    if isinstance(done, HttpResponse):
        return done
    if done:
        messages.success(request, done)
    return HttpResponseRedirect(step.back_url)


def _said(form: forms.Form) -> list[tuple[str, str, str, object]]:
    """What was said, as it is sent once more (name and value) and as it is read (label and words)."""
    said = []
    for field in form:
        value = field.value()
        words: object = value
        if isinstance(field.field, forms.ChoiceField):
            words = dict(field.field.choices).get(value, value)  # type: ignore[arg-type]
        label = "" if field.is_hidden else str(field.label)
        said.append((field.html_name, str(value if value is not None else ""), label, words))
    return said
