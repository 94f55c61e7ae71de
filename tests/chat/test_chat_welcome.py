"""`GET /api/welcome`: what signing in would bring, and nothing that it would not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ashao_site.accounts.models import User
from ledger.books.actions import fund_promo
from ledger.grants.actions import give_signup_grant
from tests.chat.support import CREDIT, Browser


def welcome(browser: Browser) -> dict[str, Any]:
    answered = browser.get("/api/welcome")
    assert answered.status_code == 200
    return dict(answered.json())


def test_a_visitor(guest: Browser) -> None:
    before = datetime.now(UTC)
    said = welcome(guest)
    at = datetime.fromisoformat(said.pop("guestMessagesAt"))
    assert said == {"credits": 500, "answers": 50, "guestMessages": 5, "conversations": 0}
    assert before < at <= before + timedelta(days=1, minutes=5)
    assert at.astimezone(UTC).time().isoformat() == "00:00:00"
    assert "sessionid" not in guest.client.cookies
    guest.sent()
    assert welcome(guest)["conversations"] == 1
    assert welcome(Browser())["conversations"] == 0


def test_nothing_is_promised_from_an_empty_budget(transactional_db: None) -> None:
    said = welcome(Browser())
    assert (said["credits"], said["answers"]) == (0, 0)
    fund_promo(key="some", amount_micros=499 * CREDIT, note="test", staff="test")
    assert welcome(Browser())["credits"] == 0


@pytest.mark.parametrize(("percent", "per_address", "credits"), [(100, 1, 0), (0, 5, 0), (100, 2, 500)])
def test_nothing_is_promised_beyond_the_limits_of_the_day(
    guest: Browser, settings: Any, percent: int, per_address: int, credits: int
) -> None:
    settings.GRANTS_BUDGET_PERCENT, settings.GRANTS_PER_ADDRESS = percent, per_address
    user, _ = User.objects.get_or_create_wallet("0x" + "c1" * 20)
    give_signup_grant(user_id=user.pk, address="127.0.0.1")
    assert welcome(guest)["credits"] == credits


def test_a_person_has_nothing_that_would_come_along(alice: Browser) -> None:
    alice.sent()
    assert welcome(alice)["conversations"] == 0
