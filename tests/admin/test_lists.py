"""What the lists of the admin say of themselves is true: how many rows there are, they tell or they don't."""

import pytest
from django.contrib import admin
from django.urls import reverse

from ashao_site.accounts.models import User
from ledger.payouts.models import Payout
from tests.ledger.support import deposit

from .support import PASSWORD, verified

pytestmark = pytest.mark.django_db

PAYOUTS = 60
NO_COUNT = ("9999999999", "9,999,999,999")


@pytest.fixture
def payouts() -> None:
    at = User.objects.create_user("bob").created_at
    rows = [
        Payout(
            public_id=f"pay_{n:020}",
            user_id=1,
            wallet="0x" + "1" * 40,
            amount_micros=1,
            key=str(n),
            nonce=str(n),
        )
        for n in range(PAYOUTS)
    ]
    for row in rows:
        row.requested_at = at
    Payout.objects.bulk_create(rows)
    deposit("user:1:earnings", 1_000_000)


@pytest.mark.usefixtures("payouts")
def test_no_list_makes_up_how_many_there_are() -> None:
    client = verified(User.objects.create_superuser("alice", PASSWORD))
    seen = 0
    for model in admin.site._registry:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for query in ("", "?q=x"):
            page = client.get(url + query)
            if page.status_code != 200:
                continue
            seen += 1
            for number in NO_COUNT:
                assert number not in page.content.decode(), url + query
    assert seen > 20


@pytest.mark.usefixtures("payouts")
def test_all_on_a_page_of_payouts_can_be_chosen_and_no_more() -> None:
    client = verified(User.objects.create_superuser("alice", PASSWORD))
    page = client.get("/admin/ledger/payout/").content.decode()
    assert page.count('name="_selected_action"') == 50
    assert "0 of 50 selected" in page
    assert "Select all" not in page.replace("Select all rows", "").replace(
        "Select all objects on this page", ""
    )
    assert client.get("/admin/ledger/payout/?p=2").content.decode().count('name="_selected_action"') == 10
