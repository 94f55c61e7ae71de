"""The admin's pages on which staff set up their second factor, and enter its code."""

from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

import segno
from django import forms
from django.contrib import admin, messages
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminTextInputWidget

from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor import (
    device_of,
    enter_code,
    has_second_factor,
    pending_device,
    set_up_device,
)
from ashao_site.lib.errors import AppError

ADMIN_HOME = "/admin/"
QR_SCALE = 5


class CodeField(forms.CharField):
    """Six digits; a space between them is left out."""

    def __init__(self, label: str) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 9}
        super().__init__(
            label=label,
            max_length=9,
            validators=[RegexValidator(r"\A[0-9]{6}\Z", "A code is six digits.")],
            widget=UnfoldAdminTextInputWidget(attrs=attrs),
        )

    def to_python(self, value: object) -> str:
        """Without spaces."""
        return "".join((super().to_python(value) or "").split())


class EnterForm(forms.Form):
    """The code of one's own device."""

    code = CodeField("Code of your authenticator app")


class SetUpForm(forms.Form):
    """A code of the new secret, and one of the device that it replaces."""

    code = CodeField("Code that the app shows now")
    old_code = CodeField("Code of your present device")

    def __init__(self, data: object, *, replaces: bool) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or None
        if not replaces:
            del self.fields["old_code"]


@sensitive_post_parameters()
def enter_page(request: HttpRequest) -> HttpResponse:
    """Where a code is entered, on the way to what needs it."""
    user = cast(User, request.user)
    target = _target(request)
    if device_of(user) is None:
        return HttpResponseRedirect(_with_next("second_factor_set_up", target))
    if has_second_factor(request) and request.method != "POST":
        return HttpResponseRedirect(target)
    form = EnterForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _done(
        form, lambda: enter_code(request=request, user=user, code=form.cleaned_data["code"])
    ):
        return HttpResponseRedirect(target)
    return _page(request, "enter", "Enter your second factor", form, target)


@sensitive_post_parameters()
def set_up_page(request: HttpRequest) -> HttpResponse:
    """Where a device is set up, or replaced by another."""
    user = cast(User, request.user)
    target = _target(request)
    replaces = device_of(user) is not None
    form = SetUpForm(request.POST if request.method == "POST" else None, replaces=replaces)
    if form.is_valid():
        code, old_code = form.cleaned_data["code"], form.cleaned_data.get("old_code", "")
        if _done(form, lambda: set_up_device(request=request, user=user, code=code, old_code=old_code)):
            messages.success(request, "Your second factor is set up.")
            return HttpResponseRedirect(target)
    pending = pending_device(request, user)
    drawn = segno.make(pending.url, micro=False).svg_inline(scale=QR_SCALE, light="white", border=3)
    shown = {
        "replaces": replaces,
        "secret": " ".join(pending.secret[at : at + 4] for at in range(0, len(pending.secret), 4)),
        "qr": mark_safe(drawn),  # noqa: S308  # drawn by segno: squares, and no text
    }
    return _page(request, "set_up", "Set up your second factor", form, target, **shown)


def _done(form: forms.Form, action: Callable[[], None]) -> bool:
    try:
        action()
    except AppError as error:
        form.add_error(None, error.message)
        return False
    return True


def _page(
    request: HttpRequest, name: str, title: str, form: forms.Form, target: str, **shown: object
) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "form": form, "next": target, **shown}
    status = 400 if form.errors else 200
    return render(request, f"admin/second_factor/{name}.html", context, status=status)


def _target(request: HttpRequest) -> str:
    """Where to go afterwards: a page of the admin, whatever was asked for."""
    wanted = request.POST.get("next") or request.GET.get("next") or ADMIN_HOME
    return wanted if wanted.startswith(ADMIN_HOME) else ADMIN_HOME


def _with_next(name: str, target: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': target})}"


urlpatterns = [
    path("", admin.site.admin_view(enter_page), name="second_factor"),
    path("set-up/", admin.site.admin_view(set_up_page), name="second_factor_set_up"),
]
