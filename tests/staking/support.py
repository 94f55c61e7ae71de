"""Stakes and money at times of a test's choosing, and what a second-by-second count makes of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from eth_utils.address import to_checksum_address

from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.settings import ChainSettings
from ledger.books import actions, chart
from staking.rewards.models import Reward, StakeChange
from tests.ledger.support import sql

CHAIN_ID = 31_337
ASHAO = 10**18
WEEK_S = 604_800
START = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday


def chain_settings(**other: Any) -> ChainSettings:
    """The settings of a chain that nobody asks anything."""
    values = {
        "rpc_url": "http://127.0.0.1:9",
        "chain_id": CHAIN_ID,
        "confirmations": 2,
        "start_block": 0,
        "timeout_s": 30.0,
        "token": wallet(0xA),
        "vault": wallet(0xB),
        "usdc": wallet(0xC),
        "treasury": wallet(0xD),
    }
    return ChainSettings(**(values | other))


def wallet(number: int) -> str:
    return str(to_checksum_address(f"0x{number:040x}"))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def tx(number: int) -> str:
    return f"0x{number:064x}"


def read_until(moment: datetime, *, alarm: str = "", recheck: bool = False) -> None:
    """The chain is known up to here."""
    values = {
        "genesis_hash": tx(0),
        "block": 1,
        "block_hash": tx(1),
        "block_at": moment,
        "read_at": moment,
        "range_blocks": 100,
        "alarm": alarm,
        "recheck": recheck,
    }
    ChainCursor.objects.update_or_create(chain_id=CHAIN_ID, defaults=values)


@dataclass
class Stakes:
    """Writes what the chain would have told: changes of stakes, one a block."""

    stakes: dict[str, int] = field(default_factory=dict)
    block: int = 0

    def change(self, who: str, amount_wei: int, moment: datetime) -> None:
        """Stake (or unstake, where negative) an amount at a time not before that of the last change."""
        self.block += 1
        self.stakes[who] = self.stakes.get(who, 0) + amount_wei
        assert self.stakes[who] >= 0
        StakeChange.objects.create(
            chain_id=CHAIN_ID,
            tx_hash=tx(self.block),
            log_index=0,
            block=self.block,
            block_at=moment,
            wallet=who,
            kind="staked" if amount_wei > 0 else "unstaked",
            amount_wei=abs(amount_wei),
            stake_after_wei=self.stakes[who],
        )


def earn(amount_micros: int, moment: datetime | None = None, *, key: str) -> None:
    """Money into the stakers' pool, booked at that time: only here are the books' own triggers off."""
    legs = [actions.Leg(chart.TREASURY_USDC, -amount_micros), actions.Leg(chart.POOL_STAKERS, amount_micros)]
    transfer = actions.post_transfer(key=key, kind="job", legs=legs)
    if moment is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE"
            )  # nothing may be pending when triggers are switched
        with without_triggers():
            sql("UPDATE ledger_transfer SET created_at = %s WHERE id = %s", moment, transfer.id)
        sql("SET CONSTRAINTS ALL DEFERRED")


class without_triggers:  # noqa: N801 - used as a statement
    def __enter__(self) -> None:
        sql("SET session_replication_role = replica")

    def __exit__(self, *_: object) -> None:
        sql("SET session_replication_role = DEFAULT")


def rewards_of(number: int) -> dict[str, int]:
    rows = Reward.objects.filter(epoch__number=number).values_list("wallet", "amount_micros")
    return dict(rows)


@dataclass(frozen=True)
class Change:
    """One change of a stake, in whole seconds from the first epoch's start."""

    at_s: int
    who: str
    amount_wei: int


def counted_by_seconds(
    changes: Iterable[Change], incomes: Iterable[tuple[float, int]], *, epoch_s: int, epochs: int
) -> list[tuple[int, dict[str, int]]]:
    """For each epoch its pool and rewards, by looking at every second of it. Slow, and plainly right."""
    found: list[tuple[int, dict[str, int]]] = []
    given = 0
    for number in range(epochs):
        first, end = number * epoch_s, (number + 1) * epoch_s
        weights: dict[str, int] = {}
        for second in range(first, end):
            stakes: dict[str, int] = {}
            for change in changes:
                if change.at_s <= second:
                    stakes[change.who] = stakes.get(change.who, 0) + change.amount_wei
            for who, stake in stakes.items():
                weights[who] = weights.get(who, 0) + stake
        pool = sum(micros for at_s, micros in incomes if at_s < end) - given
        total = sum(weights.values())
        rewards = {who: pool * weight // total for who, weight in weights.items() if weight}
        given += sum(rewards.values())
        found.append((pool, {who: micros for who, micros in rewards.items() if micros}))
    return found
