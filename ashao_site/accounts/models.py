"""The rows behind people: users, their API keys and sign-ins, nonces and what guests have used."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from eth_utils.address import to_checksum_address

from ashao_site.accounts.devices import LABEL_MAX_CHARS, UNKNOWN_DEVICE
from ashao_site.accounts.scopes import ALL_SCOPES, SCOPE_MAX_CHARS
from ashao_site.accounts.signals import user_created
from ashao_site.accounts.siwe import NONCE_MAX_CHARS
from ashao_site.lib.clock import now
from ashao_site.lib.ids import new_id

API_KEY_NAME_MAX_CHARS = 80
SESSION_KEY_MAX_CHARS = 64


def new_user_id() -> str:
    """A new public id of a user."""
    return new_id("usr")


def new_key_id() -> str:
    """A new public id of an API key."""
    return new_id("key")


def new_sign_in_id() -> str:
    """A new public id of a sign-in, which the API calls a session."""
    return new_id("ses")


class UserManager(BaseUserManager["User"]):
    """Makes users: by a wallet that signed in, or by staff."""

    def get_or_create_wallet(self, wallet: str) -> tuple["User", bool]:
        """The user of this wallet who signs in, made if it is new, and whether this is their first sign-in.

        At the first one, `user_created` is sent in the same transaction. Of concurrent first sign-ins one
        makes it; the others wait on the row, or on the unique index, and find it made.
        """
        wallet = to_checksum_address(wallet)
        with transaction.atomic():
            found = self.filter(wallet=wallet).first()
            if found is not None:
                return self._signed_in(found)
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
        found = self._ids_by_wallet(wallets)
        missing = sorted(
            set(wallets) - found.keys()
        )  # sorted: two that make the same ones never wait in a circle
        if missing:
            users = [self.model(wallet=wallet, password=make_password(None)) for wallet in missing]
            self.bulk_create(users, ignore_conflicts=True)
            found |= self._ids_by_wallet(missing)
        return found

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


def all_scopes() -> list[str]:
    """What a key may that was made by somebody who named no scopes, as every key of the first edition was."""
    return list(ALL_SCOPES)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Reads of API keys."""

    def live(self) -> Self:
        """Keys that have not been revoked."""
        return self.filter(revoked_at__isnull=True)


class ApiKey(models.Model):
    """A key with which a program acts for a user. The secret itself is shown once and never kept."""

    public_id = models.CharField(max_length=40, unique=True, default=new_key_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=API_KEY_NAME_MAX_CHARS)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=4, editable=False, help_text="The key's last four characters.")
    scopes = ArrayField(models.CharField(max_length=SCOPE_MAX_CHARS), default=all_scopes, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                name="api_key_has_known_scopes",
                condition=Q(scopes__contained_by=list(ALL_SCOPES)) & ~Q(scopes=[]),
            )
        ]
        indexes = [models.Index(fields=["user", "created_at"], name="api_key_by_user")]

    def __str__(self) -> str:
        return self.public_id


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Reads of sign-ins."""

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


class SignInNonce(models.Model):
    """A nonce that one session may sign in with, once, before it expires. Used means deleted."""

    nonce = models.CharField(max_length=NONCE_MAX_CHARS, unique=True)
    session_key = models.CharField(max_length=SESSION_KEY_MAX_CHARS)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["session_key", "created_at"], name="nonce_by_session")]

    def __str__(self) -> str:
        return f"nonce {self.pk}"

    def is_live(self, at: datetime) -> bool:
        """Whether it may still be used at that time."""
        return at < self.expires_at


class GuestUse(models.Model):
    """How many messages a guest's session, or a network, has sent on one UTC day; and how many grants a network got."""

    subject_hash = models.CharField(max_length=64)
    day = models.DateField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_hash", "day"], name="guest_use_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"


class RecoveryCode(models.Model):
    """What stands once for a lost second factor. Only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class AuditEntry(models.Model):
    """One decision of staff, or of the server where it acts for them. Never changed: a trigger refuses."""

    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=80)
    """As it was then."""
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit log"
        indexes = [models.Index(fields=["subject", "-id"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class ConfirmedForm(models.Model):
    """A form of the admin that somebody confirmed: its key, so that the same form sent again does nothing."""

    key = models.UUIDField(unique=True)
    at = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        return str(self.key)
