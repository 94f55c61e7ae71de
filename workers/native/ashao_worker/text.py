"""Text on its way through: pure, no I/O."""

from .limits import SENTENCE_MAX_CHARS


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


class PrefixFilter:
    """Drops the prefix from the opening of a continuation, if the model server repeats it.

    The chat API cannot say "continue this": some servers answer with the new text only, others begin with
    the text they were given. The opening is held as long as it equals the prefix's beginning; the whole
    prefix is dropped, anything else is the model's own and goes out unchanged.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._held = ""
        self._open = not prefix

    def feed(self, text: str) -> str:
        """What may go out now."""
        if self._open:
            return text
        self._held += text
        if len(self._held) < len(self._prefix) and self._prefix.startswith(self._held):
            return ""
        held, self._held, self._open = self._held, "", True
        return held.removeprefix(self._prefix)

    def end(self) -> str:
        """What was still held back: the answer ended inside it, so it was the model's own."""
        held, self._held, self._open = self._held, "", True
        return held


def clean(sentence: str) -> str:
    """One printable line out of words from elsewhere, so that nobody's server can steer a terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in sentence).split())
    return line if len(line) <= SENTENCE_MAX_CHARS else line[: SENTENCE_MAX_CHARS - 1] + "…"


def usd(micros: int) -> str:
    """µUSDC as dollars, exactly: two decimals, more only where they are not zero."""
    sign = "-" if micros < 0 else ""
    whole, rest = divmod(abs(micros), 1_000_000)
    decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{sign}${whole:,}.{decimals}"
