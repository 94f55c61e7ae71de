"""What a chain's node is asked, one call at a time, and its answers checked before anything is made of them.

Raises ChainUnavailable and its kinds below, whose sentences never hold what the node said in words: it may
name the node's URL, which can hold a provider's key.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from web3.types import RPCEndpoint

from ashao_site.lib.chain import Chain, ChainUnavailable
from ashao_site.lib.clock import now

MAX_LOGS = 5_000
"""No answer to one question has more: the range is made smaller instead."""
MAX_NUMBER = 2**53
AHEAD_MAX = timedelta(days=1)
"""No block is from later than that: the times of blocks settle epochs, which cannot be taken back."""
HASH = re.compile(r"0x[0-9a-f]{64}")
QUANTITY = re.compile(r"0x[0-9a-f]{1,64}")


class Refused(ChainUnavailable):
    """The node understood the call and does not want to answer it, or not for so many blocks."""


class Nonsense(ChainUnavailable):
    """The node's answer is none to what was asked."""

    def __init__(self, message: str = "The chain's node answers with something that is no chain's.") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Header:
    """What of a block is needed here."""

    number: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction that is in a block."""

    block: int
    succeeded: bool


class Node:
    """A chain's node."""

    def __init__(self, chain: Chain) -> None:
        self.config = chain.config
        self._provider = chain.web3.provider

    def chain_id(self) -> int:
        """The id that the chain says it has."""
        return quantity(self._ask("eth_chainId"))

    def block_number(self) -> int:
        """The number of the latest block."""
        return quantity(self._ask("eth_blockNumber"))

    def header(self, number: int) -> Header | None:
        """The block with this number; None where the node has none."""
        answer = self._ask("eth_getBlockByNumber", hex(number), False)
        if answer is None:
            return None
        found = _header(answer)
        if found.number != number:
            raise Nonsense
        return found

    def latest(self) -> Header:
        """The latest block."""
        return _header(self._ask("eth_getBlockByNumber", "latest", False))

    def logs(
        self, *, address: str, topics: Sequence[str | Sequence[str] | None], first: int, last: int
    ) -> list[Mapping[str, object]]:
        """The logs of these blocks as the node tells them: nothing of them is checked yet."""
        question = {
            "address": address,
            "topics": list(topics),
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        answer = self._ask("eth_getLogs", question)
        if not isinstance(answer, list) or not all(isinstance(log, Mapping) for log in answer):
            raise Nonsense
        return answer

    def receipt(self, tx_hash: str) -> Receipt | None:
        """What became of a transaction; None while it is in no block."""
        answer = self._ask("eth_getTransactionReceipt", tx_hash)
        if answer is None:
            return None
        found = mapping(answer)
        if hash_of(found.get("transactionHash")) != tx_hash:
            raise Nonsense
        return Receipt(quantity(found.get("blockNumber")), quantity(found.get("status")) == 1)

    def knows(self, tx_hash: str) -> bool:
        """Whether it has the transaction, in a block or waiting for one."""
        return self._ask("eth_getTransactionByHash", tx_hash) is not None

    def _ask(self, method: str, *params: object) -> object:
        # Below web3's own middleware: its formatters look for names of ENS in what is asked, and make of
        # answers what they can. Here they are taken as they are.
        answer: Mapping[str, object] = {**self._provider.make_request(RPCEndpoint(method), list(params))}
        if "error" in answer:
            details = answer["error"]
            number = details.get("code") if isinstance(details, dict) else None
            code = f" (error {number})" if isinstance(number, int) else ""
            raise Refused(f"The chain's node refuses to answer{code}.")
        if answer.get("jsonrpc") != "2.0" or "result" not in answer:
            raise Nonsense
        return answer["result"]


def _header(answer: object) -> Header:
    found = mapping(answer)
    try:
        at = datetime.fromtimestamp(quantity(found.get("timestamp")), UTC)
    except (ValueError, OverflowError, OSError):
        raise Nonsense from None
    if at > now() + AHEAD_MAX:
        raise Nonsense("The chain's clock is more than a day ahead of ours.")
    return Header(quantity(found.get("number")), hash_of(found.get("hash")), at)


def mapping(answer: object) -> Mapping[str, object]:
    """The answer as an object of JSON. Raises Nonsense."""
    if not isinstance(answer, Mapping):
        raise Nonsense
    return answer


def quantity(answer: object, most: int = MAX_NUMBER) -> int:
    """A number as JSON-RPC writes it. Raises Nonsense for anything else, and for more than `most`."""
    if not isinstance(answer, str) or QUANTITY.fullmatch(answer.lower()) is None:
        raise Nonsense
    number = int(answer, 16)
    if number > most:
        raise Nonsense
    return number


def hash_of(answer: object) -> str:
    """32 bytes, in lower case. Raises Nonsense."""
    text = answer.lower() if isinstance(answer, str) else ""
    if HASH.fullmatch(text) is None:
        raise Nonsense
    return text
