"""People. The app's other tables are each in the package that they belong to: `apps` names them."""

from collections.abc import Collection
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.dispatch import Signal
from eth_utils.address import to_checksum_address

from ashao_site.lib.clock import now
from ashao_site.lib.text import new_id

user_created = Signal()
"""A wallet signed in for the first time. Arguments: `user`.

Sent once for each user, inside the transaction that inserts the row (or, where rewards of a stake had come
before the person did, that writes the first `last_login`): what a receiver writes is there if and only if that
is, and an exception of a receiver undoes both. Receivers must do no network call.
"""


def new_user_id() -> str:
    """A new public id of a user."""
    return new_id("usr")


class UserManager(BaseUserManager["User"]):
    """Makes users: by a wallet that signed in, or by staff."""

    def get_or_create_wallet(self, wallet: str) -> tuple["User", bool]:
        """The user of this wallet who signs in, made if it is new, and whether this is their first sign-in.

        At the first one, `user_created` is sent in the same transaction. Of concurrent first sign-ins one
        makes it; the others wait on the row, or on the unique index, and find it made.
        """
        wallet = to_checksum_address(wallet)
        with transaction.atomic():
            known = self.filter(wallet=wallet).first()
            if known is not None:
                return self._signed_in(known)
            user = self.model(wallet=wallet, last_login=now())
            user.set_unusable_password()
            try:
                with transaction.atomic():
                    user.save(force_insert=True)
            except IntegrityError:
                return self._signed_in(self.get(wallet=wallet))
            user_created.send(sender=self.model, user=user)
            return user, True

    def _signed_in(self, user: "User") -> tuple["User", bool]:
        """A user who is there already. One who was only given rewards so far has no `last_login`."""
        if user.last_login is not None or not user.is_active:
            return user, False
        at = now()
        if self.filter(pk=user.pk, last_login=None, is_active=True).update(last_login=at) != 1:
            return user, False
        user.last_login = at
        user_created.send(sender=self.model, user=user)
        return user, True

    def ids_of_wallets(self, wallets: Collection[str]) -> dict[str, int]:
        """The ids of the users of these wallets (in their checksummed form), made where there are none.

        For money that comes to a wallet of which nobody has signed in yet: the first sign-in is still to come,
        and `user_created` with it. A few statements, however many wallets.
        """
        ids = self._ids_by_wallet(wallets)
        missing = sorted(
            set(wallets) - ids.keys()
        )  # sorted: two that make the same ones never wait in a circle
        if missing:
            users = [self.model(wallet=wallet, password=make_password(None)) for wallet in missing]
            self.bulk_create(users, ignore_conflicts=True)
            ids |= self._ids_by_wallet(missing)
        return ids

    def _ids_by_wallet(self, wallets: Collection[str]) -> dict[str, int]:
        rows = self.filter(wallet__in=list(wallets)).values_list("wallet", "pk")
        return {wallet: pk for wallet, pk in rows if wallet is not None}

    def create_user(self, staff_name: str, password: str | None = None, *, is_staff: bool = True) -> "User":
        """A person of the staff, who signs in to the admin with a password.

        Raises `ValidationError` for one that `AUTH_PASSWORD_VALIDATORS` refuse, whoever asks and however.
        """
        user = self.model(staff_name=self.model.normalize_username(staff_name), is_staff=is_staff)
        if password is not None:
            validate_password(password, user)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def create_superuser(self, staff_name: str, password: str | None = None) -> "User":
        """A person of the staff with every permission; `manage.py createsuperuser` calls this."""
        with transaction.atomic():
            user = self.create_user(staff_name, password)
            user.is_superuser = True
            user.save(update_fields=["is_superuser"])
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person: a wallet that signs in with Ethereum, or a name on the staff with a password, or both."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True, default=new_user_id, editable=False)
    wallet = models.CharField(max_length=42, null=True, blank=True, unique=True)
    staff_name = models.CharField(max_length=150, null=True, blank=True, unique=True)
    is_staff = models.BooleanField("staff", default=False, help_text="May sign in to the admin.")
    is_active = models.BooleanField(
        "active", default=True, help_text="Clear this instead of deleting a user."
    )
    created_at = models.DateTimeField(default=now, editable=False)
    last_seen_on = models.DateField(null=True, blank=True, editable=False)
    """The last day (UTC) on which they signed in, or used a session or a key. Nothing is kept of the days before."""

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "staff_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_has_wallet_or_staff_name",
                condition=Q(wallet__isnull=False) | Q(staff_name__isnull=False),
                violation_error_message="A user needs a wallet or a staff name.",
            ),
            models.CheckConstraint(
                name="user_wallet_is_an_address",
                condition=Q(wallet__isnull=True) | Q(wallet__regex=r"^0x[0-9a-fA-F]{40}$"),
                violation_error_message="A wallet is 0x and 40 hexadecimal digits.",
            ),
            models.CheckConstraint(name="user_staff_name_is_not_empty", condition=~Q(staff_name="")),
        ]

    def __str__(self) -> str:
        """The staff name or the public id: a wallet is not for logs."""
        return self.staff_name or self.public_id
