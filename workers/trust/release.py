"""What leaves escrow: of owners whom staff trust, so much a day, and so much of what any one payer paid.

Who paid is read from the books, where it is anyway: an amount in escrow came with the transfer that took it from
somebody's free credits, or from the promotion budget itself. All guests are one payer: the books tell them apart no
further. It is counted on from where the last look ended, and kept by owner under a keyed hash of the payer, from which
nobody is read.
"""

from datetime import UTC

import structlog
from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Greatest, Least
from django.utils.crypto import salted_hmac

from ashao_site.lib import clock
from ledger.books import actions as ledger
from ledger.books import chart
from ledger.books.money import MICROS_PER_USD
from ledger.books.queries import available
from workers.trust.models import EscrowSource, EscrowTally

log = structlog.get_logger("ashao.trust")

RELEASED_PER_DAY_MICROS = 50 * MICROS_PER_USD
"""The most that is released to one owner on one day (UTC)."""
RELEASED_PER_PAYER_MICROS = 5 * MICROS_PER_USD
"""The most that is ever released to one owner of what one payer's free credits paid."""
COUNTED_AT_ONCE_MAX = 20_000

_FRESH = """
    WITH fresh AS (
        SELECT entry.id, entry.transfer_id, entry.amount_micros FROM ledger_entry entry
        JOIN ledger_account account ON account.id = entry.account_id
        WHERE account.address = %(escrow)s AND entry.id > %(after)s ORDER BY entry.id LIMIT %(limit)s
    ), paid AS (
        SELECT DISTINCT ON (fresh.id) fresh.id, fresh.amount_micros, account.address
        FROM fresh
        JOIN ledger_entry other ON other.transfer_id = fresh.transfer_id
            AND sign(other.amount_micros) <> sign(fresh.amount_micros)
        JOIN ledger_account account ON account.id = other.account_id
        ORDER BY fresh.id, account.address LIKE 'user:%%:granted' DESC, account.address = %(promo)s DESC, other.id
    )
    SELECT address, sum(amount_micros)::bigint, count(*), max(id) FROM paid GROUP BY address"""
"""By the account on the other side of each amount: a reversal is counted back to where the amount came from."""


def release(owner_id: int, *, key: str) -> int:
    """Move what may leave this owner's escrow now to the earnings; how much that is.

    The caller has decided that the owner is trusted, and holds a lock that no other release of theirs passes. With
    more to be counted than one look allows, nothing moves and the next call goes on.
    """
    tally, _ = EscrowTally.objects.get_or_create(owner_id=owner_id)
    tally.looked_at = clock.now()
    amount_micros = _releasable(tally) if _count_on(tally) else 0
    if amount_micros > 0:
        ledger.post_transfer(
            key=key,
            kind="escrow_release",
            legs=[
                ledger.Leg(chart.user_escrow(owner_id), -amount_micros),
                ledger.Leg(chart.user_earnings(owner_id), amount_micros),
            ],
        )
        tally.day_micros += amount_micros
    tally.save()
    return amount_micros


def _releasable(tally: EscrowTally) -> int:
    today = clock.now().astimezone(UTC).date()
    if tally.day != today:
        tally.day, tally.day_micros = today, 0
    capped = Least(Greatest(F("earned_micros"), 0), RELEASED_PER_PAYER_MICROS)
    sources = EscrowSource.objects.filter(owner_id=tally.owner_id)
    of_payers: int = sources.aggregate(sum=Sum(capped))["sum"] or 0
    return min(
        available(chart.user_escrow(tally.owner_id)),
        RELEASED_PER_DAY_MICROS - tally.day_micros,
        of_payers - tally.released_micros,
    )


def _count_on(tally: EscrowTally) -> bool:
    """Count the amounts in escrow since the last look, by payer; whether all of them are counted now."""
    own = chart.user_earnings(tally.owner_id)
    earned: dict[str, int] = {}
    count = 0
    for address, micros, amounts, last_id in _fresh(tally):
        count += amounts
        tally.counted_entry_id = max(tally.counted_entry_id, last_id)
        if address == own:
            tally.released_micros -= micros
        else:
            tag = payer_tag(tally.owner_id, address)
            earned[tag] = earned.get(tag, 0) + micros
    if earned:
        _add(tally.owner_id, earned)
    return count < COUNTED_AT_ONCE_MAX


def payer_tag(owner_id: int, address: str) -> str:
    """A payer as this owner's counts know them: all accounts of one person are one, and no two owners share a tag."""
    payer = address.rpartition(":")[0] if address.startswith("user:") else address
    return salted_hmac("ashao.trust.payer", f"{owner_id}:{payer}", algorithm="sha256").hexdigest()


def _fresh(tally: EscrowTally) -> list[tuple[str, int, int, int]]:
    values: dict[str, int | str] = {
        "escrow": chart.user_escrow(tally.owner_id),
        "after": tally.counted_entry_id,
        "limit": COUNTED_AT_ONCE_MAX,
        "promo": chart.PROMO_BUDGET,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FRESH, values)
        rows: list[tuple[str, int, int, int]] = cursor.fetchall()
    return rows


def _add(owner_id: int, earned: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO workers_escrowsource (owner_id, payer_tag, earned_micros) VALUES (%s, %s, %s)
               ON CONFLICT (owner_id, payer_tag)
               DO UPDATE SET earned_micros = workers_escrowsource.earned_micros + excluded.earned_micros""",
            [(owner_id, tag, micros) for tag, micros in sorted(earned.items())],
        )
