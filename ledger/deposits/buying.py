"""Buying credits, as a person sees it: what their wallet sends, what they announced, and when it is in the books.

What a person announces is followed and never believed: credits come from what was read off the chain.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction

from ashao_site.accounts.models import User
from ashao_site.chain.abi import TRANSFER
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.indexer.queries import cursor
from ashao_site.chain.node import Node, Reverted, configured_chain, node
from ashao_site.chain.notation import HASH
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.transactions import WalletTransaction, contract_call
from ashao_site.chain.usdc import Usdc
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, RateLimited
from ledger.books.money import MAX_AMOUNT_MICROS, format_usd
from ledger.deposits.models import Booked, Direction, SentDeposit, TreasuryTransfer

DEPOSITS_SHOWN = 50
ANNOUNCED_PER_DAY = 50
ASKED_AT_ONCE = 3
"""How many transactions one request asks the chain about: the newest."""
ASK_MAX_S = 3.0
"""No further deposit is asked about later than this in a request."""
LOST_AFTER = timedelta(hours=1)
DAY = timedelta(days=1)

State = Literal["sent", "included", "credited", "failed", "lost"]
CREDITED = (Booked.DEPOSIT, Booked.ASSIGNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A deposit on its way. `confirmations` are never more than `needed`."""

    tx_hash: str
    amount_micros: int
    state: State
    confirmations: int
    needed: int
    sent_at: datetime
    credited_at: datetime | None
    url: str | None


def usdc_to_treasury(amount_micros: int) -> WalletTransaction:
    """The transaction that buys credits, for a wallet to sign. Raises ChainUnavailable where there is no chain."""
    config = configured_chain()
    label = f"Send {format_usd(amount_micros).removeprefix('$')} USDC"
    return contract_call(config.usdc, TRANSFER, config.treasury, amount=amount_micros, label=label)


def usdc_balance(wallet: str) -> int | None:
    """The USDC of a wallet in µUSDC, as the chain has it now; None where it does not say."""
    try:
        return Usdc(node()).balance(wallet)
    except (ChainUnavailable, Reverted):
        return None


def announce_deposit(*, user: User, tx_hash: str, amount_micros: int) -> Deposit:
    """Follow a transaction that this person says they sent; repeated, the first announcement stays.

    Asks the database only. Raises BadInput, RateLimited, and ChainUnavailable where no chain is configured.
    """
    config = configured_chain()
    tx_hash = tx_hash.lower()
    if HASH.fullmatch(tx_hash) is None:
        raise BadInput("A transaction's hash is 0x and 64 hexadecimal digits.", code="bad_tx_hash")
    if not 0 < amount_micros <= MAX_AMOUNT_MICROS:
        raise BadInput("The amount must be more than zero.", code="bad_amount")
    with transaction.atomic():
        # One at a time for each person, so that the limit is one.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        mine = SentDeposit.objects.filter(chain_id=config.chain_id, user_id=user.pk)
        row = mine.filter(tx_hash=tx_hash).first()
        if row is None:
            if mine.filter(sent_at__gt=now() - DAY).count() >= ANNOUNCED_PER_DAY:
                raise RateLimited("These are many deposits for one day.", retry_after_s=3600)
            row = SentDeposit.objects.create(
                chain_id=config.chain_id,
                user_id=user.pk,
                tx_hash=tx_hash,
                amount_micros=amount_micros,
                sent_at=now(),
            )
    return _as_known(config, user.pk, [row])[0]


def deposits_of(user: User) -> list[Deposit]:
    """This person's deposits, the newest first: announced ones, and those that came unannounced.

    Asks the chain about a few of those that are not in the books yet, and stops at the first call that it
    does not answer: what is known is shown then.
    """
    config = configured_chain()
    read = cursor()  # before the rows: what it has read is in them
    sent = SentDeposit.objects.filter(chain_id=config.chain_id, user_id=user.pk)[:DEPOSITS_SHOWN]
    deposits = _as_known(config, user.pk, list(sent))
    deposits += _unannounced(config, user.pk, {deposit.tx_hash for deposit in deposits})
    deposits.sort(key=lambda deposit: deposit.sent_at, reverse=True)
    deposits = deposits[:DEPOSITS_SHOWN]
    asked = [deposit for deposit in deposits if deposit.state == "sent"][:ASKED_AT_ONCE]
    told = _ask(config, asked, read.block if read else -1) if asked else {}
    return [told.get(deposit.tx_hash, deposit) for deposit in deposits]


def _as_known(config: ChainSettings, user_id: int, sent: Sequence[SentDeposit]) -> list[Deposit]:
    """Announced deposits as the books know them."""
    booked = TreasuryTransfer.objects.filter(
        chain_id=config.chain_id, direction=Direction.IN, tx_hash__in=[row.tx_hash for row in sent]
    )
    by_hash: defaultdict[str, list[TreasuryTransfer]] = defaultdict(list)
    for transfer in booked:
        by_hash[transfer.tx_hash].append(transfer)
    return [_known(config, user_id, row, by_hash[row.tx_hash]) for row in sent]


def _known(
    config: ChainSettings, user_id: int, row: SentDeposit, transfers: Sequence[TreasuryTransfer]
) -> Deposit:
    mine = [one for one in transfers if one.user_id == user_id and one.booked in CREDITED]
    if mine:
        return replace(_credited(config, mine), sent_at=row.sent_at)
    state: State = "sent"
    if transfers:  # it came, and waits for staff, or was somebody else's
        state = "included" if any(one.booked == Booked.SUSPENSE for one in transfers) else "failed"
    return Deposit(
        tx_hash=row.tx_hash,
        amount_micros=row.amount_micros,
        state=state,
        confirmations=config.confirmations if state == "included" else 0,
        needed=config.confirmations,
        sent_at=row.sent_at,
        credited_at=None,
        url=_url(row.tx_hash),
    )


def _unannounced(config: ChainSettings, user_id: int, known: set[str]) -> list[Deposit]:
    mine = TreasuryTransfer.objects.filter(
        chain_id=config.chain_id, user_id=user_id, direction=Direction.IN, booked__in=CREDITED
    )
    by_hash: defaultdict[str, list[TreasuryTransfer]] = defaultdict(list)
    for transfer in mine.exclude(tx_hash__in=known).order_by("-id")[:DEPOSITS_SHOWN]:
        by_hash[transfer.tx_hash].append(transfer)
    return [_credited(config, transfers) for transfers in by_hash.values()]


def _credited(config: ChainSettings, transfers: Sequence[TreasuryTransfer]) -> Deposit:
    """What one transaction brought one person. Sent, for all that is known, when its block was made."""
    return Deposit(
        tx_hash=transfers[0].tx_hash,
        amount_micros=sum(transfer.amount_micros for transfer in transfers),
        state="credited",
        confirmations=config.confirmations,
        needed=config.confirmations,
        sent_at=transfers[0].block_at,
        credited_at=max(transfer.created_at for transfer in transfers),
        url=_url(transfers[0].tx_hash),
    )


def _ask(config: ChainSettings, asked: Sequence[Deposit], read_up_to: int) -> Mapping[str, Deposit]:
    """What the chain says of these, by transaction; of as many as it answers for."""
    told: dict[str, Deposit] = {}
    deadline = time.monotonic() + ASK_MAX_S
    try:
        asked_node = node()
        latest = asked_node.block_number()
        for deposit in asked:
            if time.monotonic() > deadline:
                break
            told[deposit.tx_hash] = _told(config, asked_node, deposit, latest, read_up_to)
    except ChainUnavailable:
        pass
    return told


def _told(config: ChainSettings, asked: Node, deposit: Deposit, latest: int, read_up_to: int) -> Deposit:
    receipt = asked.receipt(deposit.tx_hash)
    if receipt is None:
        old = now() - deposit.sent_at > LOST_AFTER
        return replace(deposit, state="lost") if old and not asked.knows(deposit.tx_hash) else deposit
    if (
        not receipt.succeeded or receipt.block_number <= read_up_to
    ):  # it was read, and brought the treasury nothing
        return replace(deposit, state="failed")
    deep = min(max(0, latest - receipt.block_number), config.confirmations)
    return replace(deposit, state="included", confirmations=deep)


def _url(tx_hash: str) -> str | None:
    explorer: str = settings.MONEY.explorer_url
    return f"{explorer}/tx/{tx_hash}" if explorer else None
