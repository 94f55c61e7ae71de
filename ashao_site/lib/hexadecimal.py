"""Bytes that outside text writes as 0x and hexadecimal digits."""

from string import hexdigits

_DIGITS = frozenset(hexdigits)


def bytes_of(text: str, *, max_bytes: int) -> bytes | None:
    """The bytes that `text` writes; None where it is anything else, or they are more than `max_bytes`."""
    if len(text) % 2 or len(text) > 2 + 2 * max_bytes or not text.startswith("0x"):
        return None
    digits = text[2:]
    return bytes.fromhex(digits) if _DIGITS.issuperset(digits) else None
