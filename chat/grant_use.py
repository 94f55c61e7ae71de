"""Whether somebody came back after the day of their first sign-in, as far as anything here shows it."""

from datetime import UTC, date, datetime, time, timedelta

from ashao_site.accounts.models import User
from ledger import chart
from ledger.models import Entry, HoldLine
from workers.machines.queries import had_worker_since


def came_back(user_id: int, day: date) -> bool:
    """Whether this person signed in, used a session or a key, sent, earned, paid or ran a worker after that UTC day."""
    after = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    if User.objects.filter(pk=user_id, last_seen_on__gt=day).exists():
        return True
    if had_worker_since(user_id, after):
        return True
    mine = [f"{chart.user_prefix(user_id)}{part}" for part in chart.USER_PARTS]
    moved = Entry.objects.filter(account__address__in=mine, transfer__created_at__gte=after)
    held = HoldLine.objects.filter(account__address__in=mine, hold__created_at__gte=after)
    return moved.exists() or held.exists()
