"""Settling an epoch: who is given how much of the stakers' pool. Nothing is paid here (`payment` does that).

An epoch is settled once the chain has been read beyond its end, by one statement that writes its row and all
its rewards: it is there whole or not at all, and once, by its number. A wallet's weight is the sum of stake ×
seconds within the epoch; a stake counts from the second of its block on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet, Sum

from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.lib.clock import now
from ledger.books import chart
from staking.rewards.calendar import Span, first_span
from staking.rewards.models import Epoch, Reward, StakeChange

EPOCHS_AT_ONCE = 200
REWARD_KIND = "reward"

log = structlog.get_logger("ashao.staking")

SETTLE = """
WITH weights AS MATERIALIZED (
    SELECT wallet, sum(
        CASE kind WHEN 'staked' THEN amount_wei ELSE -amount_wei END
        * extract(epoch FROM %(ends_at)s - greatest(block_at, %(starts_at)s))::bigint
    ) AS weight
    FROM staking_stakechange WHERE chain_id = %(chain_id)s AND block_at < %(ends_at)s
    GROUP BY wallet
), total AS MATERIALIZED (
    SELECT coalesce(sum(weight), 0) AS weight, count(*) AS stakers FROM weights WHERE weight > 0
), parts AS MATERIALIZED (
    -- div() of two NUMERIC is exact: the whole part, whatever their size.
    SELECT w.wallet, w.weight, div(%(pool_micros)s * w.weight, t.weight)::bigint AS micros
    FROM weights w, total t WHERE w.weight > 0
), given AS (
    SELECT coalesce(sum(micros), 0)::bigint AS micros FROM parts
), epoch AS (
    INSERT INTO staking_epoch
        (number, starts_at, ends_at, pool_micros, rewards_micros, weight, stakers, settled_at, paid_at)
    SELECT %(number)s, %(starts_at)s, %(ends_at)s, %(pool_micros)s, g.micros, t.weight, t.stakers, %(now)s,
        CASE WHEN g.micros = 0 THEN %(now)s END
    FROM total t, given g
    ON CONFLICT (number) DO NOTHING RETURNING id, rewards_micros
), reward AS (
    INSERT INTO staking_reward (epoch_id, wallet, weight, amount_micros, paid)
    SELECT e.id, p.wallet, p.weight, p.micros, false
    FROM epoch e, parts p WHERE p.micros > 0 ORDER BY p.wallet
)
SELECT rewards_micros FROM epoch
"""

# What came into the pool in each stretch between the given ends, and what was paid out of it ever.
INCOME = """
SELECT width_bucket(t.created_at, %(ends)s::timestamptz[]) AS stretch, t.kind = %(reward)s AS paid,
    sum(e.amount_micros)::bigint
FROM ledger_entry e
JOIN ledger_transfer t ON t.id = e.transfer_id
JOIN ledger_account a ON a.id = e.account_id
WHERE a.address = %(pool)s
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Income:
    """What the stakers' pool has seen. `until[i]` came in before the end of the i-th epoch asked for."""

    until: tuple[int, ...]
    now: int
    """What is in the pool at this moment."""


def next_span() -> Span | None:
    """The epoch to be settled next; None while nobody has ever staked on the configured chain."""
    last = Epoch.objects.order_by("-number").first()
    if last is not None:
        return Span(last.number, last.starts_at, last.ends_at).following(settings.MONEY.epoch_s)
    if settings.CHAIN is None:
        return None
    stakes = StakeChange.objects.filter(chain_id=settings.CHAIN.chain_id)
    first_at = stakes.order_by("block_at").values_list("block_at", flat=True).first()
    return None if first_at is None else first_span(first_at, settings.MONEY.epoch_s)


def due_spans(*, limit: int = EPOCHS_AT_ONCE) -> list[Span]:
    """The epochs that are over as far as the chain has been read, oldest first, at most `limit`."""
    known_until, span = _read_until(), next_span()
    spans: list[Span] = []
    while known_until is not None and span is not None and span.ends_at < known_until and len(spans) < limit:
        spans.append(span)
        span = span.following(settings.MONEY.epoch_s)
    return spans


def settle(spans: Sequence[Span]) -> int:
    """Settle these epochs, which are due and follow each other; how many were. One transaction each.

    The pool of an epoch is what had come in before its end less all earlier rewards: it does not matter when
    it is settled. What was booked late, with a time before the end, is shared in the next epoch. It is never
    more than the pool holds now and does not owe already.
    """
    if not spans:
        return 0
    income = _income([span.ends_at for span in spans])
    given_before = Epoch.objects.aggregate(sum=Sum("rewards_micros"))["sum"] or 0
    # `paid_at` first: the epochs that are not paid are few, the rewards are many.
    owed = Reward.objects.filter(epoch__paid_at=None, paid=False).aggregate(sum=Sum("amount_micros"))["sum"]
    free_micros = income.now - (owed or 0)
    for count, (span, until) in enumerate(zip(spans, income.until, strict=True)):
        rewards = _settle_one(span, pool_micros=max(0, min(until - given_before, free_micros)))
        if rewards is None:
            log.warning("epoch_not_settled_here", number=span.number)
            return count
        given_before, free_micros = given_before + rewards, free_micros - rewards
    return len(spans)


def _settle_one(span: Span, *, pool_micros: int) -> int | None:
    """Write the epoch and its rewards; their sum. None if it was there already, or is not due any more."""
    assert settings.CHAIN is not None, "nothing is due without a chain"
    values: dict[str, Any] = {
        "chain_id": settings.CHAIN.chain_id,
        "number": span.number,
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "pool_micros": pool_micros,
        "now": now(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # Locked: a step back after a reorganisation forgets stakes, and must not do so while they are counted.
        trusted = _trusted_cursors().filter(block_at__gt=span.ends_at).select_for_update(no_key=True)
        if trusted.first() is None:
            return None
        cursor.execute(SETTLE, values)
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _income(ends: Sequence[datetime]) -> Income:
    values: dict[str, Any] = {"ends": list(ends), "reward": REWARD_KIND, "pool": chart.POOL_STAKERS}
    with connection.cursor() as cursor:
        cursor.execute(INCOME, values)
        rows: list[tuple[int, bool, int]] = cursor.fetchall()
    came = [
        sum(micros for at, paid, micros in rows if at == stretch and not paid) for stretch in range(len(ends))
    ]
    until = tuple(sum(came[: index + 1]) for index in range(len(came)))
    return Income(until=until, now=sum(micros for _, _, micros in rows))


def _read_until() -> datetime | None:
    """The time up to which everything on the chain is known; None where it isn't, or is doubted."""
    cursor = _trusted_cursors().first()
    return None if cursor is None else cursor.block_at


def _trusted_cursors() -> QuerySet[ChainCursor]:
    """The configured chain's cursor, while nobody doubts it."""
    if settings.CHAIN is None:
        return ChainCursor.objects.none()
    return ChainCursor.objects.filter(chain_id=settings.CHAIN.chain_id, alarm="", recheck=False)
