"""What the chain's node says of the treasury's USDC: a witness that is none of ours."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings

from ashao_site.chain.client import ChainUnavailable, Refused
from ashao_site.chain.node import Node, Reverted, node
from ashao_site.chain.usdc import Usdc, transfers_from, transfers_to
from ledger.reconciliation.values import Cursor, NodeAnswer

T = TypeVar("T")

MAX_NEWER_BLOCKS = 2_000
"""Further behind than that, what is newer is not read: the cursor has to catch up first."""
MAX_ASKING_S = 10.0


def ask_node(cursor: Cursor | None) -> NodeAnswer:
    """The treasury's balance at the cursor's block and at the latest, and what moved in between.

    Never raises for a chain that is away, slow, wrong or talks nonsense: what could not be learned is None, with
    the reason. Takes at most MAX_ASKING_S and one timeout. Must not be called in a transaction.
    """
    if settings.CHAIN is None:
        return NodeAnswer(0, None, None, problem="No chain is configured.")
    if cursor is None:
        return NodeAnswer(0, None, None, problem="The chain has not been read yet.")
    return _Witness(node(), cursor).ask()


class _Witness:
    def __init__(self, asked: Node, cursor: Cursor) -> None:
        self._cursor = cursor
        self._node = asked
        self._usdc = Usdc(asked)
        self._config = asked.config
        self._deadline = time.monotonic() + MAX_ASKING_S
        self._at_cursor: int | None = None
        self._latest: int | None = None
        self._newer: tuple[int, ...] = ()
        self._block = 0
        self._problem = ""

    def ask(self) -> NodeAnswer:
        try:
            self._check()
            self._at_cursor = self._balance(self._cursor.block)
            self._ask_latest()
        except ChainUnavailable as error:
            self._problem = error.message
        return NodeAnswer(self._block, self._at_cursor, self._latest, self._newer, self._problem)

    def _check(self) -> None:
        """That this is the chain that was read, up to the block that was read."""
        told = self._ask(self._node.chain_id)
        if told != self._cursor.chain_id:
            raise ChainUnavailable(f"The chain at CHAIN_RPC_URL has id {told}, not {self._cursor.chain_id}.")
        number = self._cursor.block
        block = self._ask(lambda: self._node.block(number))
        if block is None:
            raise ChainUnavailable(f"The chain's node does not have block {number:,}, which was read.")
        if block.hash != self._cursor.block_hash:
            raise ChainUnavailable(f"Block {number:,} is not the one that was read any more.")

    def _ask_latest(self) -> None:
        first = self._cursor.block + 1
        latest = self._ask(self._node.latest)
        if latest.number - first >= MAX_NEWER_BLOCKS:
            raise ChainUnavailable(
                f"The chain has {latest.number - first + 1:,} blocks that are not read yet."
            )
        balance = self._balance(latest.number)
        if balance is None:
            raise ChainUnavailable("The chain's node does not tell the treasury's balance.")
        newer: tuple[int, ...] = ()
        if latest.number >= first:
            newer = self._ask(lambda: self._moved(first, latest.number))
        again = self._ask(lambda: self._node.block(latest.number))
        if again is None or again.hash != latest.hash:
            raise ChainUnavailable("The chain changed while it was read.")
        self._block, self._latest, self._newer = latest.number, balance, newer

    def _moved(self, first: int, last: int) -> tuple[int, ...]:
        """What came to the treasury and, negative, what left it in these blocks; nothing for what it sent itself."""
        usdc, treasury = self._config.usdc, self._config.treasury
        moved: list[int] = []
        for question, sign in ((transfers_to(usdc, treasury), 1), (transfers_from(usdc, treasury), -1)):
            logs = self._node.logs(question, first=first, last=last)
            moved += [sign * log.words[0] for log in logs if log.words[0] and log.topics[1] != log.topics[2]]
        return tuple(moved)

    def _balance(self, block: int) -> int | None:
        """None where the node does not say what was at that block, which most forget after a while."""
        try:
            return self._ask(lambda: self._usdc.balance(self._config.treasury, at=block))
        except (Refused, Reverted):
            return None

    def _ask(self, call: Callable[[], T]) -> T:
        if time.monotonic() > self._deadline:
            raise ChainUnavailable("The chain's node took too long.")
        return call()
