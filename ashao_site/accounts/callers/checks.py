"""What a view asks of its caller."""

from rest_framework.request import Request

from ashao_site.accounts.guests import GUEST_SESSION_KEY
from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.keys.scopes import KeyRule, require_scope
from ashao_site.accounts.models import User
from ashao_site.accounts.viewer import Viewer
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address
from ashao_site.lib.errors import Conflict, NotSignedIn


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


def limited(request: Request, limit: limits.Limit) -> None:
    """Take one of what this call's address, and the account it is made for, may do. Raises `RateLimited`."""
    account = request.user.pk if isinstance(request.user, User) else None
    limits.spend_now(limit, address=client_address(request._request), account=account)
