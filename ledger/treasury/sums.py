"""What the books say of the treasury by day, added up once and remembered by each process.

Reading every entry of years for each visitor would cost more with each job. What is older than an hour does
not change any more (entries are append-only, and no transaction takes that long), so its sums are kept by the
id of the last transfer in them, and only what came after is read again.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from ashao_site.lib.errors import Unavailable

PIECE = 100_000
"""Transfers in one statement, at most."""
FEW = 5_000
"""So many that are old enough to be remembered are still read anew each time."""
KEPT_AFTER_S = 3_600
WAIT_MAX_S = 5.0

# One row for each day, kind of transfer and part of the treasury.
READ = """
WITH part AS (
    SELECT id, CASE
        WHEN address = 'pool:buyback' THEN 'buyback'
        WHEN address = 'pool:stakers' THEN 'stakers'
        WHEN address = 'pool:cloud' THEN 'cloud'
        WHEN address = 'treasury:usdc' THEN 'usdc'
        WHEN address = 'promo:budget' OR address LIKE 'user:%%:granted' THEN 'promo'
        ELSE 'workers' END AS name
    FROM ledger_account
    WHERE address IN ('pool:buyback', 'pool:stakers', 'pool:cloud', 'treasury:usdc', 'promo:budget')
       OR address LIKE 'user:%%:earnings' OR address LIKE 'user:%%:escrow' OR address LIKE 'user:%%:granted'
)
SELECT (t.created_at AT TIME ZONE 'UTC')::date, t.kind, part.name, sum(e.amount_micros)::bigint
FROM ledger_transfer t
JOIN ledger_entry e ON e.transfer_id = t.id
JOIN part ON part.id = e.account_id
WHERE t.id > %s AND t.id <= %s
GROUP BY 1, 2, 3
"""
LAST_OLD = """
SELECT id FROM ledger_transfer WHERE created_at < now() - make_interval(secs => %s) ORDER BY id DESC LIMIT 1
"""
LAST = 2**62

Key = tuple[date, str, str]
"""Day, kind of transfer, part."""


@dataclass(frozen=True)
class Sums:
    """What was added to each part of the treasury, in µUSDC, by day and kind of transfer."""

    by_key: Mapping[Key, int]

    def of(self, kind: str, part: str) -> int:
        return sum(micros for (_, k, p), micros in self.by_key.items() if (k, p) == (kind, part))

    def by_day(self, kind: str, part: str) -> dict[date, int]:
        """Day by day; days with nothing are left out."""
        return {day: micros for (day, k, p), micros in self.by_key.items() if (k, p) == (kind, part)}

    def balance(self, part: str) -> int:
        """What is there now."""
        return sum(micros for (_, _, p), micros in self.by_key.items() if p == part)

    @property
    def stakers_pool(self) -> int:
        """The balance of `pool:stakers`."""
        return self.balance("stakers")


@dataclass
class _Memory:
    """What this process knows. `kept` has everything up to and with the transfer `kept_id`."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    kept: Counter[Key] = field(default_factory=Counter)
    kept_id: int = 0
    latest: Sums | None = None
    read_at_s: float = 0.0

    def forget(self) -> None:
        """As at the start."""
        self.kept, self.kept_id, self.latest = Counter(), 0, None


memory = _Memory()


def sums(*, max_age_s: float) -> Sums:
    """The sums, read within the last `max_age_s`. Raises `Unavailable` while another thread still reads them."""
    if not memory.lock.acquire(timeout=WAIT_MAX_S):
        raise Unavailable("The figures are being added up. Please try again in a moment.", retry_after_s=5)
    try:
        if memory.latest is None or time.monotonic() - memory.read_at_s > max_age_s:
            memory.read_at_s = time.monotonic()
            memory.latest = _read_all()
        return memory.latest
    finally:
        memory.lock.release()


def _read_all() -> Sums:
    last_old = _last_old()
    while last_old - memory.kept_id > FEW:
        upto = min(memory.kept_id + PIECE, last_old)
        memory.kept.update(_read(memory.kept_id, upto))
        memory.kept_id = upto
    added_up = Counter(memory.kept)
    added_up.update(_read(memory.kept_id, LAST))  # not `+`, which drops what is below zero
    return Sums(added_up)


def _last_old() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LAST_OLD, [KEPT_AFTER_S])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _read(after_id: int, upto_id: int) -> Counter[Key]:
    with connection.cursor() as cursor:
        cursor.execute(READ, [after_id, upto_id])
        rows: list[tuple[date, str, str, int]] = cursor.fetchall()
    return Counter({(day, kind, part): micros for day, kind, part, micros in rows})
