"""Who is calling: an API key in the Authorization header, or a session cookie with Django's CSRF."""

import copy

from django.http import HttpRequest, HttpResponse, QueryDict
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ashao_site.accounts.keys.actions import live_key
from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.keys.scopes import needed_of, require_scope
from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.sign_ins import note_use
from ashao_site.accounts.viewer import note_seen
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address


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
