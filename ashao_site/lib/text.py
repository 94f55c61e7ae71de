"""Texts: ids and secrets that we make, and what comes from outside, checked once at the door.

An id carries a prefix and cannot be guessed; a secret is kept only as a hash.
"""

import hashlib
import re
import secrets

from ashao_site.lib.errors import BadInput

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


def clean_text(value: str, *, name: str, max_chars: int) -> str:
    """Return `value` unchanged if the database and the stream can carry it.

    Raises `BadInput` for a NUL (PostgreSQL cannot store it), a lone surrogate (it has no UTF-8 form)
    and for more than `max_chars` characters.
    """
    if len(value) > max_chars:
        raise BadInput(f"{name} is too long: at most {max_chars:,} characters.", code="too_long")
    if "\x00" in value:
        raise BadInput(f"{name} must not contain a NUL character.", code="bad_text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput(f"{name} is not valid Unicode text.", code="bad_text") from None
    return value


def splits_character(raw: bytes | bytearray, at: int) -> bool:
    """Whether a cut before this byte of UTF-8 would go through a character (`read.lua` asks the same)."""
    return at < len(raw) and 0x80 <= raw[at] < 0xC0
