"""Who is behind a session cookie or a bearer token, for ASGI code that is routed before Django."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from ashao_site.accounts.guests import GUEST_SESSION_KEY
from ashao_site.accounts.keys.actions import live_key
from ashao_site.accounts.keys.scopes import KeyRule, Needed, require_scope
from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.models import SESSION_KEY_MAX_CHARS
from ashao_site.accounts.viewer import Viewer


def load_viewer(session_cookie: str | None, bearer: str | None, needed: Needed = KeyRule.NO_KEY) -> Viewer:
    """Who is calling. ORM code: from a coroutine, call it through `in_db`. Never writes to the session.

    A bearer token, where there is one, decides alone, as for REST framework's views; of an API key that may not
    do what is `needed`, it raises what `require_scope` does. CSRF is not looked at: use this for safe calls only.
    """
    if bearer is not None:
        key = live_key(bearer)
        if key is None:
            return Viewer()
        require_scope(key.scopes, needed)
        return Viewer(user_id=key.user_id)
    if not session_cookie or len(session_cookie) > SESSION_KEY_MAX_CHARS or not session_cookie.isalnum():
        return Viewer()
    return viewer_of_session(SessionStore(session_cookie))


def viewer_of_session(session: SessionBase) -> Viewer:
    """Whose session it is: an active user's, a guest's, or nobody's. ORM code."""
    user = _session_user(session)
    if user is not None:
        return Viewer(user_id=user.pk)
    guest_id = session.get(GUEST_SESSION_KEY)
    return Viewer(guest_id=guest_id if isinstance(guest_id, str) else None)


def _session_user(session: SessionBase) -> User | None:
    """As `django.contrib.auth.get_user`, which would not do: it may rotate the key, and none is told."""
    user_id = session.get(SESSION_KEY)
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    seen = str(session.get(HASH_SESSION_KEY, ""))
    valid = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return user if any(constant_time_compare(seen, one) for one in valid) else None
