"""What accounts announces to the layers above, which it may not import."""

from django.dispatch import Signal

user_created = Signal()
"""A wallet signed in for the first time. Arguments: `user`.

Sent once for each user, inside the transaction that inserts the row (or, where rewards of a stake had come
before the person did, that writes the first `last_login`): what a receiver writes is there if and only if that
is, and an exception of a receiver undoes both. Receivers must do no network call.
"""

guest_signed_in = Signal()
"""A guest signed in: what is the guest's shall be the person's. Arguments: `user_id`, `guest_id` (`gst_…`).

Sent inside the transaction that begins the person's session: both are so, or neither. Receivers must do no network
call.
"""

wallet_signed_in = Signal()
"""A wallet has signed in, for the first time or again. Arguments: `user`, and `address`, the network address that it
came from (`client_address`).

Sent outside of any transaction, once the session is the person's.
"""

access_ended = Signal()
"""A session was ended (signed out, from there or from elsewhere) or an API key revoked. Arguments: `viewer`, whose.

Sent once that is committed. What is open in that session, or was opened with that key, must not tell anything
of the person any longer.
"""
