"""When epochs begin and end: a calendar that every process reads alike. Pure.

The boundaries are `ORIGIN` plus whole multiples of `STAKING_EPOCH_S`: with a week, Mondays at 00:00 UTC. The
first epoch is the one that holds the first stake there ever was. Each further one begins where the last one
ended, so after a change of `STAKING_EPOCH_S` the next epoch is as short as it must be to end on a boundary of
the new calendar, and nothing overlaps or is left out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ORIGIN = datetime(1970, 1, 5, tzinfo=UTC)
"""A Monday."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time of an epoch: `[starts_at, ends_at)`."""

    number: int
    starts_at: datetime
    ends_at: datetime

    def following(self, epoch_s: int) -> "Span":
        """The epoch after this one."""
        return Span(self.number + 1, self.ends_at, boundary_after(self.ends_at, epoch_s))


def first_span(first_stake_at: datetime, epoch_s: int) -> Span:
    """Epoch 0: the one in which this moment is."""
    ends_at = boundary_after(first_stake_at, epoch_s)
    return Span(0, ends_at - timedelta(seconds=epoch_s), ends_at)


def span_at(upcoming: Span, at: datetime, epoch_s: int) -> Span:
    """The epoch in which `at` is, where `upcoming` is the one to be settled next."""
    if at < upcoming.ends_at:
        return upcoming
    whole = timedelta(seconds=epoch_s)
    later = (at - upcoming.ends_at) // whole
    if boundary_after(upcoming.ends_at, epoch_s) - upcoming.ends_at != whole:
        # The next one is short: count from its end.
        return span_at(upcoming.following(epoch_s), at, epoch_s)
    starts_at = upcoming.ends_at + later * whole
    return Span(upcoming.number + 1 + later, starts_at, starts_at + whole)


def boundary_after(at: datetime, epoch_s: int) -> datetime:
    """The first boundary later than this moment."""
    whole = timedelta(seconds=epoch_s)
    return ORIGIN + ((at - ORIGIN) // whole + 1) * whole
