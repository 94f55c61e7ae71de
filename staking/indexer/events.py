"""What logs say, checked against what was asked for: events, or Nonsense.

Pure: a log that does not fit means a node that answers garbage, and nothing of its answer is used.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eth_utils.crypto import keccak

from ashao_site.chain_settings import NOBODY, ChainSettings, checksummed
from ashao_site.lib.wei import SUPPLY_WEI
from staking.indexer.models import Direction
from staking.indexer.node import Nonsense, hash_of, quantity
from staking.rewards.models import StakeKind

MAX_LOG_INDEX = 2**31 - 1
WORD_BYTES = 32
DATA = re.compile(r"0x(?:[0-9a-f]{2})*")


def _topic(signature: str) -> str:
    return "0x" + keccak(text=signature).hex()


TRANSFER: Final = _topic("Transfer(address,address,uint256)")
STAKED: Final = _topic("Staked(address,uint256,uint256)")
UNSTAKED: Final = _topic("Unstaked(address,uint256,uint256)")
KINDS: Final = {STAKED: StakeKind.STAKED, UNSTAKED: StakeKind.UNSTAKED}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the chain an event is. In order: by block, then by log."""

    block: int
    log_index: int
    tx_hash: str
    block_hash: str


@dataclass(frozen=True, slots=True)
class UsdcTransfer:
    """USDC that came to the treasury, or left it."""

    place: Place
    direction: Direction
    counterparty: str
    amount_micros: int


@dataclass(frozen=True, slots=True)
class StakeEvent:
    """A wallet's stake became more, or less."""

    place: Place
    wallet: str
    kind: StakeKind
    amount_wei: int
    stake_after_wei: int


@dataclass(frozen=True, slots=True)
class BurnEvent:
    """$ASHAO that is no more."""

    place: Place
    wallet: str
    amount_wei: int


@dataclass(frozen=True, slots=True)
class Question:
    """One call of eth_getLogs: a contract's address, and for each topic what it may be (None: anything)."""

    address: str
    topics: tuple[tuple[str, ...] | None, ...]

    def as_filter(self) -> list[list[str] | None]:
        """The topics as JSON-RPC takes them."""
        return [None if allowed is None else list(allowed) for allowed in self.topics]


@dataclass(frozen=True, slots=True)
class Log:
    """A log that fits its question."""

    place: Place
    topics: tuple[str, ...]
    words: tuple[int, ...]


def transfers_in(config: ChainSettings) -> Question:
    """USDC to the treasury."""
    return Question(config.usdc, ((TRANSFER,), None, (_padded(config.treasury),)))


def transfers_out(config: ChainSettings) -> Question:
    """USDC from the treasury."""
    return Question(config.usdc, ((TRANSFER,), (_padded(config.treasury),), None))


def stakes(config: ChainSettings) -> Question:
    """Both events of the vault."""
    return Question(config.vault, ((STAKED, UNSTAKED), None))


def burns(config: ChainSettings) -> Question:
    """$ASHAO to the zero address."""
    return Question(config.token, ((TRANSFER,), None, (_padded(NOBODY),)))


def read_logs(
    raw: Iterable[Mapping[str, object]], question: Question, *, first: int, last: int, words: int
) -> list[Log]:
    """The logs that answer this question for these blocks, `words` words of data in each. Raises Nonsense.

    Logs that the node calls removed are ignored: their block is no longer part of the chain.
    """
    found = [_log(log, question, first, last, words) for log in raw if not log.get("removed")]
    if len({(log.place.block, log.place.log_index) for log in found}) != len(found):
        raise Nonsense
    return found


def usdc_transfers(logs: Sequence[Log], direction: Direction) -> list[UsdcTransfer]:
    """As transfers, without those of nothing and those of the treasury to itself."""
    other = 1 if direction == Direction.IN else 2
    return [
        UsdcTransfer(log.place, direction, _address(log.topics[other]), log.words[0])
        for log in logs
        if log.words[0] and log.topics[1] != log.topics[2]
    ]


def stake_events(logs: Sequence[Log]) -> list[StakeEvent]:
    """As changes of stakes."""
    if any(max(log.words) > SUPPLY_WEI for log in logs):
        raise Nonsense
    return [
        StakeEvent(log.place, _address(log.topics[1]), KINDS[log.topics[0]], *log.words[:2]) for log in logs
    ]


def burn_events(logs: Sequence[Log]) -> list[BurnEvent]:
    """As burns, without those of nothing."""
    if any(log.words[0] > SUPPLY_WEI for log in logs):
        raise Nonsense
    return [BurnEvent(log.place, _address(log.topics[1]), log.words[0]) for log in logs if log.words[0]]


def _log(raw: Mapping[str, object], question: Question, first: int, last: int, words: int) -> Log:
    place = Place(
        block=quantity(raw.get("blockNumber")),
        log_index=quantity(raw.get("logIndex"), MAX_LOG_INDEX),
        tx_hash=hash_of(raw.get("transactionHash")),
        block_hash=hash_of(raw.get("blockHash")),
    )
    address, topics = raw.get("address"), raw.get("topics")
    if not isinstance(address, str) or address.lower() != question.address.lower():
        raise Nonsense
    if not isinstance(topics, Sequence) or len(topics) != len(question.topics):
        raise Nonsense
    if not first <= place.block <= last:
        raise Nonsense
    found = tuple(_fitting(topic, allowed) for topic, allowed in zip(topics, question.topics, strict=True))
    return Log(place, found, _words(raw.get("data"), words))


def _fitting(topic: object, allowed: tuple[str, ...] | None) -> str:
    """The topic: one of those allowed, else an address."""
    found = hash_of(topic)
    if (found not in allowed) if allowed is not None else int(found, 16) >= 1 << 160:
        raise Nonsense
    return found


def _words(data: object, count: int) -> tuple[int, ...]:
    text = data.lower() if isinstance(data, str) else ""
    if DATA.fullmatch(text) is None or len(text) != 2 + 2 * WORD_BYTES * count:
        raise Nonsense
    content = bytes.fromhex(text[2:])
    return tuple(int.from_bytes(content[at : at + WORD_BYTES]) for at in range(0, len(content), WORD_BYTES))


def _padded(address: str) -> str:
    return "0x" + address[2:].lower().rjust(64, "0")


def _address(topic: str) -> str:
    return checksummed("0x" + topic[-40:])
