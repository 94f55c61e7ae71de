"""The time, in one place, so that a test can move it."""

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from django.utils import timezone


def now() -> datetime:
    """The time now, aware, in UTC."""
    return timezone.now()


def now_ms() -> int:
    """Milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


def milliseconds(count: int) -> timedelta:
    """A span of `count` milliseconds."""
    return timedelta(milliseconds=count)


def iso(at: datetime) -> str:
    """A time as the API writes it: ISO 8601, UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(at: datetime | None) -> str | None:
    """As `iso`; None where there was no such time."""
    return iso(at) if at else None


def day_start(at: datetime) -> datetime:
    """When that UTC day began."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def day_left_s(at: datetime) -> int:
    """How long that UTC day still is, in seconds, at least one."""
    return max(1, int((day_start(at) + timedelta(days=1) - at).total_seconds()))


def day_end(day: date) -> datetime:
    """The first moment after a UTC day."""
    return datetime.combine(day + timedelta(days=1), time_of_day.min, UTC)
