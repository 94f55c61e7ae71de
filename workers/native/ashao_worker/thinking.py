"""A model's thoughts kept apart from its answer, where a server leaves both in one text: pure, no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .limits import THOUGHT_HEAD_MAX_CHARS

Kind = Literal["text", "reasoning"]

# What a thought begins and ends with, by the templates that are about. Only the opening of an answer is looked at:
# further on such a word is a word, of a person who asked about it.
_TAGS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<seed:think>": "</seed:think>",
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
}
CLOSER = _TAGS["<think>"]
"""What comes alone where a template has put the opening into the prompt."""
# OpenAI's harmony format: <|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…
_CHANNEL, _START, _MESSAGE = "<|channel|>", "<|start|>", "<|message|>"
_BODY_ENDS = ("<|end|>", "<|return|>", "<|call|>", _START, _CHANNEL)
_ANSWER_CHANNEL = "final"


@dataclass(frozen=True)
class Piece:
    """A piece of what a model says: of its answer, or of what it thinks before it."""

    kind: Kind
    text: str


class ThinkFilter:
    """Takes an answer's content as it comes and says which of it was only thought.

    A tag may be split over any number of pieces: what may still become one is held back, and never more than
    that. A thought that is never closed is a thought to its end. `begun`: it starts within a thought.
    """

    def __init__(self, *, begun: bool = False) -> None:
        self._held = ""
        self._step = self._opening
        self._closer = ""
        self._kind: Kind = "text"
        self._begun = begun
        self._thought = False

    def feed(self, text: str) -> Iterator[Piece]:
        """What can be told now."""
        self._held += text
        again = True
        while again:
            piece, again = self._step(end=False)
            if piece is not None:
                yield piece

    def end(self) -> Iterator[Piece]:
        """What was still held back."""
        again = True
        while again:
            piece, again = self._step(end=True)
            if piece is not None:
                yield piece

    def _opening(self, *, end: bool) -> tuple[Piece | None, bool]:
        """Before the first word: white space, and whatever may become a tag."""
        begun = self._held.lstrip()
        if not end and (not begun or any(tag != begun and tag.startswith(begun) for tag in _OPENERS)):
            return None, False
        for tag, closer in _TAGS.items():
            if begun.startswith(tag):
                self._held, self._closer, self._thought = begun[len(tag) :], closer, True
                self._begun = False  # it opens the thought once more
                self._step = self._thinking
                return None, True
        if begun.startswith((_CHANNEL, _START)):
            self._held, self._step = begun, self._head
            return None, True
        if self._begun:
            self._begun, self._closer, self._thought = False, CLOSER, True
            self._step = self._thinking
            return None, True
        if self._thought:  # the empty lines between a thought and its answer belong to neither
            self._held = self._held.lstrip("\r\n")
        self._step = self._saying
        return None, True

    def _thinking(self, *, end: bool) -> tuple[Piece | None, bool]:
        thought, closed, rest = self._held.partition(self._closer)
        if closed:
            self._held, self._step = rest, self._opening
            return _piece("reasoning", thought), True
        return self._release("reasoning", (self._closer,), end=end)

    def _saying(self, *, end: bool) -> tuple[Piece | None, bool]:
        text, self._held = self._held, ""
        return _piece("text", text), False

    def _head(self, *, end: bool) -> tuple[Piece | None, bool]:
        """Harmony: what stands before a message, and names its channel."""
        head, whole, rest = self._held.partition(_MESSAGE)
        if not whole:
            if len(self._held) > THOUGHT_HEAD_MAX_CHARS:
                self._step = self._saying  # no such format after all
                return None, True
            self._held = "" if end else self._held
            return None, False
        _, channel, name = head.rpartition(_CHANNEL)
        is_answer = not channel or name.strip().startswith(_ANSWER_CHANNEL)
        self._held, self._kind = rest, "text" if is_answer else "reasoning"
        self._step = self._body
        return None, True

    def _body(self, *, end: bool) -> tuple[Piece | None, bool]:
        ends = [(at, mark) for mark in _BODY_ENDS if (at := self._held.find(mark)) >= 0]
        if not ends:
            return self._release(self._kind, _BODY_ENDS, end=end)
        at, mark = min(ends)
        text, rest = self._held[:at], self._held[at:]
        self._held = rest if mark in (_START, _CHANNEL) else rest[len(mark) :]
        self._step = self._head
        return _piece(self._kind, text), bool(self._held)

    def _release(self, kind: Kind, marks: tuple[str, ...], *, end: bool) -> tuple[Piece | None, bool]:
        """Let out what cannot be the beginning of one of `marks` any more."""
        keep = 0 if end else max(_overlap(self._held, mark) for mark in marks)
        text, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return _piece(kind, text), False


_OPENERS = (*_TAGS, _CHANNEL, _START)


def _piece(kind: Kind, text: str) -> Piece | None:
    return Piece(kind, text) if text else None


def _overlap(text: str, mark: str) -> int:
    """How much of the end of `text` may be the beginning of `mark`."""
    longest = min(len(text), len(mark) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(mark[:size])), 0)
