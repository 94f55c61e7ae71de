"""The chain at one moment, for those who decide by it: its node, the latest block, and the one that is settled."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ashao_site.chain.answers import Block
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.node import Node, node
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.usdc import Usdc

LOG_WINDOW_BLOCKS = 1_000
MAX_LOG_WINDOWS = 20
"""How much of the chain is searched at once; the next time goes on from there."""


@dataclass(frozen=True)
class ChainView:
    """What a round or a decision sees. `settled` is the latest block with enough confirmations."""

    node: Node
    latest: Block
    settled: Block
    usdc: Usdc = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "usdc", Usdc(self.node))

    def windows(self, first: int) -> Iterator[tuple[int, int]]:
        """The ranges of blocks that are searched now, from `first` on: to the end, or `MAX_LOG_WINDOWS` of them."""
        for _ in range(MAX_LOG_WINDOWS):
            if first > self.latest.number:
                return
            last = min(first + LOG_WINDOW_BLOCKS - 1, self.latest.number)
            yield first, last
            first = last + 1

    @property
    def config(self) -> ChainSettings:
        """The settings of the chain that is seen."""
        return self.node.config


def view_chain() -> ChainView:
    """The configured chain now. Raises `ChainUnavailable`, also where it is another chain, or has no USDC."""
    asked = node()
    config = asked.config
    asked.require_chain()
    if not asked.has_code(config.usdc):
        raise ChainUnavailable(f"The chain has no contract at {config.usdc} (USDC_ADDRESS).")
    latest = asked.latest()
    settled = asked.known_block(max(0, latest.number - config.confirmations))
    return ChainView(asked, latest, settled)
