"""What the admin tells about payouts beside their fields: how many are where, and what was done about one."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.staff import words
from ledger.books.money import format_usd
from ledger.payouts import queries
from ledger.payouts.models import Payout, RelayerAttempt
from ledger.payouts.pages.chosen import LIST
from ledger.payouts.states import PayoutState

MAX_HISTORY_ROWS = 50


def tabs(request: HttpRequest) -> list[dict[str, object]]:
    """A tab for each state; the open ones with how many there are, and how much."""
    base = reverse(LIST)
    chosen, tallies = request.GET.get("state__exact"), queries.open_by_state()
    everything = {"title": "All", "link": base, "active": chosen is None, "hint": ""}
    states = [
        {
            "title": f"{state.capitalize()} {tallies[state].count}"
            if state in tallies
            else state.capitalize(),
            "link": f"{base}?state__exact={state}",
            "active": chosen == state,
            "hint": format_usd(tallies[state].amount_micros) if state in tallies else "",
        }
        for state in PayoutState
    ]
    return [everything, *states]


def history(payout: Payout) -> dict[str, object]:
    """What was decided, sent and written down about a payout, as tables."""
    decisions = list(payout.decisions.order_by("-id")[:MAX_HISTORY_ROWS])
    staff = {user.pk: str(user) for user in User.objects.filter(pk__in={one.staff_id for one in decisions})}
    sent = RelayerAttempt.objects.filter(transaction__payout=payout).select_related("transaction")
    written = AuditEntry.objects.filter(subject=payout.public_id)[:MAX_HISTORY_ROWS]
    return {
        "decisions": {
            "headers": ["Time", "Who", "Decision", "Note"],
            "rows": [
                [_time(one.decided_at), staff.get(one.staff_id, one.staff_id), one.decision, one.note]
                for one in decisions
            ],
        },
        "attempts": {
            "headers": ["Made", "Sent", "Relayer's nonce", "Transaction"],
            "rows": [
                [
                    _time(one.created_at),
                    _time(one.sent_at),
                    one.transaction.nonce,
                    words.transaction(one.tx_hash, whole=True),
                ]
                for one in sent.order_by("-id")[:MAX_HISTORY_ROWS]
            ],
        },
        "written": {
            "headers": ["Time", "Who", "What", "Detail"],
            "rows": [[_time(one.at), one.actor_name, one.action, one.detail] for one in written],
        },
    }


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "-"
