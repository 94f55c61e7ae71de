"""USDC that came to the treasury or left it: read from the chain, and booked once, in the cursor's transaction.

A deposit is its sender's: a person's wallet, or one that a single person has confirmed for payouts. All else that came
waits in suspense.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.chain.answers import Log
from ashao_site.chain.client import Nonsense
from ashao_site.chain.indexer.listeners import BlockRange, CannotApply
from ashao_site.chain.logs import Question
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.usdc import transfers_from, transfers_to
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.books.money import MAX_AMOUNT_MICROS
from ledger.deposits.faucet import development_funding_key
from ledger.deposits.models import Booked, Direction, TreasuryTransfer
from ledger.payouts.models import PayoutWallet

ROWS_AT_ONCE = 500
"""How many go into one statement."""
KEY_HASH_CHARS = 18


@dataclass(frozen=True, slots=True)
class UsdcTransfer:
    """A `Transfer` of USDC to or from the treasury, and where on the chain it is."""

    direction: Direction
    counterparty: str
    amount_micros: int
    block: int
    log_index: int
    tx_hash: str
    block_hash: str


def usdc_transfers(logs: Sequence[Log], direction: Direction) -> list[UsdcTransfer]:
    """Logs as transfers, without those of nothing and those of the treasury to itself."""
    other = 1 if direction == Direction.IN else 2
    return [
        UsdcTransfer(
            direction,
            log.address_at(other),
            log.words[0],
            block=log.block_number,
            log_index=log.log_index,
            tx_hash=log.transaction_hash,
            block_hash=log.block_hash,
        )
        for log in logs
        if log.words[0] and log.topics[1] != log.topics[2]
    ]


class TreasuryListener:
    """Books the treasury's USDC as the chain is read."""

    def questions(self, config: ChainSettings) -> Sequence[Question]:
        """Everything to the treasury, and everything from it."""
        return transfers_to(config.usdc, config.treasury), transfers_from(config.usdc, config.treasury)

    def apply(self, read: BlockRange) -> None:
        """Book it, in the order in which it happened."""
        came, left = self.questions(read.config)
        transfers = [
            *usdc_transfers(read.logs[came], Direction.IN),
            *usdc_transfers(read.logs[left], Direction.OUT),
        ]
        transfers.sort(key=lambda transfer: (transfer.block, transfer.log_index))
        book_transfers(chain_id=read.chain_id, transfers=transfers, times=read.times)

    def step_back(self, *, chain_id: int, from_block: int, to_block: int) -> None:
        """What is in the books stays: it is only marked as not on the chain, and known again by what it is."""
        after = TreasuryTransfer.objects.filter(chain_id=chain_id, block__gt=to_block, on_chain=True)
        gone = after.update(on_chain=False)
        detail = f"From block {from_block:,} back to {to_block:,}; {gone:,} transfers are read again."
        audit(actor=None, action="chain.step_back", subject=f"chain:{chain_id}", detail=detail)


def book_transfers(
    *, chain_id: int, transfers: Sequence[UsdcTransfer], times: Mapping[int, datetime]
) -> None:
    """Book what came to the treasury and note what left it, once each. Within the caller's transaction.

    A transfer whose transaction was in the books before a deep reorganisation is known again by what it is, wherever
    in the chain it is now; what else such a transaction brings is nobody's until staff say so, for it may stand for
    money that was credited before. Raises `CannotApply` for more than the books can hold.
    """
    before = _rows_of({transfer.tx_hash for transfer in transfers}, chain_id)
    again = set(before)
    fresh = [
        transfer
        for transfer in transfers
        if not _is_known(before[transfer.tx_hash], transfer, times[transfer.block])
    ]
    owners = owners_of({one.counterparty for one in fresh if one.direction == Direction.IN})
    rows: list[TreasuryTransfer] = []
    for transfer in fresh:
        reread = transfer.tx_hash in again
        row = _row(chain_id, transfer, times[transfer.block], reread=reread)
        if transfer.direction == Direction.IN:
            _decide(row, None if reread else owners.get(transfer.counterparty), rows)
        rows.append(row)
    TreasuryTransfer.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    # Suspense first, then people in order: whoever else locks these accounts does it in the same order.
    for row in sorted(rows, key=lambda row: row.user_id or 0):
        if row.booked in (Booked.DEPOSIT, Booked.SUSPENSE):
            _post(row)


def owners_of(wallets: set[str]) -> dict[str, int]:
    """Whose wallets these are: each person's own, and those that exactly one person has confirmed."""
    confirmed: defaultdict[str, set[int]] = defaultdict(set)
    for wallet, user_id in PayoutWallet.objects.filter(wallet__in=wallets).values_list("wallet", "user_id"):
        confirmed[wallet].add(user_id)
    owners = {wallet: min(people) for wallet, people in confirmed.items() if len(people) == 1}
    own = User.objects.filter(wallet__in=wallets).values_list("wallet", "pk")
    return owners | {wallet: user_id for wallet, user_id in own if wallet is not None}


def _rows_of(tx_hashes: set[str], chain_id: int) -> defaultdict[str, list[TreasuryTransfer]]:
    rows: defaultdict[str, list[TreasuryTransfer]] = defaultdict(list)
    for row in TreasuryTransfer.objects.filter(chain_id=chain_id, tx_hash__in=tx_hashes).order_by("id"):
        rows[row.tx_hash].append(row)
    return rows


def _is_known(rows: list[TreasuryTransfer], transfer: UsdcTransfer, at: datetime) -> bool:
    """Whether one of the transaction's earlier rows is this transfer; it is then taken off the list."""
    content = (transfer.direction, transfer.counterparty, transfer.amount_micros)
    same = [row for row in rows if (row.direction, row.counterparty, row.amount_micros) == content]
    there = [row for row in rows if row.on_chain]
    if there:  # a block is read once: only what was read before the cursor was moved here can be there
        place = (transfer.block, transfer.log_index)
        if any(row in same and (row.block, row.log_index) == place for row in there):
            return True
        raise Nonsense("The chain's node tells of one transaction in two blocks.")
    if not same:
        return False
    row = min(same, key=lambda row: (row.log_index != transfer.log_index, row.log_index))
    changed = TreasuryTransfer.objects.filter(pk=row.pk, on_chain=False).update(
        on_chain=True, block=transfer.block, block_at=at, log_index=transfer.log_index
    )
    assert changed == 1, "a transfer was known again by somebody else, without the cursor's lock"
    rows.remove(row)
    return True


def _row(chain_id: int, transfer: UsdcTransfer, at: datetime, *, reread: bool) -> TreasuryTransfer:
    if transfer.amount_micros > MAX_AMOUNT_MICROS:
        raise CannotApply(f"Transaction {transfer.tx_hash} moves more USDC than the books can hold.")
    # The plain key may be that of another transfer, which was there before the chain was reorganised.
    suffix = f":{transfer.block_hash[:KEY_HASH_CHARS]}" if reread else ""
    came = transfer.direction == Direction.IN
    key = f"deposit:{chain_id}:{transfer.tx_hash}:{transfer.log_index}{suffix}"
    return TreasuryTransfer(
        chain_id=chain_id,
        tx_hash=transfer.tx_hash,
        log_index=transfer.log_index,
        block=transfer.block,
        block_at=at,
        direction=transfer.direction,
        counterparty=transfer.counterparty,
        amount_micros=transfer.amount_micros,
        booked=Booked.SUSPENSE if came else Booked.OPEN,
        ledger_key=key if came else "",
    )


def _decide(row: TreasuryTransfer, owner_id: int | None, earlier: Sequence[TreasuryTransfer]) -> None:
    """What a transfer to the treasury is in the books."""
    if owner_id is not None:
        row.booked, row.user_id = Booked.DEPOSIT, owner_id
        return
    key = development_funding_key(counterparty=row.counterparty, amount_micros=row.amount_micros)
    if key and all(other.ledger_key != key for other in earlier):
        row.booked, row.ledger_key = Booked.FUNDING, key  # bootstrap booked it before it was sent


def _post(row: TreasuryTransfer) -> None:
    receiver = chart.SUSPENSE if row.user_id is None else chart.user_credits(row.user_id)
    post_transfer(
        key=row.ledger_key,
        kind=row.booked,
        legs=[Leg(chart.TREASURY_USDC, -row.amount_micros), Leg(receiver, row.amount_micros)],
        reference=row.tx_hash,
    )
