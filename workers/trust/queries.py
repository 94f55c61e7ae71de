"""Who is trusted: whom staff have decided to trust. The rule of so many paid jobs over so many days only proposes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from workers.jobs.postgres.settling import DONE_PREFIX
from workers.trust.models import OwnerTrust, TrustDecision
from workers.trust.release import RELEASED_PER_DAY_MICROS

WINDOW_MIN = 1_000
WINDOW_PER_JOB = 10
WINDOW_MAX = 100_000
"""How many of an owner's last paid jobs are looked at: ten times what is needed, within these limits."""

_PAID = "job.state = 'done' AND job.granted_micros = 0 AND job.charged_micros > 0"
"""The condition of the index `job_paid_by_worker`."""
_FIRST = f"""
    SELECT min(first.finished_at) FROM workers_worker worker CROSS JOIN LATERAL (
        SELECT job.finished_at FROM workers_job job WHERE job.worker_id = worker.id AND {_PAID}
        ORDER BY job.finished_at LIMIT 1
    ) first WHERE worker.owner_id = %(owner)s"""  # noqa: S608
_COUNTED = f"""
    WITH last_jobs AS (
        SELECT job.public_id FROM workers_worker worker CROSS JOIN LATERAL (
            SELECT job.public_id, job.finished_at FROM workers_job job
            WHERE job.worker_id = worker.id AND {_PAID} ORDER BY job.finished_at DESC LIMIT %(window)s
        ) job
        WHERE worker.owner_id = %(owner)s ORDER BY job.finished_at DESC LIMIT %(window)s
    ), by_payer AS (
        SELECT count(*) AS jobs FROM last_jobs
        JOIN ledger_transfer transfer ON transfer.key = %(prefix)s || last_jobs.public_id
        JOIN ledger_entry entry ON entry.transfer_id = transfer.id AND entry.amount_micros < 0
        GROUP BY entry.account_id
    )
    SELECT coalesce(sum(least(jobs, %(per_payer)s)), 0) FROM by_payer"""  # noqa: S608
"""A job does not say who asked; the books say which account paid. It is counted here and shown to nobody."""
_WAITING = """
    WITH waiting AS MATERIALIZED (
        SELECT account.id, split_part(account.address, ':', 2)::bigint AS owner_id FROM ledger_account account
        WHERE account.address ~ '^user:[0-9]{1,18}:escrow$' AND account.balance_micros > account.held_micros
    )
    SELECT owner.id FROM waiting JOIN accounts_user owner ON owner.id = waiting.owner_id
    LEFT JOIN workers_ownertrust trust ON trust.owner_id = owner.id
    LEFT JOIN workers_escrowtally tally ON tally.owner_id = owner.id
    WHERE owner.is_active AND """
"""The accounts are read once, whatever the planner believes of them: joined to people by what their addresses say,
they would be read again for each person."""
_SET_FREE = """trust.decision = 'trusted' AND (tally.day IS DISTINCT FROM %s OR tally.day_micros < %s)
    ORDER BY tally.looked_at NULLS FIRST, waiting.id LIMIT %s"""
"""Whoever was looked at longest ago comes first: what the limits keep in escrow must not keep others waiting."""
_TO_CHECK = """coalesce(trust.decision, 'rule') = 'rule' AND trust.proposed_at IS NULL
    ORDER BY random() LIMIT %s"""
"""By chance, so that with more than one batch of them none waits for ever."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an owner stands. `paid_jobs` are those that count, up to `paid_jobs_needed`; days are whole ones.

    `proposed`: the rule is met, and staff have not decided.
    """

    trusted: bool
    proposed: bool
    paid_jobs: int
    paid_jobs_needed: int
    days: int
    days_needed: int
    decision: TrustDecision


def standing_of(user: User) -> Standing:
    """Whether staff trust this owner, and how far the rule is met. Three statements, however many jobs there are.

    A job counts that was paid wholly with bought credits; of one person's at most `TRUST_MAX_JOBS_PER_PAYER`.
    Once met, the rule stays met.
    """
    trust = OwnerTrust.objects.filter(owner=user).first()
    decision = TrustDecision(trust.decision) if trust else TrustDecision.RULE
    met_before = trust is not None and trust.proposed_at is not None
    jobs_needed, days_needed = settings.MONEY.trust_paid_jobs, settings.MONEY.trust_days
    first_at = first_paid_at(user.pk)
    days = (clock.now() - first_at).days if first_at else 0
    paid_jobs = jobs_needed if met_before else counted_jobs(user.pk)
    by_rule = met_before or (paid_jobs >= jobs_needed and days >= days_needed)
    return Standing(
        trusted=decision == TrustDecision.TRUSTED,
        proposed=decision == TrustDecision.RULE and by_rule,
        paid_jobs=paid_jobs,
        paid_jobs_needed=jobs_needed,
        days=days,
        days_needed=days_needed,
        decision=decision,
    )


def meets_rule(owner_id: int) -> bool:
    """Whether the rule is met now, whatever was decided. One statement where it has no chance yet."""
    first_at = first_paid_at(owner_id)
    days = (clock.now() - first_at).days if first_at else 0
    return days >= settings.MONEY.trust_days and counted_jobs(owner_id) >= settings.MONEY.trust_paid_jobs


def first_paid_at(owner_id: int) -> datetime | None:
    """When the first job of this owner's workers was done that was paid wholly with bought credits."""
    at: datetime | None = _value(_FIRST, {"owner": owner_id})
    return at


def counted_jobs(owner_id: int) -> int:
    """How many paid jobs count, up to as many as are needed. Looks at a limited number of the last ones."""
    needed: int = settings.MONEY.trust_paid_jobs
    window = min(max(WINDOW_MIN, WINDOW_PER_JOB * needed), WINDOW_MAX)
    values = {
        "owner": owner_id,
        "window": window,
        "prefix": DONE_PREFIX,
        "per_payer": settings.MONEY.trust_jobs_per_payer,
    }
    return min(needed, int(_value(_COUNTED, values)))


def owners_to_release(*, limit: int) -> list[int]:
    """Trusted owners with something in escrow, of whom the day's limit is not used up."""
    today = clock.now().astimezone(UTC).date()
    return _owners(_WAITING + _SET_FREE, today, RELEASED_PER_DAY_MICROS, limit)


def owners_to_check(*, limit: int) -> list[int]:
    """Owners with something in escrow about whom nothing was decided and who did not meet the rule before."""
    return _owners(_WAITING + _TO_CHECK, limit)


def _owners(sql: str, *values: date | int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [owner_id for (owner_id,) in cursor.fetchall()]


def _value(sql: str, values: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return row[0] if row else None
