"""The admin's pages on which staff set up their second factor, and enter its code."""

from collections.abc import Callable
from typing import ClassVar, cast
from urllib.parse import urlencode

import segno
from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminTextInputWidget

from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import (
    device_of,
    enter_code,
    has_second_factor,
    pending_device,
    renew_recovery_codes,
    set_up_device,
)
from ashao_site.accounts.second_factor.recovery_codes import recovery_codes_left
from ashao_site.lib.errors import AppError

ADMIN_HOME = "/admin/"
QR_SCALE = 5


class CodeField(forms.CharField):
    """Six digits; a space between them is left out."""

    max_chars = 9
    attrs: ClassVar[dict[str, str]] = {"inputmode": "numeric", "autocomplete": "one-time-code"}
    shape = RegexValidator(r"\A[0-9]{6}\Z", "A code is six digits.")

    def __init__(self, label: str, help_text: str = "") -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=self.max_chars,
            validators=[self.shape],
            widget=UnfoldAdminTextInputWidget(attrs={**self.attrs, "maxlength": self.max_chars}),
        )

    def to_python(self, value: object) -> str:
        return "".join((super().to_python(value) or "").split())


class AnyCodeField(CodeField):
    """Six digits, or a recovery code."""

    max_chars = 24
    attrs: ClassVar[dict[str, str]] = {"autocomplete": "one-time-code", "spellcheck": "false"}
    shape = RegexValidator(
        r"\A(?:[0-9]{6}|[A-Za-z2-7]{4}(?:-?[A-Za-z2-7]{4}){3})\Z",
        "A code is six digits; a recovery code is four times four letters and digits.",
    )


class EnterForm(forms.Form):
    """The code of one's own device, or a recovery code."""

    code = AnyCodeField(
        "Code of your authenticator app", "Or one of your recovery codes, if you have lost the device."
    )


class RenewForm(forms.Form):
    """The code of one's own device."""

    code = CodeField("Code of your authenticator app")


class SetUpForm(forms.Form):
    """A code of the new secret, and one of the device that it replaces."""

    code = CodeField("Code that the app shows now")
    old_code = AnyCodeField("Code of your present device", "Or a recovery code, if you have lost it.")

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
        codes: list[str] = []
        if _done(
            form,
            lambda: codes.extend(set_up_device(request=request, user=user, code=code, old_code=old_code)),
        ):
            return _codes_page(request, "Your second factor is set up", codes, target)
    pending = pending_device(request, user)
    drawn = segno.make(pending.url, micro=False).svg_inline(scale=QR_SCALE, light="white", border=3)
    shown = {
        "replaces": replaces,
        "secret": " ".join(pending.secret[at : at + 4] for at in range(0, len(pending.secret), 4)),
        "qr": mark_safe(drawn),  # noqa: S308  # drawn by segno: squares, and no text
    }
    return _page(request, "set_up", "Set up your second factor", form, target, **shown)


@sensitive_post_parameters()
def recovery_page(request: HttpRequest) -> HttpResponse:
    """How many recovery codes are left; new ones for a code of the device. `staff_door` lets nobody here without."""
    user = cast(User, request.user)
    target = _target(request)
    form = RenewForm(request.POST if request.method == "POST" else None)
    codes: list[str] = []
    if form.is_valid() and _done(
        form, lambda: codes.extend(renew_recovery_codes(user=user, code=form.cleaned_data["code"]))
    ):
        return _codes_page(request, "Your new recovery codes", codes, target)
    return _page(request, "recovery", "Recovery codes", form, target, left=recovery_codes_left(user))


def _codes_page(request: HttpRequest, title: str, codes: list[str], target: str) -> HttpResponse:
    """The one page on which they are ever shown. No browser keeps it: the admin's pages all say so."""
    context = {**admin.site.each_context(request), "title": title, "codes": codes, "next": target}
    return render(request, "admin/second_factor/codes.html", context)


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
    path("recovery-codes/", admin.site.admin_view(recovery_page), name="second_factor_recovery"),
    path("set-up/", admin.site.admin_view(set_up_page), name="second_factor_set_up"),
]
