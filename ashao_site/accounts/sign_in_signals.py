"""Each sign-in is noted, and each sign-out told, whatever way it came: with a wallet, or in the admin."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from ashao_site.accounts.models import User
from ashao_site.accounts.sign_ins import end_session, note_sign_in


@receiver(user_logged_in, dispatch_uid="accounts.note_sign_in")
def note_logged_in(*, request: Any, user: Any, **_: object) -> None:
    """Somebody signed in; their session has the key by now that it keeps."""
    if isinstance(request, HttpRequest) and isinstance(user, User):
        note_sign_in(request=request, user=user)


@receiver(user_logged_out, dispatch_uid="accounts.tell_logged_out")
def tell_logged_out(*, request: Any, **_: object) -> None:
    """Somebody signs out. Django tells it before it deletes the session: who is told must not find it any more."""
    if isinstance(request, HttpRequest):
        end_session(request)
