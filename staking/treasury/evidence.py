"""What the chain says of a transaction that staff name as evidence: what it paid and burned, or why it is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from web3.types import RPCEndpoint

from ashao_site.chain_settings import ChainSettings
from ashao_site.lib.chain import Chain, ChainUnavailable, chain
from ashao_site.lib.errors import BadInput, Conflict, NotFound
from staking.asking import understood
from staking.indexer import events
from staking.indexer.events import BurnEvent, Question, UsdcTransfer
from staking.indexer.models import Direction
from staking.indexer.node import Node, Nonsense, hash_of, mapping, quantity

HASH = re.compile(r"0x[0-9a-f]{64}")
LOGS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """A transaction that succeeded and has enough confirmations."""

    block: int
    paid: tuple[UsdcTransfer, ...]
    """USDC that left the treasury in it."""
    burned: tuple[BurnEvent, ...]
    """$ASHAO that was burned in it, by anybody."""

    @property
    def paid_micros(self) -> int:
        """All that left the treasury."""
        return sum(transfer.amount_micros for transfer in self.paid)

    @property
    def burned_wei(self) -> int:
        """All that was burned."""
        return sum(burn.amount_wei for burn in self.burned)


def clean_hash(text: str, *, name: str) -> str:
    """A transaction's hash in lower case. Raises BadInput."""
    found = text.strip().lower()
    if HASH.fullmatch(found) is None:
        raise BadInput(f"{name} must be a transaction's hash: 0x and 64 hexadecimal digits.")
    return found


def evidence_of(tx_hash: str) -> Evidence:
    """Read a transaction, by its clean hash. Not to be called in a database transaction.

    Raises NotFound (transaction_not_found), Conflict (transaction_failed, not_confirmed), ChainUnavailable.
    """
    found, node = chain(), Node(chain())
    if (said := node.chain_id()) != found.config.chain_id:
        raise ChainUnavailable(
            f"The chain at CHAIN_RPC_URL has id {said}, not {found.config.chain_id} (CHAIN_ID)."
        )
    latest = node.block_number()
    receipt = _receipt(found, tx_hash)
    if receipt is None:
        raise NotFound(f"The chain has no transaction {tx_hash} in a block.", code="transaction_not_found")
    if quantity(receipt.get("status")) != 1:
        raise Conflict(f"The transaction {tx_hash} failed on the chain.", code="transaction_failed")
    block = quantity(receipt.get("blockNumber"))
    confirmations = max(0, latest - block)
    if confirmations < found.config.confirmations:
        raise Conflict(
            f"The transaction has {confirmations} of {found.config.confirmations} confirmations."
            " Please try again later.",
            code="not_confirmed",
        )
    return _read(found.config, receipt, block)


def _receipt(found: Chain, tx_hash: str) -> Mapping[str, object] | None:
    with understood():
        answer: object = found.web3.manager.request_blocking(
            RPCEndpoint("eth_getTransactionReceipt"), [tx_hash]
        )
    if answer is None:
        return None
    receipt = mapping(answer)
    if hash_of(receipt.get("transactionHash")) != tx_hash:
        raise Nonsense
    return receipt


def _read(config: ChainSettings, receipt: Mapping[str, object], block: int) -> Evidence:
    logs = receipt.get("logs")
    if not isinstance(logs, list | tuple) or len(logs) > LOGS_MAX:
        raise Nonsense
    said = [mapping(log) for log in logs]

    def answers(question: Question) -> list[events.Log]:
        mine = [log for log in said if _is_about(log, question)]
        return events.read_logs(mine, question, first=block, last=block, words=1)

    return Evidence(
        block=block,
        paid=tuple(events.usdc_transfers(answers(events.transfers_out(config)), Direction.OUT)),
        burned=tuple(events.burn_events(answers(events.burns(config)))),
    )


def _is_about(log: Mapping[str, object], question: Question) -> bool:
    """Whether a log of a transaction is one that this question asks for: a transaction has others too."""
    address, topics = log.get("address"), log.get("topics")
    if not isinstance(address, str) or not isinstance(topics, list | tuple):
        raise Nonsense
    if address.lower() != question.address.lower() or len(topics) != len(question.topics):
        return False
    wanted = zip(topics, question.topics, strict=True)
    return all(allowed is None or hash_of(topic) in allowed for topic, allowed in wanted)
