"""A provider without a model: a fresh machine with no key still answers, and tests know what it will say."""

import re
import time
import zlib
from collections.abc import Callable, Sequence

from workers.providers.base import Completion, Message, OnToken, ignore
from workers.providers.config import ProviderSettings
from workers.providers.simulated_text import compose

BRIDGE = "*(From here on the answer is simulated: whoever began it has left, and this is prepared text.)*\n\n"
_TOKEN = re.compile(r"\s?\w{1,8}|\s?[^\w\s]|\s+")
_FENCE = re.compile(r"^ {0,3}```", re.MULTILINE)


def build(settings: ProviderSettings) -> "SimulatedProvider":
    """The provider; it needs no configuration."""
    return SimulatedProvider(settings)


class SimulatedProvider:
    """Streams prepared text at a believable pace. Deterministic: the same messages give the same stream."""

    id = "simulated"
    model = "simulated"
    simulated = True

    def __init__(
        self, settings: ProviderSettings | None = None, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        """`sleep` waits for a number of seconds; a `threading.Event().wait` can be interrupted."""
        self._settings = settings or ProviderSettings()
        self._sleep = sleep

    def available(self) -> bool:
        return True

    def stream(
        self, messages: Sequence[Message], prefix: str, on_token: OnToken, on_thought: OnToken = ignore
    ) -> Completion:
        tokens = split_tokens(remaining(compose(messages), prefix))
        limit = self._settings.max_output_tokens
        for number, token in enumerate(tokens[:limit]):
            self._wait(number, token)
            on_token(token)
        return Completion(tokens=min(len(tokens), limit), finish="stop" if len(tokens) <= limit else "length")

    def _wait(self, number: int, token: str) -> None:
        per_second = self._settings.simulated_tokens_per_second
        if per_second:
            # Between half and one and a half of the mean, and not by chance: two runs look the same.
            jitter = 0.5 + (zlib.crc32(f"{number}{token}".encode()) % 1000) / 1000
            self._sleep(jitter / per_second)


def split_tokens(text: str) -> list[str]:
    """The text in pieces of about a word, as a model's tokens are. Joined they are the text."""
    return _TOKEN.findall(text)


def remaining(answer: str, prefix: str) -> str:
    """What is left to say of `answer` after `prefix`.

    Where the prefix is the beginning of the answer, exactly the rest. Where another model wrote it, a
    sentence that owns up to the change, then the answer; if that was cut off as well, the rest of it.
    """
    if answer.startswith(prefix):
        return answer[len(prefix) :]
    _foreign, bridge, own = prefix.rpartition(BRIDGE)
    if bridge and answer.startswith(own):
        return answer[len(own) :]
    return _ending(prefix) + BRIDGE + answer


def _ending(text: str) -> str:
    """Closes another model's text, so that a new paragraph does not end up in its open code block."""
    if len(_FENCE.findall(text)) % 2:
        return ("" if text.endswith("\n") else "\n") + "```\n\n"
    return " …\n\n" if text and not text[-1].isspace() and text[-1] not in ".!?:" else "\n\n"
