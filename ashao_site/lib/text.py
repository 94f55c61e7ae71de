"""Text from outside, checked once at the door; and where in its bytes a character begins."""

from ashao_site.lib.errors import BadInput


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
