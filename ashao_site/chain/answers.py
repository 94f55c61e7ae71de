"""A node's answers, each checked before anything is made of it: blocks, logs, receipts. Pure.

What does not fit raises `Nonsense`, whose sentence never holds what the node said: that may name the node's URL.
https://ethereum.github.io/execution-apis/
"""

import re
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from ashao_site.chain import notation
from ashao_site.chain.client import Nonsense
from ashao_site.chain.notation import WORD_BYTES, checksummed

MAX_NUMBER = 2**53
MAX_LOG_INDEX = 2**31 - 1
MAX_WEI = 2**256 - 1
_QUANTITY = re.compile(r"0x[0-9a-f]{1,64}")
_DATA = re.compile(r"0x(?:[0-9a-f]{2})*")

T = TypeVar("T")


def _quantity(answer: object) -> int:
    text = answer.lower() if isinstance(answer, str) else ""
    if _QUANTITY.fullmatch(text) is None:
        raise ValueError("no number")
    return int(text, 16)


def _word(answer: object) -> str:
    text = answer.lower() if isinstance(answer, str) else ""
    if notation.HASH.fullmatch(text) is None:
        raise ValueError("not 32 bytes")
    return text


def _data(answer: object) -> bytes:
    text = answer.lower() if isinstance(answer, str) else ""
    if _DATA.fullmatch(text) is None:
        raise ValueError("no bytes")
    return bytes.fromhex(text[2:])


def _address(answer: object) -> str:
    if not isinstance(answer, str) or notation.ADDRESS.fullmatch(answer) is None:
        raise ValueError("no address")
    return checksummed(answer)


Number = Annotated[int, BeforeValidator(_quantity), Field(le=MAX_NUMBER)]
Wei = Annotated[int, BeforeValidator(_quantity), Field(le=MAX_WEI)]
Word = Annotated[str, BeforeValidator(_word)]
"""32 bytes, in lower case."""
Data = Annotated[bytes, BeforeValidator(_data)]
Address = Annotated[str, BeforeValidator(_address)]
"""In its checksummed form (EIP-55)."""


class Answer(BaseModel):
    """An object of a node's answer; what else it has is not looked at."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True)


class Block(Answer):
    """What of a block is needed here."""

    number: Number
    hash: Word
    timestamp: Number
    base_fee_per_gas: Wei | None = None

    @property
    def at(self) -> datetime:
        """The block's own time. Raises Nonsense for one that no clock shows."""
        try:
            return datetime.fromtimestamp(self.timestamp, UTC)
        except (ValueError, OverflowError, OSError):
            raise Nonsense from None


class Log(Answer):
    """A log, wherever it comes from."""

    address: Address
    topics: tuple[Word, ...]
    data: Data
    block_number: Number
    block_hash: Word
    transaction_hash: Word
    log_index: Annotated[Number, Field(le=MAX_LOG_INDEX)]
    removed: bool = False

    @property
    def kind(self) -> str:
        """The hash of the event's signature; "" for a log without topics."""
        return self.topics[0] if self.topics else ""

    @property
    def order(self) -> tuple[int, int]:
        """Where in the chain it is."""
        return self.block_number, self.log_index

    @property
    def words(self) -> tuple[int, ...]:
        """The data as numbers of 32 bytes."""
        starts = range(0, len(self.data), WORD_BYTES)
        return tuple(int.from_bytes(self.data[at : at + WORD_BYTES]) for at in starts)

    def address_at(self, topic: int) -> str:
        """The address that a topic is."""
        return checksummed("0x" + self.topics[topic][-40:])


class Receipt(Answer):
    """What became of a transaction that is in a block."""

    transaction_hash: Word
    block_number: Number
    block_hash: Word
    status: Number
    logs: tuple[Log, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the chain executed it."""
        return self.status == 1

    def of_contract(self, address: str) -> "Receipt":
        """The same with the logs of one contract alone."""
        return self.model_copy(update={"logs": tuple(log for log in self.logs if log.address == address)})


BLOCK, RECEIPT, LOGS = TypeAdapter(Block), TypeAdapter(Receipt), TypeAdapter(list[Log])
NUMBER, WEI = TypeAdapter(Number), TypeAdapter(Wei)
DATA, HASH = TypeAdapter(Data), TypeAdapter(Word)


def understood(shape: TypeAdapter[T], answer: object) -> T:
    """The answer in this shape. Raises Nonsense."""
    try:
        return shape.validate_python(answer)
    except (ValidationError, RecursionError):
        raise Nonsense from None
