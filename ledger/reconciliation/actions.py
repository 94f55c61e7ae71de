"""Comparing the whole, as of now or of a past day. What the last comparison of now came to is remembered."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from ashao_site.accounts.audit import AuditEntry, audit
from ashao_site.accounts.models import User
from ashao_site.chain.indexer import follow as indexer
from ashao_site.chain.indexer.models import ChainCursor
from ledger.books.money import format_usd
from ledger.reconciliation import queries, words
from ledger.reconciliation.compare import compare
from ledger.reconciliation.report import Report
from ledger.reconciliation.witness import ask_node

SUBJECT = "reconciliation"
AGREES = "reconciliation.agrees"
DIFFERS = "reconciliation.differs"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a comparison of now came to, the first time that it did."""

    agrees: bool
    detail: str
    at: datetime


def reconcile(*, day: date | None = None, by: User | None = None) -> Report:
    """Compare ledger, payouts and chain as they are now, or were at the end of a day (UTC).

    Now asks the chain's node too, and goes into the audit log when it is not what the last one came to. Must not
    be called in a transaction: the node may take its time.
    """
    inputs = queries.read(day=day)
    if day is not None:
        return compare(inputs)
    report = compare(inputs, ask_node(inputs.cursor))
    _remember(report, by)
    return report


def last_outcome() -> Outcome | None:
    """What the last comparison of now came to; None before the first."""
    entry = AuditEntry.objects.filter(subject=SUBJECT).order_by("-pk").first()
    return None if entry is None else Outcome(entry.action == AGREES, entry.detail, entry.at)


def _remember(report: Report, by: User | None) -> None:
    detail = "Nothing is unexplained."
    if not report.agrees:
        kinds = "; ".join(words.title(finding) for finding in report.red)
        detail = f"Unexplained: {format_usd(report.unexplained_micros)}. {kinds}."
    last = last_outcome()
    if last is None or (last.agrees, last.detail) != (report.agrees, detail):
        audit(actor=by, action=AGREES if report.agrees else DIFFERS, subject=SUBJECT, detail=detail)


def clear_alarm(*, staff: User, note: str) -> ChainCursor:
    """Let the chain be read again after somebody has looked. Raises Conflict (no_alarm)."""
    with transaction.atomic():
        cursor, alarm = indexer.clear_alarm()
        subject = f"chain:{cursor.chain_id}"
        audit(actor=staff, action="chain.clear_alarm", subject=subject, detail=f"{note} ({alarm})")
    return cursor
