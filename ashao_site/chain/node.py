"""What a chain's node is asked, one call at a time: the only place that does. Its answers are checked (`answers`).

Raises `ChainUnavailable` and its kinds; `Reverted` for a call that the chain would undo. Not to be called in a
database transaction.
"""

import functools
from collections.abc import Callable
from typing import Literal, TypeVar

from django.conf import settings

from ashao_site.chain.abi import Function
from ashao_site.chain.answers import (
    BLOCK,
    DATA,
    HASH,
    LOGS,
    NUMBER,
    RECEIPT,
    WEI,
    Block,
    Log,
    Receipt,
    understood,
)
from ashao_site.chain.client import ChainUnavailable, Client, Nonsense, Refused
from ashao_site.chain.logs import Question
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.db import forbid_open_transaction

At = Literal["latest", "pending"] | int
"""A block: by number, the latest one, or the one that is being made."""
T = TypeVar("T")


class Reverted(Exception):
    """The chain would undo this call now."""


class Node:
    """The node of one chain, by its settings. Threads may share it."""

    def __init__(self, config: ChainSettings) -> None:
        self.config = config
        self._client = Client(config.rpc_url, timeout_s=config.timeout_s, guard=_no_transaction)
        self.ask = self._client.ask

    def chain_id(self) -> int:
        """The id that the chain says it has."""
        return understood(NUMBER, self.ask("eth_chainId"))

    def require_chain(self) -> None:
        """Raise Nonsense where it is the node of another chain than the settings name."""
        if (told := self.chain_id()) != self.config.chain_id:
            raise Nonsense(
                f"The chain at CHAIN_RPC_URL has id {told}, not {self.config.chain_id} (CHAIN_ID)."
            )

    def block_number(self) -> int:
        """The number of the latest block."""
        return understood(NUMBER, self.ask("eth_blockNumber"))

    def block(self, number: int) -> Block | None:
        """The block with this number; None where the node has none."""
        answer = self.ask("eth_getBlockByNumber", hex(number), False)
        if answer is None:
            return None
        block = understood(BLOCK, answer)
        if block.number != number:
            raise Nonsense
        return block

    def known_block(self, number: int) -> Block:
        """The block with this number. Raises ChainUnavailable where the node does not have it (yet)."""
        block = self.block(number)
        if block is None:
            raise ChainUnavailable(f"The chain's node does not have block {number:,}.")
        return block

    def latest(self) -> Block:
        return understood(BLOCK, self.ask("eth_getBlockByNumber", "latest", False))

    def logs(self, question: Question, *, first: int, last: int) -> list[Log]:
        """The logs of these blocks that answer the question, all of them fitting it."""
        told = understood(LOGS, self.ask("eth_getLogs", question.as_filter(first, last)))
        return question.answered_by(told, first=first, last=last)

    def receipt(self, tx_hash: str) -> Receipt | None:
        """What became of a transaction; None while it is in no block."""
        answer = self.ask("eth_getTransactionReceipt", tx_hash)
        if answer is None:
            return None
        receipt = understood(RECEIPT, answer)
        if receipt.transaction_hash != tx_hash:
            raise Nonsense
        return receipt

    def knows(self, tx_hash: str) -> bool:
        """Whether it has the transaction, in a block or waiting for one."""
        return self.ask("eth_getTransactionByHash", tx_hash) is not None

    def has_code(self, address: str) -> bool:
        """Whether there is a contract."""
        return len(understood(DATA, self.ask("eth_getCode", address, "latest"))) > 0

    def ether(self, address: str) -> int:
        """What an account has, in wei."""
        return understood(WEI, self.ask("eth_getBalance", address, "latest"))

    def used_nonces(self, address: str, at: At = "latest") -> int:
        """How many transactions of the account are in blocks; at "pending", those that wait for one too."""
        return understood(NUMBER, self.ask("eth_getTransactionCount", address, _block(at)))

    def gas_price(self) -> int:
        """What the node suggests to offer for a unit of gas, in wei."""
        return understood(WEI, self.ask("eth_gasPrice"))

    def tip(self, base_fee_wei: int) -> int:
        """What the node suggests to offer of it to whoever makes the block, in wei."""
        try:
            return understood(WEI, self.ask("eth_maxPriorityFeePerGas"))
        except Refused:  # not part of the standard: what it suggests in all, less what is burned
            return max(0, self.gas_price() - base_fee_wei)

    def view(self, contract: str, function: Function[T], *arguments: object, at: At = "latest") -> T:
        """What a function of a contract answers that changes nothing."""
        call = {"to": contract, "data": function.call(*arguments)}
        return function.returned(understood(DATA, _executed(lambda: self.ask("eth_call", call, _block(at)))))

    def gas_of(self, sender: str, to: str, data: str, *, value: int = 0, at: At = "latest") -> int:
        """What a transaction would cost."""
        call = {"from": sender, "to": to, "data": data, "value": hex(value)}
        return understood(NUMBER, _executed(lambda: self.ask("eth_estimateGas", call, _block(at))))

    def send(self, raw: str) -> None:
        """Hand in a signed transaction. Raises `Refused` and `Nonsense` where the node does not say that it took it."""
        understood(HASH, self.ask("eth_sendRawTransaction", raw))


def configured_chain() -> ChainSettings:
    """The chain's settings. Raises ChainUnavailable where none is configured."""
    config: ChainSettings | None = settings.CHAIN
    if config is None:
        raise ChainUnavailable("No chain is configured.", retry_after_s=None)
    return config


def node() -> Node:
    """The configured chain's node, one for the process. Raises ChainUnavailable where none is configured."""
    return node_of(configured_chain())


@functools.cache
def node_of(config: ChainSettings) -> Node:
    """The node of a chain, one for each settings in the process."""
    return Node(config)


def _no_transaction() -> None:
    forbid_open_transaction("A call to the chain")


def _block(at: At) -> str:
    return hex(at) if isinstance(at, int) else at


def _executed(call: Callable[[], object]) -> object:
    try:
        return call()
    except Refused as error:
        if error.is_revert:
            raise Reverted from None
        raise
