"""How much of a conversation a model can read. Nothing is cut without a word, and never the question itself. Pure."""

from itertools import pairwise

from workers.jobs.values import Fitted, Messages, Needs

ANSWER_ROOM_TOKENS = 512
"""What is kept free of a context for the answer, and no more than half of it."""
MESSAGE_TOKENS = 8
"""What chat templates put around a message."""
_LETTERS_PER_TOKEN = 3
"""Of ASCII letters and spaces: English has four or five, other languages in these letters have fewer."""
_LETTERS = bytes([0x20, *range(0x41, 0x5B), *range(0x61, 0x7B)])
_ASCII = bytes(range(0x80))
_BYTES_PER_TOKEN = 2
"""Of everything beyond ASCII: one token and a half for a Chinese character, two for an emoji."""


def estimate_tokens(text: str) -> int:
    """How many tokens a text is, rather too many than too few, whatever the model.

    Digits and signs count one each, as some models split them.
    """
    raw = text.encode("utf-8", "replace")
    beyond = len(raw.translate(None, _ASCII))
    letters = len(raw) - len(raw.translate(None, _LETTERS))
    signs = len(raw) - beyond - letters
    return -(-letters // _LETTERS_PER_TOKEN) + signs + -(-beyond // _BYTES_PER_TOKEN)


def reading_room(context_tokens: int) -> int:
    """How much of a context is for reading: half of it at least."""
    return context_tokens - min(ANSWER_ROOM_TOKENS, context_tokens // 2)


def needs_of(messages: Messages) -> Needs:
    sizes = _sizes(messages)
    gone = sum(sum(sizes[start:end]) for start, end in _turns(messages))
    return Needs(whole=sum(sizes), least=sum(sizes) - gone)


def fit(messages: Messages, *, reads_tokens: int) -> Fitted:
    """As much of the messages as fits (0: all), the oldest turns left out first, whole; never the question."""
    if not reads_tokens:
        return Fitted(messages, chars_of(messages), chars_of(messages))
    sizes = _sizes(messages)
    room = reads_tokens - sum(sizes)
    dropped: set[int] = set()
    for start, end in _turns(messages):
        if room >= 0:
            break
        dropped.update(range(start, end))
        room += sum(sizes[start:end])
    kept = [message for at, message in enumerate(messages) if at not in dropped]
    return Fitted(kept, chars_of(kept), chars_of(messages))


def _sizes(messages: Messages) -> list[int]:
    return [estimate_tokens(message["content"]) + MESSAGE_TOKENS for message in messages]


def chars_of(messages: Messages) -> int:
    """How many characters these messages are."""
    return sum(len(message["content"]) for message in messages)


def _turns(messages: Messages) -> list[tuple[int, int]]:
    """What may go, oldest first: each from one thing that a person said up to the next, so that a person begins."""
    asked = [at for at, message in enumerate(messages) if message["role"] == "user"]
    first = next((at for at, message in enumerate(messages) if message["role"] != "system"), 0)
    starts = [first, *(at for at in asked if at > first)] if asked else []
    return list(pairwise(starts))
