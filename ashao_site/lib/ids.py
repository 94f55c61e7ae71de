"""Ids that carry a prefix and cannot be guessed, and secrets that are kept only as hashes."""

import hashlib
import re
import secrets

ID_BYTES = 16
SECRET_BYTES = 32
_ID = re.compile(r"[a-z]{2,5}_[A-Za-z0-9]{16,32}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _base62(data: bytes) -> str:
    number = int.from_bytes(data)
    digits = []
    while number:
        number, rest = divmod(number, 62)
        digits.append(_ALPHABET[rest])
    return "".join(reversed(digits)).rjust(ID_BYTES, "0")


def new_id(prefix: str) -> str:
    """A new public id, `prefix_…`, with 128 random bits."""
    return f"{prefix}_{_base62(secrets.token_bytes(ID_BYTES))}"


def is_id(value: str, prefix: str) -> bool:
    """Whether `value` has the shape of an id with this prefix."""
    return value.startswith(prefix + "_") and _ID.fullmatch(value) is not None


def new_secret(prefix: str) -> str:
    """A new secret, `prefix_…`, with 256 random bits; show it once and keep `hash_secret` of it."""
    return f"{prefix}_{_base62(secrets.token_bytes(SECRET_BYTES))}"


def hash_secret(secret: str) -> str:
    """SHA-256 in hex. Enough for secrets of 256 random bits, which no dictionary holds."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
