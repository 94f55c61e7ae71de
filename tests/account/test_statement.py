"""What a person has, and every entry of it: pages and file."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from ashao_site.account.statement import csv_file
from ashao_site.accounts.models import User
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.statement import whole
from ledger.statement.pages import statement_page

from .conftest import client_of


def move(key: str, from_: str, to: str, micros: int, kind: str = "deposit", reference: str = "") -> None:
    legs = [Leg(from_, -micros), Leg(to, micros)]
    post_transfer(key=key, kind=kind, legs=legs, reference=reference)


def entries(user: User) -> None:
    """Seven of this person's, and one of somebody else's whose account begins alike."""
    mine, earned = chart.user_credits(user.pk), chart.user_earnings(user.pk)
    for number in range(1, 4):
        move(f"d{number}", chart.TREASURY_USDC, mine, number * 1_000_000, reference=f"0x{number}")
    move("e1", chart.TREASURY_USDC, earned, 150_000, kind="reward")
    move("s1", mine, chart.POOL_CLOUD, 2_500_001, kind="job", reference="job_1")
    move("x1", earned, mine, 50_000, kind="exchange")
    move("o1", chart.TREASURY_USDC, chart.user_credits(f"{user.pk}0"), 7, kind="deposit")


def get(user: User, query: str = "") -> Any:
    response = client_of(user).get(f"/api/statement{query}")
    assert response.status_code == 200, response.content
    return response.json()


def test_the_newest_first_with_the_balance_of_each_part(alice: User) -> None:
    entries(alice)
    page = get(alice)
    told = [
        (row["part"], row["kind"], row["reference"], row["amount"], row["balance"]) for row in page["rows"]
    ]
    assert sorted(told[:2]) == [
        ("credits", "exchange", "", 50_000, 3_549_999),
        ("earnings", "exchange", "", -50_000, 100_000),
    ]
    assert told[2:] == [
        ("credits", "job", "job_1", -2_500_001, 3_499_999),
        ("earnings", "reward", "", 150_000, 150_000),
        ("credits", "deposit", "0x3", 3_000_000, 6_000_000),
        ("credits", "deposit", "0x2", 2_000_000, 3_000_000),
        ("credits", "deposit", "0x1", 1_000_000, 1_000_000),
    ]
    assert page["next"] is None
    assert all(datetime.fromisoformat(row["at"]).tzinfo for row in page["rows"])


def test_pages_and_parts(alice: User) -> None:
    entries(alice)
    whole = get(alice)["rows"]
    found, before = [], ""
    for _ in range(4):
        page = get(alice, f"?limit=2{before}")
        found += page["rows"]
        before = f"&before={page['next']}"
    assert (found, page["next"]) == (whole, None)
    assert get(alice, "?part=earnings")["rows"] == [row for row in whole if row["part"] == "earnings"]
    assert get(alice, "?part=granted") == {"rows": [], "next": None}
    assert get(alice, "?limit=7")["next"] is None
    assert len(get(alice, "?limit=200")["rows"]) == 7


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=201", "limit=x", "limit=-1", "limit=", "limit=%D9%A3", "limit=%00"),
        *("before=x", "before=-1", "before=", f"before={'9' * 19}", "part=", "part=all", "part=%00"),
    ],
)
def test_odd_queries(alice: User, query: str) -> None:
    response = client_of(alice).get(f"/api/statement?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "bad_input")


@pytest.mark.parametrize("path", ["/api/statement", "/api/statement.csv", "/api/faucet"])
def test_only_ones_own(db: None, path: str) -> None:
    response = Client().get(path)
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def download(user: User) -> tuple[Any, list[list[str]]]:
    response = client_of(user).get("/api/statement.csv", headers={"accept": "text/csv"})
    assert response.status_code == 200
    text = b"".join(response).decode()
    return response, list(csv.reader(io.StringIO(text, newline="")))


whole_file = [
    pytest.mark.django_db(transaction=True),  # it is read by threads of its own
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous"),
]


def marked(test: Any) -> Any:
    for mark in whole_file:
        test = mark(test)
    return test


@marked
def test_the_file_has_everything_from_the_oldest_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "ROWS_AT_ONCE", 2)
    alice = User.objects.create(wallet="0x" + "a1" * 20)
    entries(alice)
    response, lines = download(alice)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="ashao-statement.csv"'
    assert response.headers["Cache-Control"] == "no-store"
    assert lines[0] == [
        *("time", "part", "kind", "reference", "amount_usd", "balance_usd"),
        *("amount_micros", "balance_micros"),
    ]
    assert [line[1:] for line in lines[1:6]] == [
        ["credits", "deposit", "0x1", "1.000000", "1.000000", "1000000", "1000000"],
        ["credits", "deposit", "0x2", "2.000000", "3.000000", "2000000", "3000000"],
        ["credits", "deposit", "0x3", "3.000000", "6.000000", "3000000", "6000000"],
        ["earnings", "reward", "", "0.150000", "0.150000", "150000", "150000"],
        ["credits", "job", "job_1", "-2.500001", "3.499999", "-2500001", "3499999"],
    ]
    assert len(lines) == 8
    assert all(datetime.fromisoformat(line[0]).tzinfo for line in lines[1:])
    # The file and the pages say the same.
    rows = statement_page(user=alice, part=None, before_id=None, limit=50).rows
    assert [(line[1], int(line[6]), int(line[7])) for line in lines[:0:-1]] == [
        (row.part, row.amount_micros, row.balance_after_micros) for row in rows
    ]


@marked
def test_a_file_that_is_cut_begins_with_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "MAX_WHOLE_ROWS", 4)
    alice = User.objects.create(wallet="0x" + "a1" * 20)
    entries(alice)
    _, lines = download(alice)
    earlier = [line for line in lines if line[2] == "earlier entries"]
    assert {(line[1], line[7]) for line in earlier} == {("credits", "6000000"), ("earnings", "0")}
    assert len(lines) == 1 + 2 + 4
    assert lines[4][1:] == ["credits", "job", "job_1", "-2.500001", "3.499999", "-2500001", "3499999"]


def test_an_entry_that_comes_meanwhile_is_left_out_whole(alice: User) -> None:
    entries(alice)
    begun = whole.begin_whole(alice)
    move("late", chart.TREASURY_USDC, chart.user_credits(alice.pk), 1)
    read = whole.next_entries(begun, 0)
    rows = list(whole.balanced(begun, {}, read))
    assert (len(read), len(rows)) == (8, 7)


def test_no_cell_is_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert csv_file.harmless(text) == f"'{text}"
    assert csv_file.harmless("job_1") == "job_1"
    assert [csv_file.usd(micros) for micros in (0, 1, -1, -150_000, 20_000_001, 10**15)] == [
        *("0.000000", "0.000001", "-0.000001", "-0.150000", "20.000001", "1000000000.000000")
    ]
