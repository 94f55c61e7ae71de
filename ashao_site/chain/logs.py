"""What contracts write down, as a node tells it: logs, and the questions that they answer. Pure.

A log that does not fit its question means a node that answers garbage, and nothing of its answer is used.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ashao_site.chain.answers import Log
from ashao_site.chain.client import Nonsense
from ashao_site.chain.notation import WORD_BYTES

ADDRESS_BITS = 160


@dataclass(frozen=True, slots=True)
class Question:
    """Which logs are asked for: of which contract, what each topic may be (None: an address), and the words of data."""

    address: str
    topics: tuple[tuple[str, ...] | None, ...]
    words: int = 1

    def as_filter(self, first: int, last: int) -> dict[str, object]:
        """What `eth_getLogs` takes for these blocks."""
        topics = [None if allowed is None else list(allowed) for allowed in self.topics]
        return {"address": self.address, "topics": topics, "fromBlock": hex(first), "toBlock": hex(last)}

    def is_about(self, log: Log) -> bool:
        """Whether a log is one that is asked for: a transaction has others too."""
        if log.address != self.address or len(log.topics) != len(self.topics):
            return False
        wanted = zip(log.topics, self.topics, strict=True)
        return all(allowed is None or topic in allowed for topic, allowed in wanted)

    def answered_by(self, logs: Iterable[Log], *, first: int, last: int) -> list[Log]:
        """The logs, which must all answer this question for these blocks. Raises Nonsense.

        Those that the node calls removed are ignored: their block is no longer part of the chain.
        """
        there = [log for log in logs if not log.removed]
        if not all(self._fits(log) and first <= log.block_number <= last for log in there):
            raise Nonsense
        if len({(log.block_number, log.log_index) for log in there}) != len(there):
            raise Nonsense
        return there

    def _fits(self, log: Log) -> bool:
        if not self.is_about(log) or len(log.data) != WORD_BYTES * self.words:
            return False
        wanted = zip(log.topics, self.topics, strict=True)
        return all(allowed is not None or int(topic, 16) < 1 << ADDRESS_BITS for topic, allowed in wanted)
