"""Guests: an id in the session, a limit a day for the session and for the address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from accounts_browser import in_threads
from django.test import RequestFactory

from ashao_site.accounts import guests
from ashao_site.accounts.guests import GuestUse, guest_id, guest_remaining, take_guest_message
from ashao_site.accounts.tidy import forget_expired
from ashao_site.lib.addresses import client_address
from ashao_site.lib.errors import RateLimited


@pytest.fixture(autouse=True)
def small_limits(settings: Any) -> None:
    settings.GUEST_MESSAGES_PER_SESSION = 3
    settings.GUEST_MESSAGES_PER_ADDRESS = 5


def take(session: str = "s", address: str = "a") -> None:
    take_guest_message(session_subject=session, address_subject=address)


def remaining(session: str = "s", address: str = "a") -> int:
    return guest_remaining(session_subject=session, address_subject=address)


def test_an_id_is_made_once_for_a_session() -> None:
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    made = guest_id(request)
    assert made.startswith("gst_")
    assert guest_id(request) == made
    request.session["guest_id"] = "rubbish"
    assert guest_id(request) not in {made, "rubbish"}


@pytest.mark.django_db
def test_a_session_runs_out_and_nothing_more_is_counted() -> None:
    assert remaining() == 3
    for left in (2, 1, 0):
        take()
        assert remaining() == left
    with pytest.raises(RateLimited) as refused:
        take()
    assert refused.value.code == "guest_limit"
    assert 1 <= (refused.value.retry_after_s or 0) <= 24 * 3600
    assert sorted(GuestUse.objects.values_list("count", flat=True)) == [3, 3]


@pytest.mark.django_db
def test_an_address_runs_out_for_all_its_sessions() -> None:
    for number in range(5):
        take(f"s{number}")
    with pytest.raises(RateLimited):
        take("s9")
    assert GuestUse.objects.count() == 6  # nothing was counted for s9
    assert remaining("s9") == 0
    take("s9", "b")


@pytest.mark.django_db
def test_the_networks_of_a_48_run_out_together(settings: Any) -> None:
    settings.GUEST_MESSAGES_PER_NETWORK = 4
    for number in range(4):
        take(f"s{number}", f"2001:db8:7:{number:x}::/64")
    assert remaining("s9", "2001:db8:7:99::/64") == 0
    with pytest.raises(RateLimited):
        take("s9", "2001:db8:7:99::/64")
    assert remaining("s9", "2001:db8:8::/64") == 3
    take("s9", "2001:db8:8::/64")
    assert remaining("s9", "192.0.2.1") == 2


@pytest.mark.django_db
def test_a_limit_of_nothing_refuses_the_first(settings: Any) -> None:
    settings.GUEST_MESSAGES_PER_SESSION = 0
    with pytest.raises(RateLimited):
        take()
    assert remaining() == 0
    assert not GuestUse.objects.exists()


@pytest.mark.django_db
def test_the_next_day_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime(2030, 1, 1, 23, 59, 59, 500_000, tzinfo=UTC)
    monkeypatch.setattr(guests, "now", lambda: late)
    for _ in range(3):
        take()
    with pytest.raises(RateLimited) as refused:
        take()
    assert refused.value.retry_after_s == 1
    monkeypatch.setattr(guests, "now", lambda: late + timedelta(seconds=1))
    assert remaining() == 3
    take()


@pytest.mark.django_db
def test_no_address_is_kept_and_old_days_are_forgotten() -> None:
    take("gst_alice", "203.0.113.7")
    kept = set(GuestUse.objects.values_list("subject_hash", flat=True))
    assert len(kept) == 2
    assert all(set(one) <= set("0123456789abcdef") and len(one) == 64 for one in kept)
    GuestUse.objects.update(day=datetime.now(UTC).date() - timedelta(days=3))
    assert forget_expired() == 2


@pytest.mark.django_db(transaction=True)
def test_the_limits_hold_under_concurrency(settings: Any) -> None:
    settings.GUEST_MESSAGES_PER_SESSION = 4

    def attempt(session: str) -> bool:
        try:
            take(session)
        except RateLimited:
            return False
        return True

    one_session = in_threads([lambda: attempt("s")] * 8)
    assert one_session.count(True) == 4
    sessions = in_threads([lambda n=n: attempt(f"t{n}") for n in range(8)])
    assert sessions.count(True) == 1  # the address had one left of five
    assert max(GuestUse.objects.values_list("count", flat=True)) == 5


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "expected"),
    [
        (0, "203.0.113.7", "", "203.0.113.7"),
        (0, "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (1, "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (2, "10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "10.0.0.1", "198.51.100.1", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "rubbish", "10.0.0.1"),
        (1, "10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        (1, "10.0.0.1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.7", "", "203.0.113.7"),
        (0, "fe80::1%eth0", "", "fe80::/64"),
        (0, "", "", "unknown"),
    ],
)
def test_the_address_cannot_be_spoofed(
    settings: Any, proxies: int, remote: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == expected
