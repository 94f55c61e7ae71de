"""Who calls, in the chat's terms: a signed-in person, or a guest's session."""

from datetime import timedelta

from django.conf import settings
from rest_framework.request import Request

from ashao_site.accounts.guests import GUEST_SESSION_KEY, guest_id
from ashao_site.accounts.models import User
from ashao_site.accounts.session import Viewer
from ashao_site.accounts.session_store import keep_visitor
from ashao_site.lib.addresses import client_address
from ashao_site.lib.errors import NotSignedIn
from chat.sending import Sender


def viewer_of(request: Request) -> Viewer:
    """The caller as far as known; a visitor who never sent anything is nobody yet."""
    if isinstance(request.user, User):
        return Viewer(user_id=request.user.pk)
    known = request._request.session.get(GUEST_SESSION_KEY)
    return Viewer(guest_id=known if isinstance(known, str) else None)


def require_viewer(request: Request) -> Viewer:
    """The caller. Raises `NotSignedIn` for nobody."""
    viewer = viewer_of(request)
    if viewer == Viewer():
        raise NotSignedIn("Please sign in first.")
    return viewer


def sender_of(request: Request) -> Sender:
    """Who sends: a visitor who is nobody yet becomes a guest, whose session lasts as long as what is sent is kept."""
    viewer = viewer_of(request)
    if viewer.user_id is None:
        keep_visitor(request._request.session, timedelta(hours=settings.GUEST_HISTORY_HOURS))
        viewer = Viewer(guest_id=guest_id(request._request))
    return Sender(viewer=viewer, address=client_address(request._request))
