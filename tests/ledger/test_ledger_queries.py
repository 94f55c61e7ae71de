from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from ledger.books import actions, chart, queries
from ledger.statement.pages import statement
from tests.ledger.support import deposit, hold_credits, pay_pools, sql

pytestmark = pytest.mark.django_db

ALICE = chart.user_credits("alice")


def test_what_does_not_exist_is_zero():
    assert queries.balance(ALICE) == queries.available(ALICE) == queries.spendable_micros("alice") == 0
    assert queries.balance(chart.POOL_CLOUD) == queries.available(chart.POOL_CLOUD) == 0
    assert statement(address=ALICE) == []
    with pytest.raises(ValueError):
        queries.balance("user:alice:cash")
    with pytest.raises(ValueError):
        queries.available("user:alice:cash")


def test_statement_pages_with_running_balances():
    for amount in (1, 10, 100):
        deposit(ALICE, amount)
        deposit(chart.user_granted("alice"), amount * 5)
    first = statement(address=ALICE, limit=2)
    assert [(row.amount_micros, row.balance_after_micros) for row in first] == [(100, 111), (10, 11)]
    rest = statement(address=ALICE, before_id=first[-1].id)
    assert [(row.amount_micros, row.balance_after_micros) for row in rest] == [(1, 1)]
    assert (rest[0].kind, rest[0].address) == ("deposit", ALICE)


def test_statement_of_everything_that_is_somebodys():
    deposit(ALICE, 1)
    deposit(chart.user_credits("alice2"), 7)
    deposit(chart.user_granted("alice"), 5)
    deposit(ALICE, 10)
    rows = statement(prefix=chart.user_prefix("alice"))
    assert [(row.address, row.balance_after_micros) for row in rows] == [
        (ALICE, 11),
        (chart.user_granted("alice"), 5),
        (ALICE, 1),
    ]


def test_statement_of_a_pool():
    deposit(ALICE, 10)
    hold_credits("alice", 10, key="h")
    pay_pools("h", 10)
    assert [row.balance_after_micros for row in statement(address=chart.POOL_BUYBACK)] == [5]
    assert statement(address=chart.TREASURY_USDC)[0].balance_after_micros == -10


@pytest.mark.parametrize("arguments", [{}, {"address": ALICE, "prefix": "user:"}, {"prefix": "user:1"}])
def test_statement_refuses_unclear_questions(arguments):
    with pytest.raises(ValueError):
        statement(**arguments)


def test_trial_balance_names_every_account_and_sums_to_zero():
    deposit(ALICE, 10)
    trial = queries.trial_balance()
    assert trial.total_micros == 0
    assert {address: micros for address, micros in trial.balances if micros} == {
        ALICE: 10,
        chart.TREASURY_USDC: -10,
    }
    assert {address for address, _ in trial.balances} == {ALICE, *chart.HOUSE_ACCOUNTS}


def run_check_books():
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("check_books", stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue() + err.getvalue()


@pytest.mark.parametrize(
    ("table", "damage", "said"),
    [
        ("account", "balance_micros = 101 WHERE guarded", "kept as 101 µ, the entries sum to 100 µ"),
        ("account", "held_micros = 31 WHERE guarded AND held_micros > 0", "31 µ are kept as held"),
        ("entry", "amount_micros = amount_micros + 2", "2 entries that sum to 4 µ"),
        ("entry", "amount_micros = amount_micros + 2", "all accounts together: 4 µ"),
        ("holdline", "amount_micros = 29", "of 30 µ, its lines sum to 29 µ"),
        ("hold", "status = 'voided', resolved_at = now()", "the pending holds sum to 0 µ"),
    ],
)
def test_check_books_sees_damage(table, damage, said):
    deposit(ALICE, 100)
    hold_credits("alice", 30, key="h")
    assert run_check_books() == (0, "The books agree.\n")
    connection.check_constraints()
    sql(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")  # rolled back with the test
    sql(f"UPDATE ledger_{table} SET {damage}")
    code, text = run_check_books()
    assert code == 1
    assert said in text


def test_reading_the_books_takes_few_statements(django_assert_num_queries):
    actions.fund_promo(key="f", amount_micros=100, note="decision 1", staff="staff:1")
    actions.grant(key="g", user_id="alice", amount_micros=50)
    with django_assert_num_queries(1):
        assert queries.spendable_micros("alice") == 50
    with django_assert_num_queries(2):
        assert len(statement(address=chart.user_granted("alice"))) == 1
