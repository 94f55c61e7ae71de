"""People of the staff, with rights, and with the second factor where a test wants it."""

import time
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import VERIFIED_AT

PASSWORD = "right-horse-7"


def staff_member(name: str, *rights: str) -> User:
    """Somebody of the staff with these rights, each as `app.codename`."""
    user = User.objects.create_user(name, PASSWORD)
    for right in rights:
        app, codename = right.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def signed_in(user: User, **options: Any) -> Client:
    """A browser of that person, without the second factor."""
    client = Client(**options)
    client.force_login(user)
    return client


def verified(user: User, **options: Any) -> Client:
    """A browser of that person, who has entered the second factor just now."""
    client = signed_in(user, **options)
    give_second_factor(client, user)
    return client


def give_second_factor(client: Client, user: User, *, ago_s: int = 0) -> TOTPDevice:
    device = TOTPDevice.objects.filter(user=user).first() or TOTPDevice.objects.create(user=user, name="t")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session[VERIFIED_AT] = int(time.time()) - ago_s
    session.save()
    return device


def code_of(device: TOTPDevice, *, steps: int = 0) -> str:
    """What the person's app shows now, or so many half minutes later."""
    return f"{totp(device.bin_key, step=device.step, t0=device.t0 - steps * device.step):06d}"
