"""What of a text can be seen. It decides what is progress, what is an answer, and what is paid. Pure."""

import unicodedata

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})
"""Controls, formats (those of no width among them), lone surrogates, private characters, all white space, and marks:
a mark is seen on the character that it belongs to, and that one counts."""
_BLANK_CHARS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing: Hangul's fillers, the empty braille cell."""
_IGNORABLE_RANGES = ((0x2065, 0x2065), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))
"""Not assigned, and to be drawn as nothing (Unicode's Default_Ignorable_Code_Point)."""
MONOTONE_MIN_CHARS = 64
MONOTONE_DIFFERENT_MAX = 3
"""A text of more than so many visible characters that has no more different ones than this says nothing."""


def is_visible(char: str) -> bool:
    """Whether this character alone puts something on a page that somebody can see."""
    if " " < char <= "~":
        return True
    if unicodedata.category(char) in _HIDDEN_CATEGORIES or char in _BLANK_CHARS:
        return False
    return not any(first <= ord(char) <= last for first, last in _IGNORABLE_RANGES)


def visible_bytes(text: str) -> int:
    """How many bytes of UTF-8 the visible characters of a text are."""
    if text.isascii():
        return sum(" " < char <= "~" for char in text)
    return sum(len(char.encode("utf-8", "replace")) for char in text if is_visible(char))


def visible_chars(text: str) -> int:
    """How many characters of a text can be seen."""
    return sum(is_visible(char) for char in text)


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return not any(is_visible(char) for char in text)


def is_monotone(text: str) -> bool:
    """Whether a text is long and made of hardly any different characters: 600 × "!", dashes without an end."""
    different: set[str] = set()
    seen = 0
    for char in text:
        if is_visible(char):
            seen += 1
            different.add(char)
            if len(different) > MONOTONE_DIFFERENT_MAX:
                return False
    return seen > MONOTONE_MIN_CHARS


def says_something(text: str) -> bool:
    """Whether a text may be an answer, or an addition to one, that somebody is paid for."""
    return not is_blank(text) and not is_monotone(text)
