"""What was read is applied, a range in one transaction: every listener's part of it, and the cursor."""

from django.db import transaction

from ashao_site.chain.answers import Block
from ashao_site.chain.indexer.listeners import BlockRange, listeners
from ashao_site.chain.indexer.models import ChainCheckpoint, ChainCursor
from ashao_site.lib.clock import now

CHECKPOINTS_KEPT = 64


def write_range(cursor: ChainCursor, read: BlockRange, *, range_blocks: int) -> bool:
    """Apply a range and move the cursor to its end; False, and nothing written, if another process was here first.

    The cursor goes first: it is locked from then on, so that whatever else reads this range waits, and finds
    it moved. Raises `CannotApply` and `Nonsense`, and nothing was written.
    """
    with transaction.atomic():
        as_read = ChainCursor.objects.filter(
            pk=cursor.pk, block=cursor.block, block_hash=cursor.block_hash, alarm="", recheck=False
        )
        moved = as_read.update(
            block=read.end.number,
            block_hash=read.end.hash,
            block_at=read.end.at,
            read_at=now(),
            range_blocks=range_blocks,
        )
        if moved != 1:
            return False
        for listener in listeners():
            listener.apply(read)
        keep_checkpoint(cursor.chain_id, read.end)
    return True


def step_back(cursor: ChainCursor, anchor: Block) -> bool:
    """Go back to a block that is still in the chain, once staff have taken the alarm off.

    What the listeners made of the blocks after it they take back themselves. False if another process was first.
    """
    with transaction.atomic():
        as_read = ChainCursor.objects.filter(
            pk=cursor.pk, block=cursor.block, block_hash=cursor.block_hash, alarm="", recheck=True
        )
        moved = as_read.update(block=anchor.number, block_hash=anchor.hash, block_at=anchor.at, recheck=False)
        if moved != 1:
            return False
        ChainCheckpoint.objects.filter(chain_id=cursor.chain_id, block__gt=anchor.number).delete()
        for listener in listeners():
            listener.step_back(chain_id=cursor.chain_id, from_block=cursor.block, to_block=anchor.number)
    return True


def keep_checkpoint(chain_id: int, end: Block) -> None:
    """Remember the block, and forget what is older than the last few."""
    ChainCheckpoint.objects.create(chain_id=chain_id, block=end.number, block_hash=end.hash)
    kept = ChainCheckpoint.objects.filter(chain_id=chain_id).order_by("-block")
    oldest = kept.values_list("block", flat=True)[CHECKPOINTS_KEPT - 1 : CHECKPOINTS_KEPT]
    for block in oldest:
        ChainCheckpoint.objects.filter(chain_id=chain_id, block__lt=block).delete()
