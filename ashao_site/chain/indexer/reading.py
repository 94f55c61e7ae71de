"""One range of blocks, read from the node: what happened in it, and that it is the chain's. Writes nothing."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from ashao_site.chain.answers import Block, Log
from ashao_site.chain.client import ChainUnavailable, Nonsense, Refused
from ashao_site.chain.indexer.listeners import BlockRange
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.logs import Question
from ashao_site.chain.node import Node
from ashao_site.lib.clock import now

MAX_LOGS = 5_000
"""No answer to one question has more: the range is made smaller instead."""
MAX_BLOCKS_WITH_LOGS = 500
"""How many blocks a range is looked up for the time of; one that has more is read in parts."""
AHEAD_MAX = timedelta(days=1)
"""No block is from later than that: the times of blocks settle epochs, which cannot be taken back."""


class TooMuch(ChainUnavailable):
    """The range is too much for the node: it refused it, was not done in time, or its answer is too long."""


class Slow(TooMuch):
    """The node was not done in time: what is left of this run is not worth another try."""


class ChainChanged(ChainUnavailable):
    """The chain changed while it was read. The next try reads what it is then."""

    def __init__(self) -> None:
        super().__init__("The chain changed while it was read.")


class Reorganised(Exception):
    """The cursor's block, or the first one, is not in the chain. The message is a sentence for staff."""


def latest_block(node: Node) -> Block:
    """The latest block, from a clock that can be believed."""
    return _in_time(node.latest())


def check_place(node: Node, cursor: ChainCursor) -> None:
    """That the chain has its first block and the cursor's where they were. Raises Reorganised."""
    genesis = node.block(0)
    if genesis is None:
        raise Nonsense
    if genesis.hash != cursor.genesis_hash:
        raise Reorganised(
            "The chain at CHAIN_RPC_URL has another first block than the one that was read so far: it is "
            f"another chain with the same id ({cursor.chain_id})."
        )
    if node.known_block(cursor.block).hash != cursor.block_hash:
        raise Reorganised(
            f"Block {cursor.block:,} is no longer the one that was read: the chain was reorganised deeper than "
            f"{node.config.confirmations} confirmations. Nothing is credited until staff have looked."
        )


def read_range(
    node: Node, cursor: ChainCursor, last: int, *, questions: Sequence[Question], deadline: float
) -> BlockRange:
    """Everything that was asked for in the blocks after the cursor's up to and with `last`.

    The last block is asked for before the cursor's is checked, and again after all else: when it is the same
    one, all that was read in between is of one chain. Raises ChainUnavailable, TooMuch if a smaller range may
    be answered, and Reorganised.
    """
    end = node.block(last)
    if end is None:
        raise ChainChanged
    _in_time(end)
    check_place(node, cursor)
    try:
        logs = {question: _logs(node, question, cursor.block + 1, last) for question in questions}
        times = _times(node, [log for answers in logs.values() for log in answers], end, deadline)
    except (ChainChanged, Nonsense, TooMuch):
        raise
    except Refused as error:
        raise TooMuch(error.message) from None
    except ChainUnavailable as error:
        raise Slow(error.message) from None
    again = node.block(last)
    if again is None or again.hash != end.hash:
        raise ChainChanged
    return BlockRange(node.config, end, logs, times)


def _logs(node: Node, question: Question, first: int, last: int) -> list[Log]:
    logs = node.logs(question, first=first, last=last)
    if len(logs) > MAX_LOGS and last > first:
        raise TooMuch(f"The range has more than {MAX_LOGS:,} logs.")
    return sorted(logs, key=lambda log: log.order)


def _times(node: Node, logs: Iterable[Log], end: Block, deadline: float) -> dict[int, datetime]:
    """The times of the blocks that have logs. Raises ChainChanged if one of them is not the logs' block."""
    hashes: dict[int, str] = {}
    for log in logs:
        if hashes.setdefault(log.block_number, log.block_hash) != log.block_hash:
            raise ChainChanged
    if len(hashes) > MAX_BLOCKS_WITH_LOGS:
        raise TooMuch(f"More than {MAX_BLOCKS_WITH_LOGS:,} blocks of the range have logs.")
    times = {}
    for number, block_hash in sorted(hashes.items()):
        if time.monotonic() > deadline:
            raise Slow("The chain's node took too long for the range.")
        block = end if number == end.number else node.block(number)
        if block is None or block.hash != block_hash:
            raise ChainChanged
        times[number] = _in_time(block).at
    return times


def _in_time(block: Block) -> Block:
    if block.at > now() + AHEAD_MAX:
        raise Nonsense("The chain's clock is more than a day ahead of ours.")
    return block
