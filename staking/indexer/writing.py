"""What was read is written down, a range in one transaction: its events, what they mean, and the cursor."""

from collections.abc import Iterable

from django.db import transaction

from ashao_site.accounts.audit import audit
from ashao_site.lib.clock import now
from staking.deposits import book_transfers
from staking.indexer.models import ChainCheckpoint, ChainCursor, TreasuryTransfer
from staking.indexer.node import Header
from staking.indexer.reading import Range
from staking.rewards.models import Stake, StakeChange
from staking.treasury.models import Burn

CHECKPOINTS_KEPT = 64
AT_ONCE = 500
"""How many rows go into one statement."""


def write_range(cursor: ChainCursor, found: Range, *, range_blocks: int) -> bool:
    """Book a range and move the cursor to its end; False, and nothing written, if another process was here first.

    The cursor goes first: it is locked from then on, so that whatever else reads this range waits, and finds
    it moved. Raises CannotBook, and nothing was written.
    """
    with transaction.atomic():
        moved = ChainCursor.objects.filter(
            pk=cursor.pk, block=cursor.block, block_hash=cursor.block_hash, alarm="", recheck=False
        ).update(
            block=found.end.number,
            block_hash=found.end.hash,
            block_at=found.end.at,
            read_at=now(),
            range_blocks=range_blocks,
        )
        if moved != 1:
            return False
        _write_stakes(cursor.chain_id, found)
        _write_burns(cursor.chain_id, found)
        book_transfers(chain_id=cursor.chain_id, transfers=found.transfers, times=found.times)
        _keep_checkpoint(cursor.chain_id, found.end)
    return True


def step_back(cursor: ChainCursor, anchor: Header) -> bool:
    """Go back to a block that is still in the chain, once staff have taken the alarm off.

    Stakes and burns after it are forgotten, and read again. Transfers of USDC are in the books: they are only
    marked as not on the chain, and found again by what they are. False if another process was here first.
    """
    chain_id = cursor.chain_id
    with transaction.atomic():
        moved = ChainCursor.objects.filter(
            pk=cursor.pk, block=cursor.block, block_hash=cursor.block_hash, alarm="", recheck=True
        ).update(block=anchor.number, block_hash=anchor.hash, block_at=anchor.at, recheck=False)
        if moved != 1:
            return False
        after = {"chain_id": chain_id, "block__gt": anchor.number}
        ChainCheckpoint.objects.filter(**after).delete()
        gone = TreasuryTransfer.objects.filter(**after, on_chain=True).update(on_chain=False)
        Burn.objects.filter(**after).delete()
        lost = StakeChange.objects.filter(**after)
        wallets = set(lost.values_list("wallet", flat=True).distinct())
        lost.delete()
        _restore_stakes(chain_id, wallets)
        audit(
            actor=None,
            action="chain.step_back",
            subject=f"chain:{chain_id}",
            detail=f"From block {cursor.block:,} back to {anchor.number:,}; {gone:,} transfers are read again.",
        )
    return True


def _write_stakes(chain_id: int, found: Range) -> None:
    """The events, and each wallet's stake after its last one."""
    StakeChange.objects.bulk_create(
        [
            StakeChange(
                chain_id=chain_id,
                tx_hash=event.place.tx_hash,
                log_index=event.place.log_index,
                block=event.place.block,
                block_at=found.times[event.place.block],
                wallet=event.wallet,
                kind=event.kind,
                amount_wei=event.amount_wei,
                stake_after_wei=event.stake_after_wei,
            )
            for event in found.stakes
        ],
        batch_size=AT_ONCE,
        ignore_conflicts=True,
    )
    last = {event.wallet: event for event in found.stakes}
    _set_stakes(
        Stake(
            chain_id=chain_id,
            wallet=wallet,
            amount_wei=event.stake_after_wei,
            changed_at=found.times[event.place.block],
        )
        for wallet, event in sorted(last.items())
    )


def _restore_stakes(chain_id: int, wallets: set[str]) -> None:
    """The stakes of these wallets as the changes that are left say."""
    left = StakeChange.objects.filter(chain_id=chain_id, wallet__in=wallets)
    last = left.order_by("wallet", "-block", "-log_index").distinct("wallet")
    found = {change.wallet: change for change in last}
    Stake.objects.filter(chain_id=chain_id, wallet__in=wallets - found.keys()).delete()
    _set_stakes(
        Stake(
            chain_id=chain_id,
            wallet=wallet,
            amount_wei=change.stake_after_wei,
            changed_at=change.block_at,
        )
        for wallet, change in sorted(found.items())
    )


def _set_stakes(stakes: Iterable[Stake]) -> None:
    Stake.objects.bulk_create(
        list(stakes),
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["chain_id", "wallet"],
        update_fields=["amount_wei", "changed_at"],
    )


def _write_burns(chain_id: int, found: Range) -> None:
    Burn.objects.bulk_create(
        [
            Burn(
                chain_id=chain_id,
                tx_hash=event.place.tx_hash,
                log_index=event.place.log_index,
                block=event.place.block,
                block_at=found.times[event.place.block],
                wallet=event.wallet,
                amount_wei=event.amount_wei,
            )
            for event in found.burns
        ],
        batch_size=AT_ONCE,
        ignore_conflicts=True,
    )


def _keep_checkpoint(chain_id: int, end: Header) -> None:
    """Remember the block, and forget what is older than the last few."""
    ChainCheckpoint.objects.create(chain_id=chain_id, block=end.number, block_hash=end.hash)
    kept = ChainCheckpoint.objects.filter(chain_id=chain_id).order_by("-block")
    oldest = kept.values_list("block", flat=True)[CHECKPOINTS_KEPT - 1 : CHECKPOINTS_KEPT]
    for block in oldest:
        ChainCheckpoint.objects.filter(chain_id=chain_id, block__lt=block).delete()
