"""$ASHAO that is no more, read from the chain."""

from collections.abc import Sequence

from ashao_site.chain.answers import Log
from ashao_site.chain.client import Nonsense
from ashao_site.chain.indexer.listeners import BlockRange
from ashao_site.chain.logs import Question
from ashao_site.chain.notation import NOBODY
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.usdc import transfers_to
from ashao_site.chain.wei import SUPPLY_WEI
from ledger.treasury.models import Burn

ROWS_AT_ONCE = 500
"""How many go into one statement."""


def burns(config: ChainSettings) -> Question:
    """$ASHAO to the zero address."""
    return transfers_to(config.token, NOBODY)


def burned_wei(log: Log) -> int:
    """How much a log burned. Raises Nonsense for more than there is."""
    if log.words[0] > SUPPLY_WEI:
        raise Nonsense
    return log.words[0]


class BurnListener:
    """Keeps every burn, of whomever."""

    def questions(self, config: ChainSettings) -> Sequence[Question]:
        return (burns(config),)

    def apply(self, read: BlockRange) -> None:
        """Write them down, without those of nothing."""
        rows = [
            Burn(
                chain_id=read.chain_id,
                tx_hash=log.transaction_hash,
                log_index=log.log_index,
                block=log.block_number,
                block_at=read.times[log.block_number],
                wallet=log.address_at(1),
                amount_wei=burned_wei(log),
            )
            for log in read.logs[burns(read.config)]
            if burned_wei(log)
        ]
        Burn.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)

    def step_back(self, *, chain_id: int, from_block: int, to_block: int) -> None:
        """Forget those that are read again."""
        Burn.objects.filter(chain_id=chain_id, block__gt=to_block).delete()
