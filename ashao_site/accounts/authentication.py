"""Who is calling: an API key in the Authorization header, or a session cookie with Django's CSRF."""

import copy

from django.http import HttpRequest, HttpResponse, QueryDict
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ashao_site.accounts.guests import GUEST_SESSION_KEY
from ashao_site.accounts.keys import live_key
from ashao_site.accounts.models import ApiKey, User
from ashao_site.accounts.scopes import KeyRule, needed_of, require_scope
from ashao_site.accounts.session import Viewer
from ashao_site.accounts.sign_ins import note_seen, note_use
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address
from ashao_site.lib.errors import Conflict, NotSignedIn


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ak_…`. A bearer token that is not a live API key is refused, never ignored.

    `request.auth` is the key: what it may is looked at by `KeyScopePermission`.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The key's user; None where there is no bearer token, so that the session is asked next."""
        scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        address = client_address(request._request)
        limits.refuse_known(limits.BAD_TOKEN, address=address)
        key = live_key(token.strip())
        if key is None:
            limits.spend_now(limits.BAD_TOKEN, address=address)
            raise exceptions.AuthenticationFailed(
                "This token is not known, or was revoked.", code="bad_token"
            )
        note_seen(key.user)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What `WWW-Authenticate` says; having one makes a missing sign-in a 401, not a 403."""
        return "Bearer"


class KeyScopePermission(BasePermission):
    """The one place that refuses a call by a key without the scope that the view declares for its method."""

    def has_permission(self, request: Request, view: object) -> bool:
        """True, also for whoever comes without a key: a session may all that its person may. Raises otherwise."""
        if isinstance(request.auth, ApiKey):
            require_scope(request.auth.scopes, needed_of(view, request.method or ""))
        return True


class SessionAuthentication(BaseAuthentication):
    """The session cookie. Unsafe calls need the CSRF token in `X-CSRFToken`, of guests too.

    REST framework's own class asks it of signed-in people only. Here a guest's session has messages to
    lose, and a forged sign-in would put a person into somebody else's account.
    """

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """The session's user, or None for a guest. Raises `PermissionDenied` without a valid CSRF token."""
        _enforce_csrf(request)
        user = request._request.user
        if isinstance(user, User) and user.is_active:
            note_use(request=request._request, user=user)
            return user, "session"
        return None

    def authenticate_header(self, request: Request) -> str:
        """As for API keys."""
        return "Bearer"


def require_user(request: Request) -> User:
    """The signed-in user. Raises `NotSignedIn`."""
    if isinstance(request.user, User):
        return request.user
    raise NotSignedIn("Please sign in first.")


def require_session_user(request: Request) -> User:
    """The user of a session sign-in. Raises `NotSignedIn` where nobody is, or only an API key is given."""
    user = require_user(request)
    if isinstance(request.auth, ApiKey):
        require_scope(request.auth.scopes, KeyRule.NO_KEY)
    return user


def require_wallet(user: User) -> str:
    """The person's wallet. Raises `Conflict` (no_wallet) for staff who have none."""
    if not user.wallet:
        raise Conflict("This account has no wallet.", code="no_wallet")
    return user.wallet


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


def _no_view(_request: HttpRequest) -> HttpResponse:
    """Stands where the CSRF check expects a view; it is never called."""
    return HttpResponse()


def _enforce_csrf(request: Request) -> None:
    # A copy with an empty form: the token is taken from the header only, and no body is parsed before it
    # is known whose call this is.
    checked = copy.copy(request._request)
    checked.POST = QueryDict()
    check = CSRFCheck(_no_view)
    check.process_request(checked)
    reason = check.process_view(checked, _no_view, (), {})
    if reason:
        raise exceptions.PermissionDenied(
            "The CSRF token is missing or wrong: send the csrftoken cookie's value in X-CSRFToken.",
            code="csrf_failed",
        )
