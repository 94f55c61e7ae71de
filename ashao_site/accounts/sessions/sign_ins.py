"""Where a person is signed in: noted at sign-in and at use, listed, ended."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from ashao_site.accounts.guests import known_guest
from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.devices import device_label
from ashao_site.accounts.sessions.loading import viewer_of_session
from ashao_site.accounts.sessions.models import SignIn
from ashao_site.accounts.viewer import Viewer, note_last_use, note_seen, tell_access_ended
from ashao_site.lib.errors import NotFound
from ashao_site.lib.text import is_id

SIGN_INS_SHOWN = 100

guest_signed_in = Signal()
"""A guest signed in: what is the guest's shall be the person's. Arguments: `user_id`, `guest_id` (`gst_…`).

Sent inside the transaction that begins the person's session: both are so, or neither. Receivers must do no network
call.
"""


def begin_session(*, request: HttpRequest, user: User) -> None:
    """Sign a person in, in a session of a new key. What was the guest's in the old one becomes the person's.

    The old session ends with all that it held: whoever knows its key, or has planted it, gains nothing by it.
    """
    guest_id = known_guest(request)
    with transaction.atomic():
        if guest_id is not None:
            guest_signed_in.send(sender=SignIn, user_id=user.pk, guest_id=guest_id)
        end_session(request)  # what is open in it hears no more of whoever was signed in before
        request.session.flush()
        login(request, user)


def note_sign_in(*, request: HttpRequest, user: User) -> None:
    """Write down that this request's session is that person's from now on; nothing if it is known already."""
    note_seen(user)
    if request.session.session_key is None:
        request.session.save()  # a sign-in over somebody else's: it would have its key at the end of the request only
    key = request.session.session_key
    assert key is not None, "a session that was saved has a key"
    device = device_label(request.headers.get("User-Agent", ""))
    row = SignIn(user=user, session_id=key, device=device)
    SignIn.objects.bulk_create([row], ignore_conflicts=True)


def note_use(*, request: HttpRequest, user: User) -> None:
    """Note that this person's session was used. One that nobody has noted is noted now."""
    note_seen(user)
    key = request.session.session_key
    last = SignIn.objects.filter(session_id=key).values_list("last_used_at", flat=True).first()
    if last is None:
        note_sign_in(request=request, user=user)
        return
    note_last_use(SignIn.objects.filter(session_id=key), last)


def sign_in_of_session(session_key: str | None) -> SignIn | None:
    """What is noted of the session with this key, if anything is."""
    return None if session_key is None else SignIn.objects.filter(session_id=session_key).first()


def move_sign_in(noted: SignIn, *, session_key: str) -> None:
    """Note of a session that has another key now what was noted of it before."""
    noted.pk, noted.session_id = None, session_key
    SignIn.objects.bulk_create([noted], ignore_conflicts=True)


def sign_ins_of(user: User) -> QuerySet[SignIn]:
    """Where this person is signed in, the last used first; at most `SIGN_INS_SHOWN`."""
    return SignIn.objects.live().filter(user=user).order_by("-last_used_at", "-pk")[:SIGN_INS_SHOWN]


def end_sign_in(*, user: User, public_id: str) -> str:
    """End a session of this person's at once; returns its session key, for the caller alone.

    Raises `NotFound` for one that is unknown, over or foreign.
    """
    key = None
    if is_id(public_id, "ses"):
        mine = SignIn.objects.live().filter(user=user, public_id=public_id)
        key = mine.values_list("session_id", flat=True).first()
    if key is None:
        raise NotFound("There is no such session.")
    _end(Viewer(user_id=user.pk), [key])
    return key


def end_other_sign_ins(*, user: User, but: str | None) -> None:
    """End all sessions of this person's except the one with this session key; with None, all."""
    mine = SignIn.objects.filter(user=user)
    if but is not None:
        mine = mine.exclude(session_id=but)
    _end(Viewer(user_id=user.pk), list(mine.values_list("session_id", flat=True)))


def orphans() -> QuerySet[SignIn]:
    """Sign-ins whose session is gone without them."""
    return SignIn.objects.filter(~Exists(Session.objects.filter(pk=OuterRef("session_id"))))


def end_session(request: HttpRequest) -> None:
    """End this request's session, a guest's too, as far as the server knows it; its cookie is the caller's matter."""
    key = request.session.session_key
    if key is not None:
        _end(viewer_of_session(request.session), [key])


def _end(viewer: Viewer, keys: list[str]) -> None:
    Session.objects.filter(pk__in=keys).delete()  # and with it its sign-in
    tell_access_ended(viewer)


# However somebody signs in or out, with a wallet or in the admin


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
