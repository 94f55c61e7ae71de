"""What accounts announces to the layers above, which it may not import."""

from django.dispatch import Signal

user_created = Signal()
"""A wallet's first sign-in made its user. Arguments: `user`.

Sent once for each user, inside the transaction that inserts the row: what a receiver writes is there if and
only if the user is, and an exception of a receiver undoes both. Receivers must do no network call.
"""
