"""What about the books, payouts and the chain somebody of the staff should look at. Cheap: for every page of it."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Min, Q, Sum
from django.urls import reverse

from ashao_site.chain.indexer.queries import cursor as chain_cursor
from ashao_site.chain.watch import NotConfigured, Reachable, chain_watch, describe
from ashao_site.lib.clock import now
from ashao_site.staff.alarms import Alarm, AlarmLevel, counted
from ledger.books.money import format_usd
from ledger.deposits.models import Booked, TreasuryTransfer
from ledger.payouts.models import Payout
from ledger.payouts.queries import relayer_problem
from ledger.payouts.states import OPEN, PayoutState
from ledger.reconciliation.actions import last_outcome

OLD_PAYOUT = timedelta(days=1)
SILENT_FOR = timedelta(minutes=2)
"""So long after its last reading the chain should have been read again."""


def money_alarms() -> Iterator[Alarm]:
    """All that the ledger knows of."""
    yield from _chain()
    yield from _cursor()
    yield from _payouts()
    yield from _transfers()
    yield from _last_outcome()


def _chain() -> Iterator[Alarm]:
    status = chain_watch.status()
    if not isinstance(status, Reachable | NotConfigured):
        yield Alarm("chain", AlarmLevel.WARNING, describe(status))


def _cursor() -> Iterator[Alarm]:
    cursor = chain_cursor()
    if cursor is None:
        return
    link = reverse("admin:chain_chaincursor_change", args=[cursor.pk])
    if cursor.alarm:
        yield Alarm("chain_alarm", AlarmLevel.DANGER, f"Nothing is credited. {cursor.alarm}", link)
    elif cursor.problem:
        yield Alarm("chain_problem", AlarmLevel.WARNING, f"The chain is not read. {cursor.problem}", link)
    elif (silent := now() - cursor.read_at) > SILENT_FOR:
        minutes = int(silent.total_seconds() // 60)
        sentence = f"The chain was last read {minutes:,} minutes ago. Does the settlement process run?"
        yield Alarm("chain_silent", AlarmLevel.WARNING, sentence, link)


def _payouts() -> Iterator[Alarm]:
    link = reverse("admin:ledger_payout_changelist")
    if problem := relayer_problem():
        yield Alarm("relayer", AlarmLevel.DANGER, problem, f"{link}?open=yes")
    open_payouts = Payout.objects.filter(state__in=OPEN).aggregate(
        requested=Count("id", filter=Q(state=PayoutState.REQUESTED)),
        problems=Count("id", filter=~Q(problem="")),
        old=Count("id", filter=Q(requested_at__lt=now() - OLD_PAYOUT)),
        oldest=Min("requested_at"),
    )
    if open_payouts["old"]:
        hours = int((now() - open_payouts["oldest"]).total_seconds() // 3600)
        sentence = f"{counted(open_payouts['old'], 'payout')} open for more than a day, the oldest for {hours:,} hours."
        yield Alarm("old_payouts", AlarmLevel.WARNING, sentence, f"{link}?open=yes")
    if open_payouts["problems"]:
        sentence = (
            f"{counted(open_payouts['problems'], 'payout')} cannot go on for a reason that is said on each."
        )
        yield Alarm("payout_problems", AlarmLevel.WARNING, sentence, f"{link}?open=problem")
    if open_payouts["requested"]:
        sentence = f"{counted(open_payouts['requested'], 'payout')} to be approved."
        yield Alarm("approvals", AlarmLevel.INFO, sentence, f"{link}?state__exact=requested")


def _transfers() -> Iterator[Alarm]:
    link = reverse("admin:ledger_treasurytransfer_changelist")
    unsettled = TreasuryTransfer.objects.filter(booked__in=[Booked.SUSPENSE, Booked.OPEN]).order_by()
    waiting = {
        row["booked"]: (row["count"], format_usd(row["micros"]))
        for row in unsettled.values("booked").annotate(count=Count("id"), micros=Sum("amount_micros"))
    }
    if Booked.OPEN in waiting:
        count, amount = waiting[Booked.OPEN]
        transfers = counted(count, "transfer")
        sentence = f"{transfers}, {amount} in all, left the treasury, and nothing in the books says why."
        yield Alarm("unexplained_out", AlarmLevel.DANGER, sentence, f"{link}?booked__exact=open")
    if Booked.SUSPENSE in waiting:
        count, amount = waiting[Booked.SUSPENSE]
        sentence = f"{counted(count, 'deposit')}, {amount} in all, in suspense: somebody has to say whose."
        yield Alarm("suspense", AlarmLevel.WARNING, sentence, f"{link}?booked__exact=suspense")


def _last_outcome() -> Iterator[Alarm]:
    last = last_outcome()
    if last is not None and not last.agrees:
        sentence = f"The last reconciliation ({last.at:%d %B, %H:%M} UTC) did not agree. {last.detail}"
        yield Alarm("reconciliation", AlarmLevel.DANGER, sentence, reverse("reconciliation"))
