"""Continuing an answer that someone else began. Pure."""

from collections.abc import Sequence

from workers.providers.base import Message

CONTINUE = (
    "Your last message was cut off in transmission. Continue it from exactly the character where it stops, "
    "even in the middle of a word, a sentence or a code block. Write only what comes next: repeat nothing, "
    "do not open a code block again that is already open, and do not mention the interruption."
)


def with_prefix(messages: Sequence[Message], prefix: str) -> list[Message]:
    """The conversation to send so that a chat model goes on from `prefix`; as it is where there is none.

    The last turn is the instruction, as a user's: a conversation that ends in the model's own turn is
    refused by some servers and answered with a fresh start by others.
    """
    if not prefix:
        return list(messages)
    return [*messages, Message(role="assistant", content=prefix), Message(role="user", content=CONTINUE)]


class PrefixFilter:
    """Drops the prefix from the start of a continuation, if the model repeated all of it.

    Some models begin again from the start, whatever they are told. The opening is held back for as long as
    it equals the beginning of the prefix: when all of the prefix has come it is dropped, when it turns out
    to be something else it is let through whole. At most `len(prefix)` characters are ever held.

    A true continuation that happens to begin with a full copy of the prefix ("ha" after "ha") can't be
    told from a repetition: that one copy is lost, and never more than it.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._held = ""
        self._open = bool(prefix)

    def feed(self, text: str) -> str:
        """Take the next piece of the model's text; returns what can be passed on now."""
        if not self._open:
            return text
        self._held += text
        if self._held.startswith(self._prefix):
            return self._release()[len(self._prefix) :]
        if self._prefix.startswith(self._held):
            return ""
        return self._release()

    def finish(self) -> str:
        """The model is done; returns what was still held back (a part of the prefix, not all of it)."""
        return self._release()

    def _release(self) -> str:
        held, self._held, self._open = self._held, "", False
        return held
