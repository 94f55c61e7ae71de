"""Recovery codes: each stands once for the device of the second factor, when that is lost."""

import secrets
from base64 import b32encode

from django.db import models, transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from ashao_site.lib.text import hash_secret

RECOVERY_CODES = 10
CODE_BYTES = 10
"""80 random bits: no list holds them, so that a plain hash of them is enough."""
CODE_CHARS = CODE_BYTES * 8 // 5
GROUP_CHARS = 4


class RecoveryCode(models.Model):
    """What stands once for a lost second factor. Only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


def make_recovery_codes(user: User) -> list[str]:
    """New codes in place of all that this person has, to be shown this once: their hashes alone are kept."""
    raw = [b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(
            pk=user.pk
        )  # so that no two lists are both the new one
        forget_recovery_codes(user)
        RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=_hash(user, one)) for one in raw])
        audit(actor=user, action="second_factor.recovery_codes_made", subject=user.public_id)
    return ["-".join(one[at : at + GROUP_CHARS] for at in range(0, CODE_CHARS, GROUP_CHARS)) for one in raw]


def use_recovery_code(user: User, code: str) -> bool:
    """Use one up, written with dashes, spaces and capitals or without; False if it is none of theirs, or was used."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    with transaction.atomic():
        mine = RecoveryCode.objects.filter(user=user, code_hash=_hash(user, plain), used_at__isnull=True)
        used = mine.update(used_at=now()) == 1
        if used:
            left = recovery_codes_left(user)
            audit(
                actor=user,
                action="second_factor.recovery_code_used",
                subject=user.public_id,
                detail=f"{left} left",
            )
    return used


def recovery_codes_left(user: User) -> int:
    """How many of them can still be used."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def forget_recovery_codes(user: User) -> None:
    """With the device they stand for."""
    RecoveryCode.objects.filter(user=user).delete()


def _hash(user: User, plain: str) -> str:
    return hash_secret(f"{user.public_id}:{plain}")
