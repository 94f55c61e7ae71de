"""A tag that tells whose jobs a worker may not serve, without saying who that is."""

import hmac
from hashlib import sha256

from django.conf import settings


def owner_tag(owner_id: int | None) -> str:
    """The tag of an account; empty for nobody. It cannot be turned back into the account without the key."""
    if owner_id is None:
        return ""
    return hmac.new(settings.SECRET_KEY.encode(), f"owner:{owner_id}".encode(), sha256).hexdigest()[:32]
