"""Each sign-in is noted, whatever way it came: with a wallet, or with a password in the admin."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from ashao_site.accounts.models import User
from ashao_site.accounts.sign_ins import note_sign_in


@receiver(user_logged_in, dispatch_uid="accounts.note_sign_in")
def note_logged_in(*, request: Any, user: Any, **_: object) -> None:
    """Somebody signed in; their session has the key by now that it keeps."""
    if isinstance(request, HttpRequest) and isinstance(user, User):
        note_sign_in(request=request, user=user)
