"""Everything about money that somebody of the staff should look at, in sentences. Cheap: for every page of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Count, Min, Q, Sum
from django.urls import reverse

from ashao_site.lib.chain import NotConfigured, Reachable, describe
from ashao_site.lib.chain_watch import chain_watch
from ashao_site.lib.clock import now
from ledger.money import format_usd
from ledger.payouts.models import Payout
from ledger.payouts.queries import relayer_problem
from ledger.payouts.states import OPEN, PayoutState
from staking.indexer import queries as indexer
from staking.indexer.models import Booked, TreasuryTransfer
from staking.reconciliation.looks import last_look
from staking.rewards.models import Epoch

OLD_PAYOUT = timedelta(days=1)
SILENT_FOR = timedelta(minutes=2)
"""So long after its last reading the chain should have been read again."""
UNPAID_FOR = timedelta(minutes=10)
"""So long after it was settled, an epoch's rewards should be in the books."""


class AlarmLevel(StrEnum):
    """How soon somebody should look."""

    DANGER = "danger"
    """Now: money stands still, or does not add up."""
    WARNING = "warning"
    """Today: somebody waits."""
    INFO = "info"
    """Nobody has to: it is as it should be."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One sentence, and the page that has more. `code` is stable."""

    code: str
    level: AlarmLevel
    sentence: str
    link: str = ""


def alarms() -> list[Alarm]:
    """All of them, the worst first. A handful of queries, each of an index; waits half a second for a dead node."""
    found = [*_chain(), *_cursor(), *_payouts(), *_transfers(), *_last_look(), *_epochs()]
    return sorted(found, key=lambda alarm: list(AlarmLevel).index(alarm.level))


def _chain() -> Iterator[Alarm]:
    status = chain_watch.status()
    if not isinstance(status, Reachable | NotConfigured):
        yield Alarm("chain", AlarmLevel.WARNING, describe(status))


def _cursor() -> Iterator[Alarm]:
    cursor = indexer.cursor()
    if cursor is None:
        return
    link = reverse("admin:staking_chaincursor_change", args=[cursor.pk])
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
    found = Payout.objects.filter(state__in=OPEN).aggregate(
        requested=Count("id", filter=Q(state=PayoutState.REQUESTED)),
        problems=Count("id", filter=~Q(problem="")),
        old=Count("id", filter=Q(requested_at__lt=now() - OLD_PAYOUT)),
        oldest=Min("requested_at"),
    )
    if found["old"]:
        hours = int((now() - found["oldest"]).total_seconds() // 3600)
        sentence = (
            f"{_many(found['old'], 'payout')} open for more than a day, the oldest for {hours:,} hours."
        )
        yield Alarm("old_payouts", AlarmLevel.WARNING, sentence, f"{link}?open=yes")
    if found["problems"]:
        sentence = f"{_many(found['problems'], 'payout')} cannot go on for a reason that is said on each."
        yield Alarm("payout_problems", AlarmLevel.WARNING, sentence, f"{link}?open=problem")
    if found["requested"]:
        sentence = f"{_many(found['requested'], 'payout')} to be approved."
        yield Alarm("approvals", AlarmLevel.INFO, sentence, f"{link}?state__exact=requested")


def _transfers() -> Iterator[Alarm]:
    link = reverse("admin:staking_treasurytransfer_changelist")
    unsettled = TreasuryTransfer.objects.filter(booked__in=[Booked.SUSPENSE, Booked.OPEN]).order_by()
    found = {
        row["booked"]: (row["count"], format_usd(row["micros"]))
        for row in unsettled.values("booked").annotate(count=Count("id"), micros=Sum("amount_micros"))
    }
    if Booked.OPEN in found:
        count, amount = found[Booked.OPEN]
        sentence = f"{_many(count, 'transfer')}, {amount} in all, left the treasury, and nothing in the books says why."
        yield Alarm("unexplained_out", AlarmLevel.DANGER, sentence, f"{link}?booked__exact=open")
    if Booked.SUSPENSE in found:
        count, amount = found[Booked.SUSPENSE]
        sentence = f"{_many(count, 'deposit')}, {amount} in all, in suspense: somebody has to say whose."
        yield Alarm("suspense", AlarmLevel.WARNING, sentence, f"{link}?booked__exact=suspense")


def _last_look() -> Iterator[Alarm]:
    last = last_look()
    if last is not None and not last.agrees:
        sentence = f"The last reconciliation ({last.at:%d %B, %H:%M} UTC) did not agree. {last.detail}"
        yield Alarm("reconciliation", AlarmLevel.DANGER, sentence, reverse("reconciliation"))


def _epochs() -> Iterator[Alarm]:
    late = Epoch.objects.filter(paid_at=None, settled_at__lt=now() - UNPAID_FOR).order_by("number").first()
    if late is not None:
        sentence = f"The rewards of epoch {late.number} are settled and not all paid."
        link = reverse("admin:staking_epoch_change", args=[late.pk])
        yield Alarm("unpaid_epoch", AlarmLevel.WARNING, sentence, link)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
