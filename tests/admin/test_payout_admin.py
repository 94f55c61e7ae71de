"""Deciding about payouts in the admin. No chain is needed for what was never signed."""

import re
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from eth_account import Account

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from ledger.books import chart
from ledger.books import queries as books
from ledger.payouts import actions
from ledger.payouts.models import Payout, PayoutDecision, RelayerAttempt, RelayerTransaction
from tests.ledger.support import deposit

from .support import signed_in, staff_member, verified

pytestmark = pytest.mark.django_db

LIST = "/admin/ledger/payout/"
DOLLAR = 1_000_000
VIEW, APPROVE, SIGN = "ledger.view_payout", "ledger.approve_payout", "ledger.sign_payout"
_numbers = count(1)


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.CHAIN = None
    settings.MONEY = replace(
        settings.MONEY, four_eyes_micros=50 * DOLLAR, payouts_per_day=100, payout_min_micros=DOLLAR
    )


@pytest.fixture
def approver() -> Client:
    return verified(staff_member("alice", VIEW, APPROVE))


def requested(amount_micros: int = 5 * DOLLAR, user: User | None = None) -> Payout:
    user = user or User.objects.get_or_create_wallet(Account.create().address)[0]
    deposit(chart.user_earnings(user.pk), amount_micros, key=f"earned:{next(_numbers)}")
    return actions.request_payout(user=user, amount_micros=amount_micros, wallet=None, key=None)


def decide(client: Client, what: str, *payouts: Payout, **form: str) -> str:
    """Confirm it as the page does; the page that follows."""
    ids = ",".join(payout.public_id for payout in payouts)
    url = f"{LIST}decide/{what}/"
    page = client.get(url, {"ids": ids}).content.decode()
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', page)
    assert key, page
    answer = client.post(url, {"ids": ids, "key": key.group(1), "note": "", **form}, follow=True)
    return answer.content.decode()


def states(*payouts: Payout) -> list[str]:
    return [Payout.objects.get(pk=payout.pk).state for payout in payouts]


def test_what_will_happen_is_shown_before_it_is_done(approver: Client) -> None:
    one, two = requested(5 * DOLLAR), requested(7 * DOLLAR)
    chosen = {"action": "approve_selected", "_selected_action": [one.pk, two.pk]}
    asked = approver.post(LIST, chosen)
    assert asked.status_code == 302
    page = approver.get(asked["Location"]).content.decode()
    for shown in ("2 payouts", "2 people", "$12.00", one.wallet, two.public_id):
        assert shown in page
    assert states(one, two) == ["requested", "requested"]
    page = decide(approver, "approve", one, two)
    assert "2 payouts approved: $12.00" in page
    assert states(one, two) == ["approved", "approved"]
    assert AuditEntry.objects.filter(action="payout.approve", actor__staff_name="alice").count() == 2


def test_each_is_judged_alone(approver: Client) -> None:
    approved, fresh = requested(), requested()
    decide(approver, "approve", approved)
    page = decide(approver, "approve", approved, fresh)
    assert "One payout approved: $5.00" in page
    assert "One payout refused: This payout is approved, not requested." in page
    assert approved.public_id in page
    assert states(fresh) == ["approved"]


def test_a_form_that_is_sent_twice_does_it_once(approver: Client) -> None:
    payout = requested(60 * DOLLAR)
    form = {"ids": payout.public_id, "key": str(uuid4()), "note": ""}
    first = approver.post(f"{LIST}decide/approve/", form, follow=True).content.decode()
    assert "Another person has to approve one payout" in first
    second = approver.post(f"{LIST}decide/approve/", form, follow=True).content.decode()
    assert "Nothing was done again" in second
    assert PayoutDecision.objects.count() == 1
    assert states(payout) == ["requested"]


def test_two_people_approve_above_the_threshold(approver: Client) -> None:
    payout = requested(60 * DOLLAR)
    decide(approver, "approve", payout)
    assert "1 of 2" in approver.get(LIST).content.decode()
    assert "You have approved this payout already" in decide(approver, "approve", payout)
    assert states(payout) == ["requested"]
    decide(verified(staff_member("bob", VIEW, APPROVE)), "approve", payout)
    assert states(payout) == ["approved"]


def test_nobody_approves_their_own(approver: Client) -> None:
    alice = User.objects.get(staff_name="alice")
    User.objects.filter(pk=alice.pk).update(wallet=Account.create().address)
    payout = requested(user=User.objects.get(pk=alice.pk))
    page = approver.get(f"{LIST}decide/approve/", {"ids": payout.public_id}).content.decode()
    assert "One of these is your own" in page
    assert "Somebody else has to approve a payout of yours" in decide(approver, "approve", payout)
    assert states(payout) == ["requested"]


def test_a_rejection_needs_a_note_and_gives_the_money_back(approver: Client) -> None:
    payout = requested()
    url = f"{LIST}decide/reject/"
    form = {"ids": payout.public_id, "key": str(uuid4()), "note": " "}
    assert approver.post(url, form).status_code == 400
    assert states(payout) == ["requested"]
    assert "One payout rejected: $5.00" in decide(approver, "reject", payout, note="It was asked for twice.")
    assert states(payout) == ["failed"]
    assert books.balance(chart.user_earnings(payout.user_id)) == 5 * DOLLAR
    shown = approver.get(f"{LIST}{payout.pk}/change/").content.decode()
    assert "It was asked for twice." in shown


@pytest.mark.parametrize(
    ("rights", "opened"),
    [
        ((VIEW,), set()),
        ((VIEW, APPROVE), {"decide/approve/", "decide/reject/", "decide/fail/"}),
        ((VIEW, SIGN), {"decide/retry/", "sign/", "safe/", "safe/record/"}),
        ((APPROVE, SIGN), set()),
    ],
)
def test_each_decision_has_its_own_right(rights: tuple[str, ...], opened: set[str]) -> None:
    payout = requested()
    client = verified(staff_member("charlie", *rights))
    pages = [f"decide/{what}/" for what in ("approve", "reject", "retry", "fail")]
    for page in (*pages, "sign/", "safe/", "safe/record/"):
        found = client.get(f"{LIST}{page}", {"ids": payout.public_id}).status_code
        assert (found != 403) == (page in opened), page
        posted = client.post(f"{LIST}{page}", {"ids": payout.public_id, "key": str(uuid4()), "note": "x"})
        if page not in opened:
            assert posted.status_code in (403, 405), page
    assert client.get(f"{LIST}decide/sign/").status_code == 404
    assert client.get(LIST).status_code == (200 if VIEW in rights else 403)


def test_buttons_are_there_for_those_who_may(approver: Client) -> None:
    payout = requested()
    detail = f"{LIST}{payout.pk}/change/"
    page = approver.get(detail).content.decode()
    assert "approve-one" in page
    assert "sign-one" not in page
    assert "fail-one" not in page  # not in this state
    asked = approver.get(re.search(r'href="([^"]*approve-one[^"]*)"', page).group(1))
    assert asked["Location"].endswith(f"decide/approve/?ids={payout.public_id}")
    looks = verified(staff_member("bob", VIEW)).get(detail).content.decode()
    assert "approve-one" not in looks
    assert "approve_selected" not in verified(User.objects.get(staff_name="bob")).get(LIST).content.decode()


def test_without_the_second_factor_nothing_is_decided() -> None:
    payout = requested()
    client = signed_in(staff_member("charlie", VIEW, APPROVE, SIGN))
    assert client.get(LIST)["Location"].startswith("/admin/second-factor/")
    form = {"ids": payout.public_id, "key": str(uuid4()), "note": "x"}
    for page in ("decide/approve/", "decide/reject/", "safe/", "safe/record/"):
        answer = client.post(f"{LIST}{page}", form)
        assert answer["Location"].startswith("/admin/second-factor/"), page
    assert client.get(f"{LIST}sign/")["Location"].startswith("/admin/second-factor/")
    for call in ("prepare", "submit"):
        answer = client.post(
            f"{LIST}sign/{call}/", {"ids": [payout.public_id]}, content_type="application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")
    assert states(payout) == ["requested"]


def test_forms_need_the_csrf_token() -> None:
    payout = requested()
    client = verified(staff_member("charlie", VIEW, APPROVE, SIGN), enforce_csrf_checks=True)
    form = {"ids": payout.public_id, "key": str(uuid4()), "note": "x"}
    for page in ("decide/approve/", "safe/", "safe/record/", "sign/prepare/", "sign/submit/"):
        assert client.post(f"{LIST}{page}", form).status_code == 403, page
    assert states(payout) == ["requested"]


def test_by_state_with_counts_and_problems(approver: Client) -> None:
    one, two = requested(5 * DOLLAR), requested(8 * DOLLAR)
    decide(approver, "approve", two)
    Payout.objects.filter(pk=two.pk).update(problem="The treasury has not enough USDC for this yet.")
    page = approver.get(LIST).content.decode()
    assert "Requested 1" in page
    assert "Approved 1" in page
    assert "not enough USDC" in page
    only = approver.get(f"{LIST}?state__exact=approved").content.decode()
    assert two.public_id in only
    assert one.public_id not in only
    assert one.public_id not in approver.get(f"{LIST}?open=problem").content.decode()
    assert one.public_id in approver.get(f"{LIST}?q={one.public_id}").content.decode()


def test_a_payouts_page_tells_what_was_decided_and_sent(approver: Client, settings: Any) -> None:
    settings.MONEY = replace(settings.MONEY, explorer_url="https://explorer.example")
    payout = requested()
    decide(approver, "approve", payout, note="Known to us.")
    sent = RelayerTransaction.objects.create(chain_id=1, relayer="0x" + "1" * 40, nonce=7, payout=payout)
    tx_hash = "0x" + "ab" * 32
    RelayerAttempt.objects.create(
        transaction=sent, tx_hash=tx_hash, raw="0x", created_at=now(), max_fee_wei=1, priority_fee_wei=1
    )
    page = approver.get(f"{LIST}{payout.pk}/change/").content.decode()
    for shown in ("Known to us.", "payout.approve", "alice", f"https://explorer.example/tx/{tx_hash}"):
        assert shown in page
    assert approver.post(f"{LIST}{payout.pk}/change/", {"state": "final"}).status_code == 403


@pytest.mark.parametrize("ids", ["", "pay_unknown", "pay_" + "x" * 22, "'\"<script>", "%00", "pay_" * 5_000])
def test_ids_that_are_none(approver: Client, ids: str) -> None:
    assert approver.get(f"{LIST}decide/approve/", {"ids": ids}).status_code == 302
    signer = verified(staff_member("bob", VIEW, SIGN))
    for page in ("sign/", "safe/"):
        assert signer.get(f"{LIST}{page}", {"ids": ids}).status_code == 302
    assert approver.post(f"{LIST}decide/approve/", {"ids": ids, "key": "mine", "note": ""}).status_code == 302


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"signatures": []}',
        '{"signatures": [1]}',
        '{"signatures": [{"id": "pay_x", "validBefore": "1", "signature": "0x"}]}',
        '{"signatures": [{"id": "pay_x", "validBefore": 1, "signature": 5}]}',
        '{"signatures": [{"id": "pay_x", "validBefore": true, "signature": "0x"}]}',
        '{"ids": "pay_x"}',
    ],
)
def test_bodies_that_are_none(body: str) -> None:
    client = verified(staff_member("bob", VIEW, SIGN))
    for call in ("prepare", "submit"):
        answer = client.post(f"{LIST}sign/{call}/", body, content_type="application/json")
        assert answer.status_code == 400, answer.content
        assert answer.json()["error"]


def test_without_a_chain_it_is_said() -> None:
    payout = requested()
    client = verified(staff_member("bob", VIEW, SIGN))
    page = client.get(f"{LIST}sign/", {"ids": payout.public_id}, follow=True).content.decode()
    assert "No chain is configured" in page
    answer = client.post(f"{LIST}sign/prepare/", {"ids": [payout.public_id]}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "chain_unavailable")
