"""What the chain says of a transaction that staff name as evidence: what it paid and burned, or why it is none."""

from dataclasses import dataclass

from ashao_site.chain.answers import Log, Receipt
from ashao_site.chain.client import Nonsense
from ashao_site.chain.logs import Question
from ashao_site.chain.node import node
from ashao_site.chain.notation import HASH
from ashao_site.chain.usdc import transfers_from
from ashao_site.lib.errors import BadInput, Conflict, NotFound
from ledger.deposits.models import Direction
from ledger.deposits.transfers import UsdcTransfer, usdc_transfers
from ledger.treasury.burns import burned_wei, burns

LOGS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class PaidOnChain:
    """A transaction that succeeded and has enough confirmations."""

    block: int
    paid: tuple[UsdcTransfer, ...]
    """USDC that left the treasury in it."""
    burned_wei: int
    """$ASHAO that was burned in it, by anybody."""

    @property
    def paid_micros(self) -> int:
        """All that left the treasury."""
        return sum(transfer.amount_micros for transfer in self.paid)


def clean_hash(text: str, *, name: str) -> str:
    """A transaction's hash in lower case. Raises BadInput."""
    tx_hash = text.strip().lower()
    if HASH.fullmatch(tx_hash) is None:
        raise BadInput(f"{name} must be a transaction's hash: 0x and 64 hexadecimal digits.")
    return tx_hash


def paid_on_chain(tx_hash: str) -> PaidOnChain:
    """Read a transaction, by its clean hash. Not to be called in a database transaction.

    Raises NotFound (transaction_not_found), Conflict (transaction_failed, not_confirmed), ChainUnavailable.
    """
    asked = node()
    config = asked.config
    asked.require_chain()
    latest = asked.block_number()
    receipt = asked.receipt(tx_hash)
    if receipt is None:
        raise NotFound(f"The chain has no transaction {tx_hash} in a block.", code="transaction_not_found")
    if not receipt.succeeded:
        raise Conflict(f"The transaction {tx_hash} failed on the chain.", code="transaction_failed")
    confirmations = max(0, latest - receipt.block_number)
    if confirmations < config.confirmations:
        raise Conflict(
            f"The transaction has {confirmations} of {config.confirmations} confirmations."
            " Please try again later.",
            code="not_confirmed",
        )
    if len(receipt.logs) > LOGS_MAX:
        raise Nonsense
    left = _answers(receipt, transfers_from(config.usdc, config.treasury))
    return PaidOnChain(
        block=receipt.block_number,
        paid=tuple(usdc_transfers(left, Direction.OUT)),
        burned_wei=sum(burned_wei(log) for log in _answers(receipt, burns(config))),
    )


def _answers(receipt: Receipt, question: Question) -> list[Log]:
    mine = [log for log in receipt.logs if question.is_about(log)]
    return question.answered_by(mine, first=receipt.block_number, last=receipt.block_number)
