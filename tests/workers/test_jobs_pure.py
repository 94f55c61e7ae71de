"""The parts that need no server: states, prices, shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.jobs import pricing
from workers.jobs.states import LIVE, TRANSITIONS, State, sources_of

money = st.integers(min_value=0, max_value=10**15)


@given(value=money, share=st.integers(0, 10_000), part=st.floats(0, 1))
def test_shares_add_up_to_the_value_exactly(value, share, part):
    granted = int(value * part)
    shares = pricing.divide(value_micros=value, granted_micros=granted, share_bps=share)
    assert shares.earnings + shares.escrow + shares.buyback + shares.stakers + shares.promo == value
    assert min(shares.earnings, shares.escrow, shares.buyback, shares.stakers, shares.promo) >= 0
    assert shares.escrow + shares.promo == granted, "nothing that was granted goes anywhere else"
    assert shares.worker == value * share // 10_000
    assert 0 <= shares.stakers - shares.buyback <= 1


@given(value=st.integers(1, 10**12), share=st.integers(0, 10_000))
def test_what_was_granted_goes_to_escrow_whole(value, share):
    shares = pricing.divide(value_micros=value, granted_micros=value, share_bps=share)
    assert (shares.earnings, shares.buyback, shares.stakers) == (0, 0, 0)
    shares = pricing.divide(value_micros=value, granted_micros=0, share_bps=share)
    assert (shares.escrow, shares.promo) == (0, 0)


def test_the_two_prices():
    shares = pricing.divide(
        value_micros=pricing.price_micros(pricing.Tier.PRO), granted_micros=0, share_bps=7_000
    )
    assert (shares.earnings, shares.buyback, shares.stakers) == (70_000, 15_000, 15_000)
    shares = pricing.divide(
        value_micros=pricing.price_micros(pricing.Tier.MAX), granted_micros=0, share_bps=7_000
    )
    assert (shares.earnings, shares.buyback, shares.stakers) == (105_000, 22_500, 22_500)


@pytest.mark.parametrize(("granted", "share"), [(-1, 7_000), (11, 7_000), (0, -1), (0, 10_001)])
def test_impossible_parts_are_refused(granted, share):
    with pytest.raises(ValueError, match="out of range"):
        pricing.divide(value_micros=10, granted_micros=granted, share_bps=share)


def test_an_ended_job_stays_ended():
    assert not TRANSITIONS[State.DONE]
    assert not TRANSITIONS[State.FAILED]
    assert set(sources_of(State.DONE)) == set(LIVE)
    assert sources_of(State.RUNNING) == (State.QUEUED,)
