"""What fits into a model's context. Nothing is sent that the model server would refuse, or cut without a word. Pure."""

from itertools import pairwise

from .answers import Messages
from .completions import TOO_LONG
from .errors import Cause, UpstreamError
from .limits import ANSWER_ROOM_TOKENS

TOKENS_PER_MESSAGE = 8  # what templates put around one
_ASCII_PER_TOKEN = 3  # English has four; code and other languages in these letters have fewer
_BYTES_PER_TOKEN = 2  # of everything else: one token and a half for a Chinese character


def estimate_tokens(text: str) -> int:
    """How many tokens a text is, rather too many than too few, whatever the model."""
    whole_bytes = len(text.encode("utf-8", "replace"))
    ascii_chars = whole_bytes if text.isascii() else sum(char < "\x80" for char in text)
    return -(-ascii_chars // _ASCII_PER_TOKEN) + -(-(whole_bytes - ascii_chars) // _BYTES_PER_TOKEN)


def fit(messages: Messages, prefix: str, *, context: int, max_tokens: int) -> tuple[Messages, int]:
    """As much of the conversation as fits, and how long its answer may be.

    The oldest turns go first, whole; what the system says and the question itself never. Raises `UpstreamError`
    where these alone are too much: then the job is for somebody else.
    """
    sizes = [estimate_tokens(message["content"]) + TOKENS_PER_MESSAGE for message in messages]
    room = context - (estimate_tokens(prefix) + TOKENS_PER_MESSAGE if prefix else 0) - sum(sizes)
    least = min(max_tokens, ANSWER_ROOM_TOKENS, context // 4)
    dropped: set[int] = set()
    for start, end in _turns(messages):
        if room >= least:
            break
        dropped.update(range(start, end))
        room += sum(sizes[start:end])
    if room < least:
        raise UpstreamError(TOO_LONG, cause=Cause.CONVERSATION)
    return [message for at, message in enumerate(messages) if at not in dropped], min(max_tokens, room)


def _turns(messages: Messages) -> list[tuple[int, int]]:
    """What may go, oldest first: each from one thing that a person said up to the next, so that a person begins."""
    asked = [at for at, message in enumerate(messages) if message["role"] == "user"]
    first = next((at for at, message in enumerate(messages) if message["role"] != "system"), 0)
    starts = [first, *(at for at in asked if at > first)] if asked else []
    return list(pairwise(starts))
