"""Who somebody is to what is theirs; and that something no longer speaks for them."""

from dataclasses import dataclass

from django.db import transaction
from django.dispatch import Signal

access_ended = Signal()
"""A session was ended (signed out, from there or from elsewhere) or an API key revoked. Arguments: `viewer`, whose.

Sent once that is committed. What is open in that session, or was opened with that key, must not tell anything
of the person any longer.
"""


@dataclass(frozen=True)
class Viewer:
    """A signed-in user (`user_id`, the row's id), or a guest (`gst_…`), or nobody known: both None."""

    user_id: int | None = None
    guest_id: str | None = None


def tell_access_ended(viewer: Viewer) -> None:
    """Announce, once the transaction has committed, that something no longer speaks for this person."""
    transaction.on_commit(lambda: access_ended.send(sender=Viewer, viewer=viewer))
