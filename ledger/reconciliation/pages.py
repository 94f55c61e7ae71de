"""The admin's page of the reconciliation, and its CSV."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse

from ashao_site.lib.clock import now
from ashao_site.staff.asked import RECONCILE, me, require_right
from ledger.books.money import format_usd
from ledger.reconciliation import words
from ledger.reconciliation.actions import reconcile
from ledger.reconciliation.export import as_csv, filename
from ledger.reconciliation.report import Finding, FindingRow, Level, Report

FIRST_DAY = date(2020, 1, 1)
SHOWN_ROWS = 50
"""Of a finding's rows, so many on the page; all of them are in the file."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row behind a finding, with the ways to its pages."""

    what: str
    amount: str
    at: datetime | None
    url: str
    chain_url: str


def reconciliation_page(request: HttpRequest) -> HttpResponse:
    """Ledger, payouts and chain beside each other, for now or for the end of a past day (`?day=2026-11-21`)."""
    require_right(request, RECONCILE)
    day, problem = _day(request.GET)
    if problem:
        return _render(request, {"problem": problem}, status=400)
    report = reconcile(day=day, by=me(request))
    return _render(request, _shown(report))


def reconciliation_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    require_right(request, RECONCILE)
    day, problem = _day(request.GET)
    if problem:
        return HttpResponse(problem, content_type="text/plain; charset=utf-8", status=400)
    report = reconcile(day=day, by=me(request))
    answer = HttpResponse(as_csv(report), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{filename(report)}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _day(query: QueryDict) -> tuple[date | None, str]:
    """The day that was asked for, None for now; and what is wrong with it."""
    text = query.get("day", "")
    if not text:
        return None, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, "A day is written as 2026-11-21."
    if not FIRST_DAY <= day < _today():
        return None, "Only days that are over can be looked at: this one is not, in UTC."
    return day, ""


def _today() -> date:
    return now().astimezone(UTC).date()


def _render(request: HttpRequest, shown: dict[str, object], status: int = 200) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Reconciliation",
        "day_text": request.GET.get("day", "")[:10],
        "yesterday": (_today() - timedelta(days=1)).isoformat(),
        **shown,
    }
    return render(request, "admin/ledger/reconciliation.html", context, status=status)


def _shown(report: Report) -> dict[str, object]:
    node = report.chain.node
    return {
        "report": report,
        "moment": words.moment(report),
        "is_now": report.day is None,
        "unexplained": format_usd(report.unexplained_micros),
        "difference": _signed(report.difference_micros),
        "explained": _signed(report.explained_micros),
        "ledger_cash": format_usd(report.ledger.cash_micros),
        "classes": [
            (words.CLASS_WORDS.get(name, name), format_usd(micros)) for name, micros in report.ledger.classes
        ],
        "payouts_open": format_usd(report.payouts.open_micros),
        "payouts_in_ledger": format_usd(report.payouts.in_ledger_micros),
        "by_state": [(state, count, format_usd(micros)) for state, count, micros in report.payouts.by_state],
        "chain_cash": format_usd(report.chain.cash_micros),
        "chain_in": format_usd(report.chain.in_micros),
        "chain_out": format_usd(-report.chain.out_micros) if report.chain.out_micros else "$0.00",
        "cursor": report.chain.cursor,
        "node": node,
        "node_at_cursor": _known(node.at_cursor_micros if node else None),
        "node_latest": _known(node.latest_micros if node else None),
        "findings": [_finding(finding) for finding in report.findings],
        "red_count": len(report.red),
    }


def _finding(finding: Finding) -> dict[str, object]:
    is_sum = finding.level is not Level.NOTE or finding.amount_micros
    return {
        "code": finding.code.value,
        "level": finding.level.value,
        "mark": words.MARKS[finding.level],
        "title": words.title(finding),
        "meaning": words.meaning(finding),
        "sides": words.SIDES[finding.pair] if finding.level is not Level.NOTE else "",
        "amount": _signed(finding.amount_micros) if is_sum else "",
        "size": format_usd(finding.absolute_micros),
        "show_size": finding.level is Level.RED and finding.absolute_micros != abs(finding.amount_micros),
        "count": finding.count,
        "rows": list(_rows(finding.evidence[:SHOWN_ROWS])),
        "more": max(0, len(finding.evidence) - SHOWN_ROWS),
        "suspense_url": reverse("admin:ledger_treasurytransfer_changelist") + "?booked__exact=suspense"
        if finding.code == "in_suspense"
        else "",
    }


def _rows(evidence: Iterable[FindingRow]) -> Iterable[ShownRow]:
    for row in evidence:
        url = chain_url = ""
        if row.ledger_id is not None:
            url = reverse("admin:ledger_transfer_change", args=[row.ledger_id])
        elif row.moved_id is not None:
            url = reverse("admin:ledger_treasurytransfer_change", args=[row.moved_id])
            explorer = settings.MONEY.explorer_url
            chain_url = f"{explorer}/tx/{row.what}" if explorer else ""
        elif row.payout_id:
            url = f"{reverse('admin:ledger_payout_changelist')}?q={row.payout_id}"
        amount = _signed(row.amount_micros) if row.amount_micros else ""
        yield ShownRow(row.what, amount, row.at, url, chain_url)


def _signed(micros: int) -> str:
    return f"+{format_usd(micros)}" if micros > 0 else format_usd(micros).replace("-", "−")


def _known(micros: int | None) -> str:
    return "" if micros is None else format_usd(micros)


urlpatterns = [
    path("", admin.site.admin_view(reconciliation_page), name="reconciliation"),
    path("csv/", admin.site.admin_view(reconciliation_csv), name="reconciliation_csv"),
]
