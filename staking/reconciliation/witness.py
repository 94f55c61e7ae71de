"""What the chain's node says of the treasury's USDC: a witness that is none of ours."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from web3.exceptions import Web3RPCError
from web3.types import RPCEndpoint

from ashao_site.chain_settings import ChainSettings
from ashao_site.lib.chain import Chain, ChainUnavailable, chain
from staking.asking import understood
from staking.indexer import events
from staking.indexer.models import Direction
from staking.indexer.node import Node as Asked
from staking.indexer.node import hash_of
from staking.reconciliation.records import Cursor, Node

T = TypeVar("T")

MAX_NEWER_BLOCKS = 2_000
"""Further behind than that, what is newer is not read: the cursor has to catch up first."""
MAX_ASKING_S = 10.0
BALANCE_OF = "0x70a08231"
"""The selector of `balanceOf(address)`."""


def ask_node(cursor: Cursor | None) -> Node:
    """The treasury's balance at the cursor's block and at the latest, and what moved in between.

    Never raises for a chain that is away, slow, wrong or talks nonsense: what could not be learned is None, with
    the reason. Takes at most MAX_ASKING_S and one timeout. Must not be called in a transaction.
    """
    config: ChainSettings | None = settings.CHAIN
    if config is None:
        return Node(0, None, None, problem="No chain is configured.")
    if cursor is None:
        return Node(0, None, None, problem="The chain has not been read yet.")
    return _Witness(chain(), cursor).ask()


class _Witness:
    def __init__(self, reached: Chain, cursor: Cursor) -> None:
        self._cursor = cursor
        self._node = Asked(reached)
        self._web3 = reached.web3
        self._config = reached.config
        self._deadline = time.monotonic() + MAX_ASKING_S
        self._at_cursor: int | None = None
        self._latest: int | None = None
        self._newer: tuple[int, ...] = ()
        self._block = 0
        self._problem = ""

    def ask(self) -> Node:
        try:
            self._check()
            self._at_cursor = self._balance_at_cursor()
            self._ask_latest()
        except ChainUnavailable as error:
            self._problem = error.message
        return Node(self._block, self._at_cursor, self._latest, self._newer, self._problem)

    def _check(self) -> None:
        """That this is the chain that was read, up to the block that was read."""
        found = self._ask(self._node.chain_id)
        if found != self._cursor.chain_id:
            raise ChainUnavailable(f"The chain at CHAIN_RPC_URL has id {found}, not {self._cursor.chain_id}.")
        number = self._cursor.block
        header = self._ask(lambda: self._node.header(number))
        if header is None:
            raise ChainUnavailable(f"The chain's node does not have block {number:,}, which was read.")
        if header.hash != self._cursor.block_hash:
            raise ChainUnavailable(f"Block {number:,} is not the one that was read any more.")

    def _balance_at_cursor(self) -> int | None:
        """None where the node has forgotten what was at that block, as most do after a while."""
        try:
            return self._ask(lambda: self._balance(self._cursor.block))
        except _Forgotten:
            return None

    def _ask_latest(self) -> None:
        first = self._cursor.block + 1
        latest = self._ask(self._node.latest)
        if latest.number - first >= MAX_NEWER_BLOCKS:
            raise ChainUnavailable(
                f"The chain has {latest.number - first + 1:,} blocks that are not read yet."
            )
        try:
            balance = self._ask(lambda: self._balance(latest.number))
        except _Forgotten:
            raise ChainUnavailable("The chain's node does not tell the treasury's balance.") from None
        newer: tuple[int, ...] = ()
        if latest.number >= first:
            newer = self._ask(lambda: self._moved(first, latest.number))
        again = self._ask(lambda: self._node.header(latest.number))
        if again is None or again.hash != latest.hash:
            raise ChainUnavailable("The chain changed while it was read.")
        self._block, self._latest, self._newer = latest.number, balance, newer

    def _moved(self, first: int, last: int) -> tuple[int, ...]:
        """What came to the treasury and, negative, what left it in these blocks."""
        found: list[int] = []
        for question, direction, sign in (
            (events.transfers_in(self._config), Direction.IN, 1),
            (events.transfers_out(self._config), Direction.OUT, -1),
        ):
            raw = self._node.logs(
                address=question.address, topics=question.as_filter(), first=first, last=last
            )
            logs = events.read_logs(raw, question, first=first, last=last, words=1)
            found += [sign * moved.amount_micros for moved in events.usdc_transfers(logs, direction)]
        return tuple(found)

    def _balance(self, block: int) -> int:
        call = {
            "to": self._config.usdc,
            "data": BALANCE_OF + self._config.treasury[2:].lower().rjust(64, "0"),
        }
        try:
            answer: object = self._web3.manager.request_blocking(RPCEndpoint("eth_call"), [call, hex(block)])
        except Web3RPCError:
            raise _Forgotten from None
        if not isinstance(answer, str):
            answer = bytes(answer).hex() if isinstance(answer, bytes) else ""
            answer = f"0x{answer}"
        return int(hash_of(answer), 16)

    def _ask(self, call: Callable[[], T]) -> T:
        if time.monotonic() > self._deadline:
            raise ChainUnavailable("The chain's node took too long.")
        with understood():
            return call()


class _Forgotten(Exception):
    """The node refuses to say what was at that block."""
