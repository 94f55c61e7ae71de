"""The limits in REST framework's terms: by where a call comes from, and by who is signed in."""

from rest_framework.request import Request

from ashao_site.accounts.models import User
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address


def limited(request: Request, limit: limits.Limit) -> None:
    """Take one of what this call's address, and the account it is made for, may do. Raises `RateLimited`."""
    account = request.user.pk if isinstance(request.user, User) else None
    limits.spend_now(limit, address=client_address(request._request), account=account)
