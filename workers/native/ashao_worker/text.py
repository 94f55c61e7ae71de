"""Text on its way through: pure, no I/O."""

import unicodedata

from .limits import INVISIBLE_MAX_CHARS, SENTENCE_MAX_CHARS

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a sign that are drawn as nothing
_IGNORABLE = ((0x2065, 0x2065), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))


class Mender:
    """Makes a stream of deltas fit for JSON in UTF-8.

    A model server may cut one character's two UTF-16 halves into two deltas: they are joined. A half that
    stays alone becomes U+FFFD, and NUL, which no database takes, is dropped.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """What may go out now."""
        text = self._held + text
        self._held = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._held, text = text[-1], text[:-1]
        return _mend(text)

    def end(self) -> str:
        """What was still held back."""
        held, self._held = self._held, ""
        return _mend(held)


def _mend(text: str) -> str:
    if text.isascii():
        return text.replace("\0", "")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


class Opening:
    """Holds an answer back until something of it can be seen: white space alone is no answer."""

    def __init__(self) -> None:
        self._held = ""
        self.seen = False

    def feed(self, text: str) -> str:
        """What may go out now."""
        if self.seen:
            return text
        self._held += text
        if not visible(text):
            # Kept to a limit: a model may send nothing else, and for long.
            self._held = self._held[:INVISIBLE_MAX_CHARS]
            return ""
        self.seen = True
        held, self._held = self._held, ""
        return held


def visible(text: str) -> bool:
    """Whether a reader sees anything of it: by the network's own rule, for it pays for nothing else."""
    return any(map(_is_visible, text))


def _is_visible(char: str) -> bool:
    if " " < char <= "~":
        return True
    if unicodedata.category(char) in _HIDDEN or char in _BLANKS:
        return False
    return not any(first <= ord(char) <= last for first, last in _IGNORABLE)


def clean(sentence: str) -> str:
    """One printable line out of words from elsewhere, so that nobody's server can steer a terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in sentence).split())
    return line if len(line) <= SENTENCE_MAX_CHARS else line[: SENTENCE_MAX_CHARS - 1] + "…"


_MICROS_PER_USD = 1_000_000


def usd(micros: int) -> str:
    """µUSDC as dollars, exactly: two decimals, more only where they are not zero."""
    sign = "-" if micros < 0 else ""
    whole, rest = divmod(abs(micros), _MICROS_PER_USD)
    decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{sign}${whole:,}.{decimals}"
