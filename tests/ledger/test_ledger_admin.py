import re
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from ledger.books import actions, chart, queries
from ledger.books.models import Account, Entry, Hold, Transfer
from tests.admin.support import give_second_factor
from tests.ledger.support import deposit, hold_credits, pay_pools

pytestmark = pytest.mark.django_db

FUND = "admin:ledger_account_fund_promo"
ALICE = chart.user_credits("alice")
BOB = chart.user_earnings("bob")


def staff_client(*permissions, **options):
    user = get_user_model().objects.create_user("charlie", password="x" * 20, is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=permissions, content_type__app_label="ledger")
    )
    client = Client(**options)
    client.force_login(user)
    give_second_factor(client, user)
    return client


@pytest.fixture
def reader():
    models = ("account", "transfer", "entry", "hold", "holdline")
    return staff_client(
        *(f"{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in models)
    )


@pytest.fixture
def funder():
    return staff_client("view_account", "fund_promo")


@pytest.fixture
def books(db):
    deposit(ALICE, 5_000_000)
    hold_credits("alice", 100_000, key="h")
    pay_pools("h", 100_000)


def links(page):
    return re.findall(r'href="([^"]+)"', page.content.decode())


def test_staff_follow_the_money_from_account_to_entries_to_transfer(reader, books):
    account = Account.objects.get(address=ALICE)
    page = reader.get(reverse("admin:ledger_account_change", args=[account.pk]))
    assert "$4.90" in page.content.decode()
    entries_url = f"{reverse('admin:ledger_entry_changelist')}?account__id__exact={account.pk}"
    assert entries_url in links(page)
    page = reader.get(entries_url)
    assert "-$0.10" in page.content.decode()
    assert "$0.05" not in page.content.decode()  # the pools' entries are not on this account
    transfer_url = reverse("admin:ledger_transfer_change", args=[Transfer.objects.get(kind="deposit").pk])
    assert transfer_url in links(page)
    page = reader.get(transfer_url)
    for address in (ALICE, chart.TREASURY_USDC):
        assert address in page.content.decode()


def test_staff_follow_an_account_to_its_holds(reader, books):
    account = Account.objects.get(address=ALICE)
    holds_url = f"{reverse('admin:ledger_hold_changelist')}?lines__account__id__exact={account.pk}"
    assert holds_url in links(reader.get(reverse("admin:ledger_account_changelist")))
    hold_url = reverse("admin:ledger_hold_change", args=[Hold.objects.get().pk])
    page = reader.get(holds_url)
    assert "$0.10" in page.content.decode()
    assert hold_url not in page.content.decode()
    page = reader.get(hold_url)
    assert reverse("admin:ledger_transfer_change", args=[Transfer.objects.get(kind="job").pk]) in links(page)


# Who paid for a job and who earned by it are not shown together


@pytest.fixture
def served(db):
    """Bob's worker has answered alice; the job was taken back, too."""
    deposit(ALICE, 5_000_000)
    hold_credits("alice", 100_000, key="hold:job_1", reference="job_1")
    legs = [actions.Leg(BOB, 70_000), actions.Leg(chart.POOL_STAKERS, 30_000)]
    done = actions.post_hold(
        hold_key="hold:job_1", key="done:job_1", kind="job", legs=legs, reference="job_1"
    )
    actions.reverse_transfer(key="undo", transfer_id=done.id, note="A mistake.")


def body(client, name, *args, **query):
    response = client.get(f"{reverse(f'admin:ledger_{name}', args=args)}?{urlencode(query)}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_jobs_page_names_nobody(reader, served):
    for transfer in Transfer.objects.filter(reference="job_1"):
        page = body(reader, "transfer_change", transfer.pk)
        assert "somebody&#x27;s credits" in page
        assert "a worker&#x27;s earnings" in page
        assert transfer.input_hash not in page
        assert_named(page, people=False, job=True)
    page = body(reader, "hold_change", Hold.objects.get().pk)
    assert "somebody&#x27;s credits" in page
    assert_named(page, people=False, job=True)


def assert_named(page, *, people, job):
    assert any(address in page for address in (ALICE, BOB)) == people
    assert ("job_1" in page.replace("q=job_1", "").replace('value="job_1"', "")) == job


@pytest.mark.parametrize("address", [ALICE, chart.user_earnings("bob")])
def test_an_accounts_rows_name_no_job(reader, served, address):
    account = Account.objects.get(address=address)
    page = body(reader, "entry_changelist", account__id__exact=account.pk)
    assert "$0.10" in page or "$0.07" in page
    assert_named(page, people=True, job=False)
    for entry in account.entries.filter(transfer__reference="job_1"):
        assert f"/entry/{entry.pk}/" not in page
        assert f"/transfer/{entry.transfer_id}/" not in page
        assert_named(body(reader, "entry_change", entry.pk), people=False, job=False)
    page = body(reader, "hold_changelist", lines__account__id__exact=account.pk)
    assert ("$0.10" in page) == (address == ALICE)
    assert "job_1" not in page


def test_a_list_of_all_entries_and_a_search_name_no_two_sides(reader, served):
    for query in ({}, {"q": "user:"}, {"q": "user:bob:"}):
        page = body(reader, "entry_changelist", **query)
        assert "a worker&#x27;s earnings" in page
        assert BOB not in page
        assert "job_1" not in page
    assert ALICE in body(reader, "entry_changelist"), "her deposit is no job"


@pytest.mark.parametrize("term", ["job_1", "done:job_1"])
def test_who_searches_for_a_job_finds_no_account(reader, served, term):
    alice = Account.objects.get(address=ALICE)
    assert "$0.10" not in body(reader, "entry_changelist", q=term)
    assert "$0.10" not in body(reader, "entry_changelist", q=term, account__id__exact=alice.pk)
    assert "$0.10" not in body(reader, "hold_changelist", q=term, lines__account__id__exact=alice.pk)
    assert "$0.10" in body(reader, "hold_changelist", q="job_1")


@pytest.mark.parametrize(
    ("name", "lookup"),
    [
        ("account", "entries__id__exact"),
        ("account", "hold_lines__id__exact"),
        ("entry", "transfer__id__exact"),
        ("entry", "transfer__reference__exact"),
        ("entry", "id__exact"),
        ("transfer", "entries__account__id__exact"),
        ("transfer", "entries__id__exact"),
        ("hold", "reference__exact"),
        ("hold", "id__exact"),
    ],
)
def test_no_look_up_leads_from_the_one_to_the_other(reader, served, name, lookup):
    response = reader.get(f"{reverse(f'admin:ledger_{name}_changelist')}?{lookup}=1")
    assert response.status_code in (302, 400)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("account", {"guarded__exact": "1"}),
        ("transfer", {"kind": "job"}),
        ("transfer", {"q": "job_1"}),
        ("hold", {"status__exact": "posted"}),
    ],
)
def test_what_the_pages_themselves_link_to_works(reader, served, name, query):
    body(reader, f"{name}_changelist", **query)


@pytest.mark.parametrize("model", [Account, Transfer, Entry, Hold])
def test_the_books_are_read_only_whatever_the_permissions(reader, books, model):
    name, row = model._meta.model_name, model.objects.first()
    assert reader.get(reverse(f"admin:ledger_{name}_changelist")).status_code == 200
    assert reader.get(reverse(f"admin:ledger_{name}_add")).status_code == 403
    assert reader.get(reverse(f"admin:ledger_{name}_delete", args=[row.pk])).status_code == 403
    assert reader.post(reverse(f"admin:ledger_{name}_change", args=[row.pk]), {}).status_code == 403


def form(**changes):
    return {"amount_usd": "1000.50", "note": "board decision 7", "key": str(uuid4())} | changes


def test_funding_is_asked_for_reviewed_and_confirmed(funder):
    page = funder.get(reverse(FUND))
    assert ">$0.00</dd>" in page.content.decode()
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', page.content.decode()).group(1)
    page = funder.post(reverse(FUND), form(key=key))
    assert "$1,000.50" in page.content.decode()
    assert re.search(r'<button\s+type="submit"\s+name="confirm"', page.content.decode())
    assert queries.balance(chart.PROMO_BUDGET) == 0  # only reviewed
    page = funder.post(reverse(FUND), form(key=key, confirm="yes"), follow=True)
    assert "was funded with $1,000.50" in page.content.decode()
    assert ">$1,000.50</dd>" in page.content.decode()
    stored = Transfer.objects.get(kind="promo_funding")
    assert stored.note == "board decision 7"
    assert stored.reference.startswith("staff:")


def test_a_form_confirmed_twice_funds_once(funder):
    twice = form(confirm="yes")
    funder.post(reverse(FUND), twice)
    page = funder.post(reverse(FUND), twice, follow=True)
    assert "had been funded before" in page.content.decode()
    page = funder.post(reverse(FUND), twice | {"amount_usd": "2"}, follow=True)
    assert "Nothing was done" in page.content.decode()
    assert queries.balance(chart.PROMO_BUDGET) == 1_000_500_000


def test_change_goes_back_to_the_form(funder):
    page = funder.post(reverse(FUND), form(change="yes"))
    assert 'value="1000.50"' in page.content.decode()
    assert "Review" in page.content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"amount_usd": "-1"},
        {"amount_usd": "0"},
        {"amount_usd": "0.001"},
        {"amount_usd": "NaN"},
        {"amount_usd": "1e9"},
        {"note": ""},
        {"note": "x" * 501},
        {"key": "mine"},
    ],
)
def test_bad_input_is_shown_again_and_does_nothing(funder, bad):
    page = funder.post(reverse(FUND), form(confirm="yes", **bad))
    assert page.status_code == 400
    assert not Transfer.objects.exists()


def test_funding_needs_its_permission(reader):
    assert reader.get(reverse(FUND)).status_code == 403
    assert reader.post(reverse(FUND), form(confirm="yes")).status_code == 403
    assert reverse(FUND) not in links(reader.get(reverse("admin:ledger_account_changelist")))
    assert not Transfer.objects.exists()


def test_funding_is_linked_for_those_who_may(funder):
    assert reverse(FUND) in links(funder.get(reverse("admin:ledger_account_changelist")))


def test_funding_needs_the_csrf_token():
    client = staff_client("view_account", "fund_promo", enforce_csrf_checks=True)
    assert client.post(reverse(FUND), form(confirm="yes")).status_code == 403
    assert not Transfer.objects.exists()


def test_nobody_gets_in_without_signing_in():
    assert Client().get(reverse(FUND)).status_code == 302


def test_the_budget_shows_what_grants_have_taken(funder):
    actions.fund_promo(key="f", amount_micros=9_000_000, note="decision 1", staff="staff:1")
    actions.grant(key="g", user_id="alice", amount_micros=5_000_000)
    assert ">$4.00</dd>" in funder.get(reverse(FUND)).content.decode()
