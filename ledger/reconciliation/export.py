"""A report as CSV: every figure of the page, and every row behind a finding."""

import csv
from collections.abc import Iterable
from io import StringIO

from ledger.reconciliation import words
from ledger.reconciliation.report import Report

HEADER = ("section", "code", "text", "micros", "count", "time", "ledger_transfer", "chain_transfer", "payout")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[object, ...]


def as_csv(report: Report) -> str:
    """The whole report. Amounts are µUSDC."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in _rows(report):
        padded = (*row, *[""] * (len(HEADER) - len(row)))
        writer.writerow([_safe(cell) for cell in padded])
    return out.getvalue()


def filename(report: Report) -> str:
    """What the file is called."""
    when = report.day.isoformat() if report.day else f"{report.made_at:%Y-%m-%dT%H%M%SZ}"
    return f"reconciliation-{when}.csv"


def _rows(report: Report) -> Iterable[Row]:
    yield "report", "agrees" if report.agrees else "differs", words.moment(report), report.unexplained_micros
    yield "ledger", "cash", "cash by the ledger", report.ledger.cash_micros
    for name, micros in report.ledger.classes:
        yield "ledger", name, words.CLASS_WORDS.get(name, name), micros
    yield "payouts", "open", "open payouts", report.payouts.open_micros
    yield "payouts", "in_ledger", "set aside in the ledger", report.payouts.in_ledger_micros
    for state, count, micros in report.payouts.by_state:
        yield "payouts", state, "payouts by state", micros, count
    yield "chain", "cash", "cash by the chain", report.chain.cash_micros
    yield "chain", "in", "came in", report.chain.in_micros
    yield "chain", "out", "went out", report.chain.out_micros
    if (cursor := report.chain.cursor) is not None:
        yield "chain", "cursor", f"read up to block {cursor.block}", "", "", cursor.block_at.isoformat()
    if (node := report.chain.node) is not None:
        for code, known in (("at_cursor", node.at_cursor_micros), ("latest", node.latest_micros)):
            yield "node", code, "balanceOf(treasury)" if known is not None else node.problem, _or(known)
    yield "difference", "ledger_chain", "ledger less chain", report.difference_micros
    yield "difference", "explained", "of it explained", report.explained_micros
    yield "difference", "unexplained", "all that is unexplained", report.unexplained_micros
    for finding in report.findings:
        yield (
            finding.level.value,
            finding.code.value,
            words.title(finding),
            finding.amount_micros,
            finding.count,
        )
        for row in finding.evidence:
            at = row.at.isoformat() if row.at else ""
            ids = (_or(row.ledger_id), _or(row.moved_id), row.payout_id)
            yield ("evidence", finding.code.value, row.what, row.amount_micros, "", at, *ids)


def _or(value: int | None) -> object:
    return "" if value is None else value


def _safe(cell: object) -> object:
    """A text that a spreadsheet would take for a formula stays a text. Numbers are numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
