"""When epochs begin and end."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from staking.rewards.calendar import ORIGIN, Span, boundary_after, first_span, span_at

WEEK_S = 604_800
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
lengths = st.integers(5, 31_622_400)


def test_weeks_begin_on_mondays() -> None:
    span = first_span(datetime(2026, 11, 21, 7, 59, 27, tzinfo=UTC), WEEK_S)
    assert span == Span(0, datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    assert span.following(WEEK_S).ends_at == datetime(2026, 11, 30, tzinfo=UTC)


def test_a_boundary_belongs_to_the_epoch_that_it_begins() -> None:
    assert first_span(ORIGIN, 10).starts_at == ORIGIN
    assert boundary_after(ORIGIN, 10) == ORIGIN + timedelta(seconds=10)


@given(moments, st.lists(lengths, min_size=1, max_size=6))
def test_a_changed_length_leaves_no_gap_and_overlaps_nothing(first_at: datetime, changes: list[int]) -> None:
    span = first_span(first_at, changes[0])
    assert span.starts_at <= first_at < span.ends_at
    for epoch_s in changes:
        following = span.following(epoch_s)
        assert (following.number, following.starts_at) == (span.number + 1, span.ends_at)
        assert timedelta(0) < following.ends_at - following.starts_at <= timedelta(seconds=epoch_s)
        span = following


@given(st.integers(0, 400), st.integers(5, 60), st.integers(5, 60))
def test_the_epoch_of_a_moment_is_the_one_that_counting_finds(later_s: int, old_s: int, epoch_s: int) -> None:
    upcoming = first_span(ORIGIN + timedelta(seconds=3), old_s)
    moment = ORIGIN + timedelta(seconds=later_s)
    counted = upcoming
    while counted.ends_at <= moment:
        counted = counted.following(epoch_s)
    assert span_at(upcoming, moment, epoch_s) == counted
