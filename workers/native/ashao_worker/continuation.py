"""Going on with an answer that somebody else began: pure, no I/O. The cloud's providers do it by the same words."""

from .errors import Cause, UpstreamError

CONTINUE = (
    "Your last message was cut off in transmission. Continue it from exactly the character where it stops, "
    "even in the middle of a word, a sentence or a code block. Write only what comes next: repeat nothing, "
    "do not open a code block again that is already open, and do not mention the interruption."
)
"""Said in the person's turn to a server that takes a trailing message of the model's own for a finished one."""

RESTART_MIN_BYTES = 16
"""An opening that has so much in common with the beginning of the prefix, and no more, is no accident."""

PROBE_QUESTION = "Repeat exactly, and write nothing else: alpha bravo charlie delta echo foxtrot golf"
PROBE_PREFIX = "alpha bravo charlie delta"
PROBE_NEXT = "echo"


class PrefixFilter:
    """Drops the prefix from the opening of a continuation, where the model repeats it.

    Some models and servers begin again from the start, whatever they are told. The opening is held back for as long
    as it equals the beginning of the prefix: when all of the prefix has come it is dropped. What differs from it at
    once is let through whole. What repeats a good part of it and then goes another way is another answer, and
    raises `UpstreamError`: behind the prefix it would be garbled. At most the prefix's length (and white space
    before it) is ever held.

    A true continuation that happens to begin with a full copy of the prefix ("ha" after "ha") can't be told from
    a repetition: that one copy is lost, and never more than it.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._held = ""
        self._open = bool(prefix)
        self._long = len(prefix.encode("utf-8", "replace")) >= RESTART_MIN_BYTES

    def feed(self, text: str) -> str:
        """Take the next piece of the model's text; returns what can be passed on now."""
        if not self._open:
            return text
        self._held += text
        opening = self._opening()
        if opening.startswith(self._prefix):
            return self._release(opening[len(self._prefix) :])
        if self._prefix.startswith(opening):
            return ""
        self._check(opening)
        return self._release(self._held)

    def end(self) -> str:
        """The model is done; returns what was still held back (a part of the prefix, not all of it)."""
        self._check(self._opening())
        return self._release(self._held)

    def _opening(self) -> str:
        """What is compared. A server may put white space before an answer that it begins anew."""
        if self._long and not self._prefix[0].isspace():
            return self._held.lstrip()
        return self._held

    def _check(self, opening: str) -> None:
        same = 0
        while same < min(len(opening), len(self._prefix)) and opening[same] == self._prefix[same]:
            same += 1
        if len(opening[:same].encode("utf-8", "replace")) >= RESTART_MIN_BYTES:
            self._release("")
            raise UpstreamError("model began its answer anew", cause=Cause.UNSURE)

    def _release(self, text: str) -> str:
        self._held, self._open = "", False
        return text


def continues(opening: str) -> bool | None:
    """Whether a server that was given `PROBE_PREFIX` as the model's own last message goes on with it.

    None as long as its answer's opening may still become one that does.
    """
    word = opening.lstrip()
    if word.startswith(PROBE_NEXT):
        return True
    return None if PROBE_NEXT.startswith(word) else False
