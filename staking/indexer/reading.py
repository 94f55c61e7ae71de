"""One range of blocks, read from the node: what happened in it, and that it is the chain's. Writes nothing."""

import time
from dataclasses import dataclass
from datetime import datetime

from ashao_site.lib.chain import ChainUnavailable
from staking.indexer import events
from staking.indexer.events import BurnEvent, Log, Place, Question, StakeEvent, UsdcTransfer
from staking.indexer.models import ChainCursor, Direction
from staking.indexer.node import MAX_LOGS, Header, Node, Nonsense, Refused

MAX_BLOCKS_WITH_LOGS = 500
"""How many blocks a range is looked up for the time of; one that has more is read in parts."""


class TooMuch(ChainUnavailable):
    """The range is too much for the node: it refused it, was not done in time, or its answer is too long."""


class Slow(TooMuch):
    """The node was not done in time: what is left of this run is not worth another try."""


class Moved(ChainUnavailable):
    """The chain changed while it was read. The next try reads what it is then."""

    def __init__(self) -> None:
        super().__init__("The chain changed while it was read.")


class Reorganised(Exception):
    """The cursor's block, or the first one, is not in the chain. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Range:
    """What happened up to and with the block `end`, from the cursor's on; in order."""

    end: Header
    times: dict[int, datetime]
    transfers: list[UsdcTransfer]
    stakes: list[StakeEvent]
    burns: list[BurnEvent]


def check_place(node: Node, cursor: ChainCursor) -> None:
    """That the chain has its first block and the cursor's where they were. Raises Reorganised."""
    genesis = node.header(0)
    if genesis is None:
        raise Nonsense
    if genesis.hash != cursor.genesis_hash:
        raise Reorganised(
            "The chain at CHAIN_RPC_URL has another first block than the one that was read so far: it is "
            f"another chain with the same id ({cursor.chain_id})."
        )
    if node_header(node, cursor.block).hash != cursor.block_hash:
        raise Reorganised(
            f"Block {cursor.block:,} is no longer the one that was read: the chain was reorganised deeper than "
            f"{node.config.confirmations} confirmations. Nothing is credited until staff have looked."
        )


def node_header(node: Node, number: int) -> Header:
    """The block with this number. Raises ChainUnavailable where the node does not have it (yet)."""
    found = node.header(number)
    if found is None:
        raise ChainUnavailable(f"The chain's node does not have block {number:,}, which was read before.")
    return found


def read_range(node: Node, cursor: ChainCursor, last: int, *, deadline: float) -> Range:
    """Everything in the blocks after the cursor's up to and with `last`.

    The last block is asked for before the cursor's is checked, and again after all else: when it is the same
    one, all that was read in between is of one chain. Raises ChainUnavailable, TooMuch if a smaller range may
    be answered, and Reorganised.
    """
    end = node.header(last)
    if end is None:
        raise Moved
    check_place(node, cursor)
    found = _Logs(node, cursor.block + 1, last)
    try:
        range_ = found.read(end, deadline)
    except (Moved, Nonsense, TooMuch):
        raise
    except Refused as error:
        raise TooMuch(error.message) from None
    except ChainUnavailable as error:
        raise Slow(error.message) from None
    again = node.header(last)
    if again is None or again.hash != end.hash:
        raise Moved
    return range_


class _Logs:
    def __init__(self, node: Node, first: int, last: int) -> None:
        self._node, self._first, self._last = node, first, last

    def read(self, end: Header, deadline: float) -> Range:
        config = self._node.config
        came = events.usdc_transfers(self._ask(events.transfers_in(config), 1), Direction.IN)
        left = events.usdc_transfers(self._ask(events.transfers_out(config), 1), Direction.OUT)
        stakes = events.stake_events(self._ask(events.stakes(config), 2))
        burns = events.burn_events(self._ask(events.burns(config), 1))
        transfers = sorted([*came, *left], key=lambda event: event.place)
        places = [event.place for event in transfers]
        places += [event.place for event in stakes]
        places += [event.place for event in burns]
        return Range(
            end,
            self._times(places, end, deadline),
            transfers,
            sorted(stakes, key=lambda event: event.place),
            sorted(burns, key=lambda event: event.place),
        )

    def _ask(self, question: Question, words: int) -> list[Log]:
        raw = self._node.logs(
            address=question.address, topics=question.as_filter(), first=self._first, last=self._last
        )
        if len(raw) > MAX_LOGS and self._last > self._first:
            raise TooMuch(f"The range has more than {MAX_LOGS:,} logs.")
        return events.read_logs(raw, question, first=self._first, last=self._last, words=words)

    def _times(self, places: list[Place], end: Header, deadline: float) -> dict[int, datetime]:
        """The times of the blocks that have logs. Raises Moved if one of them is not the logs' block."""
        hashes = {place.block: place.block_hash for place in places}
        if len(hashes) > MAX_BLOCKS_WITH_LOGS:
            raise TooMuch(f"More than {MAX_BLOCKS_WITH_LOGS:,} blocks of the range have logs.")
        if any(hashes[place.block] != place.block_hash for place in places):
            raise Moved
        times = {}
        for number, block_hash in sorted(hashes.items()):
            if time.monotonic() > deadline:
                raise Slow("The chain's node took too long for the range.")
            header = end if number == end.number else self._node.header(number)
            if header is None or header.hash != block_hash:
                raise Moved
            times[number] = header.at
        return times
