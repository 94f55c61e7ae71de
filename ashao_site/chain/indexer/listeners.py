"""Who is told what the chain says. Apps register here; the indexer asks for what they want and knows none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ashao_site.chain.answers import Block, Log
from ashao_site.chain.logs import Question
from ashao_site.chain.settings import ChainSettings


class CannotApply(Exception):
    """A listener cannot take what was read: an alarm, until staff have looked. The message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class BlockRange:
    """What happened up to and with the block `end`, from the cursor's on."""

    config: ChainSettings
    end: Block
    logs: Mapping[Question, Sequence[Log]]
    """The answers to each question, in the order in which they are on the chain."""
    times: Mapping[int, datetime]
    """Of the blocks that have one of these logs."""

    @property
    def chain_id(self) -> int:
        """Of the chain that was read."""
        return self.config.chain_id


class Listener(Protocol):
    """An app that wants to know what happens on the chain."""

    def questions(self, config: ChainSettings) -> Sequence[Question]:
        """Which logs it wants to see."""

    def apply(self, read: BlockRange) -> None:
        """Write down what these blocks mean, in the cursor's transaction.

        Called once for each block, unless a reorganisation brings the reading back. Raises `Nonsense` for what no
        contract of ours writes, and `CannotApply`; then nothing of the range is written, by nobody.
        """

    def step_back(self, *, chain_id: int, from_block: int, to_block: int) -> None:
        """Take back what was applied of blocks after `to_block`, which are read again; in the cursor's transaction."""


_listeners: dict[str, Listener] = {}


def register(name: str, listener: Listener) -> None:
    """Tell this listener from now on. Called once for each name, when the apps get ready."""
    _listeners[name] = listener


def listeners() -> Sequence[Listener]:
    """All of them, in the order in which they registered."""
    return tuple(_listeners.values())
