"""The rows of sign-ins."""

from typing import Self

from django.contrib.sessions.models import Session
from django.db import models

from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.devices import LABEL_MAX_CHARS, UNKNOWN_DEVICE
from ashao_site.lib.clock import now
from ashao_site.lib.text import new_id

SESSION_KEY_MAX_CHARS = 64


def new_sign_in_id() -> str:
    """A new public id of a sign-in, which the API calls a session."""
    return new_id("ses")


class SignInQuerySet(models.QuerySet["SignIn"]):
    def live(self) -> Self:
        """Those whose session is there still and has not expired."""
        return self.filter(session__expire_date__gt=now())


class SignIn(models.Model):
    """Where a person is signed in: one row for each session, which goes with it.

    The session's key, which is its cookie, is told to nobody. It stands here as it is, as in the session's own row
    beside it, because a session can be ended by its key only. No network address is kept.
    """

    public_id = models.CharField(max_length=40, unique=True, default=new_sign_in_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    # No constraint of the database's: a sign-in that is noted while its session ends must fail neither of the two.
    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, db_constraint=False, related_name="+", editable=False
    )
    device = models.CharField(max_length=LABEL_MAX_CHARS, default=UNKNOWN_DEVICE, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    last_used_at = models.DateTimeField(default=now, editable=False)

    objects = SignInQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-last_used_at"], name="sign_in_by_user")]

    def __str__(self) -> str:
        return self.public_id
