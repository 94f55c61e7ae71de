"""What is held here of who a person is: handed in for the file of all that is held of them, and forgotten."""

from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.models import SignIn
from ashao_site.accounts.sessions.sign_ins import end_other_sign_ins
from ashao_site.lib.clock import iso, iso_or_none
from ashao_site.lib.pieces import Json, Pieces, json_rows, json_value


def exported(user: User) -> dict[str, Pieces]:
    """The person, their API keys (revoked ones too) and where they are signed in; no secret, and no hash of one."""
    return {
        "person": json_value(lambda: _person(user)),
        "keys": json_rows(ApiKey.objects.filter(user=user), _key),
        "sessions": json_rows(SignIn.objects.live().filter(user=user), _session),
    }


def forget(user: User) -> None:
    """Delete all that lets anybody act as this person: API keys, revoked ones too, and sessions, this one too."""
    ApiKey.objects.filter(user=user).delete()
    end_other_sign_ins(user=user, but=None)


def _person(user: User) -> Json:
    return {
        "id": user.public_id,
        "wallet": user.wallet,
        "staffName": user.staff_name,
        "createdAt": iso(user.created_at),
        "lastSignInAt": iso_or_none(user.last_login),
    }


def _key(row: ApiKey) -> Json:
    return {
        "id": row.public_id,
        "name": row.name,
        "hint": row.hint,
        "scopes": row.scopes,
        "createdAt": iso(row.created_at),
        "lastUsedAt": iso_or_none(row.last_used_at),
        "revokedAt": iso_or_none(row.revoked_at),
    }


def _session(row: SignIn) -> Json:
    return {
        "id": row.public_id,
        "device": row.device,
        "createdAt": iso(row.created_at),
        "lastUsedAt": iso(row.last_used_at),
    }
