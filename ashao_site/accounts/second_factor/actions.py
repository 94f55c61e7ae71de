"""The second factor of staff: a code of an authenticator app (TOTP), or a recovery code, for the whole admin.

A session of the admin can have it and nothing else: a bearer token never does. `staff_door` asks for it at every
page; the pages that move money ask once more themselves.
"""

from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from math import ceil
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_otp import login as otp_login
from django_otp import verify_token
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.recovery_codes import (
    forget_recovery_codes,
    make_recovery_codes,
    use_recovery_code,
)
from ashao_site.accounts.sessions.sign_ins import note_sign_in
from ashao_site.lib import limits
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, Conflict

VERIFIED_FOR = timedelta(hours=12)
"""How long a code that was entered lasts, at most: it ends with its session, and with its device."""
VERIFIED_AT = "second_factor_at"
"""In the session: the second at which the code was entered."""
PENDING_KEY = "second_factor_pending"
"""In the session: the secret that its owner is setting up, until a code of it was entered."""
TOLERANCE_STEPS = 1

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class WrongCode(BadInput):
    """A code that is wrong, used, or too early after wrong ones."""

    default_code = "wrong_code"


def has_second_factor(request: HttpRequest) -> bool:
    """Whether the person of this session has entered a code, not too long ago, of a device that is theirs still."""
    user: Any = request.user
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return False
    is_verified: Callable[[], bool] | None = getattr(user, "is_verified", None)
    entered_s = request.session.get(VERIFIED_AT)
    if is_verified is None or not is_verified() or not isinstance(entered_s, int):
        return False
    return 0 <= now().timestamp() - entered_s < VERIFIED_FOR.total_seconds()


def require_second_factor(request: HttpRequest) -> HttpResponse | None:
    """None for a session that has it; else the way to the page where a code is entered, and back here.

    What was posted is not kept: a view that is posted to must be one that can be gone back to.
    """
    if has_second_factor(request):
        return None
    back = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('second_factor')}?{back}")


def second_factor_required(view: View[P]) -> View[P]:
    """Let only those into this view of the admin who have entered their second factor."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return require_second_factor(request) or view(request, *args, **kwargs)

    return guarded


@dataclass(frozen=True)
class PendingDevice:
    """A secret that is being set up, as an app takes it by hand (`secret`) and from a QR code (`url`)."""

    key: str
    secret: str
    url: str


def device_of(user: User) -> TOTPDevice | None:
    """The device of this person. There is one, or none."""
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).order_by("-pk").first()


def pending_device(request: HttpRequest, user: User) -> PendingDevice:
    """The secret that this session is setting up, made if there is none."""
    key = request.session.get(PENDING_KEY)
    if not isinstance(key, str):
        key = request.session[PENDING_KEY] = default_key()
    url = TOTPDevice(user=user, key=key).config_url
    return PendingDevice(key, b32encode(bytes.fromhex(key)).decode(), url)


def enter_code(*, request: HttpRequest, user: User, code: str) -> None:
    """Give this session the second factor, by a code of the device or a recovery code.

    Raises WrongCode, RateLimited, and Conflict where there is no device.
    """
    device = device_of(user)
    if device is None:
        raise Conflict("There is no second factor to enter: set it up first.")
    _verify(user, device, code)
    _remember(request, user, device)


def renew_recovery_codes(*, user: User, code: str) -> list[str]:
    """New recovery codes in place of the old ones, for a code of one's device. Raises WrongCode and Conflict."""
    device = device_of(user)
    if device is None:
        raise Conflict("There is no second factor to recover: set it up first.")
    _verify(user, device, code)
    return make_recovery_codes(user)


def set_up_device(*, request: HttpRequest, user: User, code: str, old_code: str) -> list[str]:
    """Make the secret of this session the person's only device, and give the session the second factor.

    `code` is one of the new secret; `old_code` one of the device that it replaces, where there is one, or a recovery
    code. Returns new recovery codes, to be shown this once. Raises WrongCode and RateLimited.
    """
    pending = pending_device(request, user)
    if not _is_code_of(pending.key, code):  # first: a code of the old device is used up by looking at it
        raise WrongCode("This is not the code that the new secret gives now.")
    old = device_of(user)
    if old is not None:
        _verify(user, old, old_code)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two sessions at once would leave two devices
        current = device_of(user)
        if (current.pk if current else None) != (old.pk if old else None):
            raise Conflict("The second factor was changed by another session.")
        _forget_devices(user)
        device = TOTPDevice.objects.create(user=user, name="authenticator", key=pending.key)
        if not device.verify_token(code):
            raise WrongCode("This is not the code that the new secret gives now.")
        action = "second_factor.replaced" if old else "second_factor.set_up"
        audit(actor=user, action=action, subject=user.public_id)
        codes = make_recovery_codes(user)
    del request.session[PENDING_KEY]
    _remember(request, user, device)
    return codes


def reset_devices(*, user: User, by: User | None) -> bool:
    """Take a person's device away, so that they set up another; False if there was none.

    `by` is the superuser who decides it, never the person; None for whoever may use `manage.py`.
    """
    if by is not None and (by.pk == user.pk or not by.is_superuser):
        raise Conflict("A superuser resets the second factor of another person.")
    with transaction.atomic():
        removed = _forget_devices(user)
        if removed:
            audit(actor=by, action="second_factor.reset", subject=user.public_id, detail=str(user))
    return removed


def _verify(user: User, device: TOTPDevice, code: str) -> None:
    if not code.isdecimal():
        _verify_recovery(user, code)
        return
    allowed, why = device.verify_is_allowed()
    if not allowed:
        locked_until = (why or {}).get("locked_until")
        wait_s = max(1, ceil((locked_until - now()).total_seconds())) if locked_until else 1
        raise WrongCode(f"There were too many wrong codes. Please try again in {wait_s} s.")
    if verify_token(user, device.persistent_id, code) is None:
        audit(actor=user, action="second_factor.wrong_code", subject=user.public_id)
        raise WrongCode("This code is wrong, or was used before. Please wait for the next one.")


def _verify_recovery(user: User, code: str) -> None:
    limits.spend_now(limits.STAFF_PASSWORD, account=f"recovery {user.public_id}")
    if not use_recovery_code(user, code):
        audit(actor=user, action="second_factor.wrong_code", subject=user.public_id)
        raise WrongCode("This is none of your recovery codes, or was used before.")


def _remember(request: HttpRequest, user: User, device: TOTPDevice) -> None:
    request.session.cycle_key()
    note_sign_in(request=request, user=user)
    otp_login(request, device)
    request.session[VERIFIED_AT] = int(now().timestamp())


def _forget_devices(user: User) -> bool:
    removed, _ = TOTPDevice.objects.filter(user=user).delete()
    forget_recovery_codes(user)
    return bool(removed)


def _is_code_of(key: str, code: str) -> bool:
    totp = TOTP(bytes.fromhex(key))
    totp.time = now().timestamp()
    return code.isdecimal() and bool(totp.verify(int(code), TOLERANCE_STEPS))
