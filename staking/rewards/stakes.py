"""Stakes as the vault tells them: every change, and what each wallet has after its last one."""

from collections.abc import Iterable, Sequence

from ashao_site.chain.answers import Log
from ashao_site.chain.client import Nonsense
from ashao_site.chain.indexer.listeners import BlockRange
from ashao_site.chain.logs import Question
from ashao_site.chain.notation import hash_of
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.wei import SUPPLY_WEI
from staking.rewards.models import Stake, StakeChange, StakeKind

STAKED = hash_of("Staked(address,uint256,uint256)")
UNSTAKED = hash_of("Unstaked(address,uint256,uint256)")
KINDS = {STAKED: StakeKind.STAKED, UNSTAKED: StakeKind.UNSTAKED}
ROWS_AT_ONCE = 500
"""How many go into one statement."""


def stakes(config: ChainSettings) -> Question:
    """Both events of the vault: the amount, then the stake after it."""
    return Question(config.vault, ((STAKED, UNSTAKED), None), words=2)


class StakeListener:
    """Keeps the stakes as of the cursor's block."""

    def questions(self, config: ChainSettings) -> Sequence[Question]:
        """What the vault says."""
        return (stakes(config),)

    def apply(self, read: BlockRange) -> None:
        """The changes, and each wallet's stake after its last one."""
        write_changes([_change(read, log) for log in read.logs[stakes(read.config)]])

    def step_back(self, *, chain_id: int, from_block: int, to_block: int) -> None:
        """Forget the changes that are read again; the stakes are what those that are left say."""
        lost = StakeChange.objects.filter(chain_id=chain_id, block__gt=to_block)
        wallets = set(lost.values_list("wallet", flat=True).distinct())
        lost.delete()
        left = StakeChange.objects.filter(chain_id=chain_id, wallet__in=wallets)
        last = list(left.order_by("wallet", "-block", "-log_index").distinct("wallet"))
        Stake.objects.filter(
            chain_id=chain_id, wallet__in=wallets - {change.wallet for change in last}
        ).delete()
        _set_stakes(last)


def write_changes(changes: Sequence[StakeChange]) -> None:
    """Write changes down, which are in the order of the chain."""
    StakeChange.objects.bulk_create(changes, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
    last = {change.wallet: change for change in changes}
    _set_stakes(change for _, change in sorted(last.items()))


def _change(read: BlockRange, log: Log) -> StakeChange:
    amount_wei, stake_after_wei = log.words
    if max(log.words) > SUPPLY_WEI:
        raise Nonsense
    return StakeChange(
        chain_id=read.chain_id,
        tx_hash=log.transaction_hash,
        log_index=log.log_index,
        block=log.block_number,
        block_at=read.times[log.block_number],
        wallet=log.address_at(1),
        kind=KINDS[log.kind],
        amount_wei=amount_wei,
        stake_after_wei=stake_after_wei,
    )


def _set_stakes(changes: Iterable[StakeChange]) -> None:
    """Each wallet's stake is what it was after this change of it."""
    Stake.objects.bulk_create(
        [
            Stake(
                chain_id=change.chain_id,
                wallet=change.wallet,
                amount_wei=change.stake_after_wei,
                changed_at=change.block_at,
            )
            for change in changes
        ],
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["chain_id", "wallet"],
        update_fields=["amount_wei", "changed_at"],
    )
