"""Looking at the whole: a report of now or of a past day. What the last look at now found is remembered."""

from dataclasses import dataclass
from datetime import date, datetime

from ashao_site.accounts.audit import AuditEntry, audit
from ashao_site.accounts.models import User
from ledger.money import format_usd
from staking.reconciliation import queries, words
from staking.reconciliation.compare import compare
from staking.reconciliation.report import Report
from staking.reconciliation.witness import ask_node

SUBJECT = "reconciliation"
AGREES = "reconciliation.agrees"
DIFFERS = "reconciliation.differs"


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at now found, the first time that it found it."""

    agrees: bool
    detail: str
    at: datetime


def look(*, day: date | None = None, by: User | None = None) -> Report:
    """Compare ledger, payouts and chain as they are now, or were at the end of a day (UTC).

    Now asks the chain's node too, and goes into the audit log when it is not what the last look found. Must not
    be called in a transaction: the node may take its time.
    """
    read = queries.read(day=day)
    if day is not None:
        return compare(read)
    report = compare(read, ask_node(read.cursor))
    _remember(report, by)
    return report


def last_look() -> Look | None:
    """What the last look at now found; None before the first."""
    entry = AuditEntry.objects.filter(subject=SUBJECT).order_by("-pk").first()
    return None if entry is None else Look(entry.action == AGREES, entry.detail, entry.at)


def _remember(report: Report, by: User | None) -> None:
    detail = "Nothing is unexplained."
    if not report.agrees:
        kinds = "; ".join(words.title(found) for found in report.red)
        detail = f"Unexplained: {format_usd(report.unexplained_micros)}. {kinds}."
    last = last_look()
    if last is None or (last.agrees, last.detail) != (report.agrees, detail):
        audit(actor=by, action=AGREES if report.agrees else DIFFERS, subject=SUBJECT, detail=detail)
