"""The database keeps the rules against raw SQL, whatever the application does."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.books import actions, chart, queries
from ledger.books.models import Account, Entry, Hold, HoldLine, Transfer
from tests.ledger.support import (
    assert_books,
    deposit,
    hold_credits,
    pay_pools,
    sql,
    sql_value,
)

ALICE = chart.user_credits("alice")
BOB = chart.user_credits("bob")


@contextmanager
def refused(message):
    """The block fails in the database with this message, at the latest at its commit, and leaves no trace."""
    with pytest.raises(IntegrityError, match=message), transaction.atomic():  # noqa: PT012
        yield
        connection.check_constraints()


def account_id(address):
    return Account.objects.get(address=address).pk


def new_transfer(key="raw"):
    return sql_value(
        "INSERT INTO ledger_transfer (key, input_hash, kind, reference, note)"
        " VALUES (%s, '', 'raw', '', '') RETURNING id",
        key,
    )


def add_entry(transfer_id, address, amount_micros):
    sql(
        "INSERT INTO ledger_entry (transfer_id, account_id, amount_micros) VALUES (%s, %s, %s)",
        transfer_id,
        account_id(address),
        amount_micros,
    )


@pytest.fixture
def books(db):
    """alice has 100 µ, of which a hold has set 30 aside."""
    deposit(ALICE, 100)
    hold_credits("alice", 30, key="hold")
    connection.check_constraints()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount_micros = amount_micros + 1",
        "UPDATE ledger_transfer SET note = 'changed'",
        "UPDATE ledger_holdline SET amount_micros = 1",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_transfer",
        "DELETE FROM ledger_holdline",
        "DELETE FROM ledger_hold",
        "DELETE FROM ledger_account",
    ],
)
def test_rows_are_append_only(books, statement):
    with refused("ledger: (UPDATE|DELETE) of .* is refused: the books are append-only"):
        sql(statement)
    assert_books()


@pytest.mark.parametrize("model", [Account, Transfer, Entry, Hold, HoldLine])
def test_tables_cannot_be_emptied(books, model):
    with refused("ledger: TRUNCATE of .* is refused"):
        sql(f"TRUNCATE {model._meta.db_table} CASCADE")


def test_entries_must_sum_to_zero(books):
    with refused("entries of transfer .* sum to 5, not to zero"):
        transfer_id = new_transfer()
        add_entry(transfer_id, ALICE, 10)
        add_entry(transfer_id, chart.TREASURY_USDC, -5)


def test_a_transfer_needs_two_entries(books):
    with refused("has 0 entries, at least two are needed"):
        new_transfer()


def test_an_entry_is_not_zero(books):
    with refused("ledger_entry_not_zero"):
        add_entry(new_transfer(), ALICE, 0)


def test_asking_for_the_check_early_does_not_avoid_it(books):
    with refused("sum to 1, not to zero"):
        transfer_id = new_transfer()
        add_entry(transfer_id, ALICE, 5)
        add_entry(transfer_id, chart.TREASURY_USDC, -5)
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("SET CONSTRAINTS ALL DEFERRED")
        add_entry(transfer_id, ALICE, 1)


@pytest.mark.django_db(transaction=True)
def test_the_check_is_made_by_commit_itself():
    with pytest.raises(IntegrityError, match="sum to 7, not to zero"), transaction.atomic():  # noqa: PT012
        transfer_id = new_transfer()
        add_entry(transfer_id, chart.POOL_CLOUD, 9)
        add_entry(transfer_id, chart.TREASURY_USDC, -2)
    assert not Transfer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_old_transfer_takes_no_more_entries():
    old_id = deposit(ALICE, 100)
    with refused("only be added in the transaction that made its transfer"):
        add_entry(old_id, ALICE, 5)
        add_entry(old_id, chart.TREASURY_USDC, -5)
    with transaction.atomic():  # its stamp cannot be forged either
        forged_id = sql_value(
            "INSERT INTO ledger_transfer (key, input_hash, kind, reference, note, posted_txid, created_at)"
            " VALUES ('forged', '', 'raw', '', '', 1, '2001-01-01') RETURNING id"
        )
        add_entry(forged_id, ALICE, 5)
        add_entry(forged_id, chart.TREASURY_USDC, -5)
        assert sql_value("SELECT posted_txid = txid_current() FROM ledger_transfer WHERE id = %s", forged_id)
        assert Transfer.objects.get(pk=forged_id).created_at.year > 2001
    assert_books()


@pytest.mark.django_db(transaction=True)
def test_an_old_hold_takes_no_more_lines():
    deposit(ALICE, 100)
    held = hold_credits("alice", 30, key="hold")
    with refused("only be added in the transaction that made its hold"):
        sql(
            "INSERT INTO ledger_holdline (hold_id, account_id, amount_micros) VALUES (%s, %s, 5)",
            held.id,
            account_id(ALICE),
        )
    assert_books()


def test_a_reversal_is_the_exact_opposite(books):
    first_id = deposit(BOB, 10)
    with refused("is not the exact reverse of transfer"):
        reversal_id = sql_value(
            "INSERT INTO ledger_transfer (key, input_hash, kind, reference, note, reverses_id)"
            " VALUES ('r', '', 'reversal', '', '', %s) RETURNING id",
            first_id,
        )
        add_entry(reversal_id, BOB, -4)
        add_entry(reversal_id, chart.TREASURY_USDC, 4)


@pytest.mark.parametrize(
    "change",
    ["balance_micros = 1000000", "held_micros = 0", "address = 'user:mallory:credits'", "guarded = false"],
)
def test_an_account_is_not_changed_directly(books, change):
    with refused("ledger: account user:alice:credits cannot be changed directly"):
        sql(f"UPDATE ledger_account SET {change} WHERE address = '{ALICE}'")


@pytest.mark.parametrize("columns", ["5, 0", "0, -5"])
def test_an_account_starts_at_zero(db, columns):
    with refused("ledger: account user:charlie:credits must start at zero"):
        sql(
            "INSERT INTO ledger_account (address, guarded, balance_micros, held_micros)"
            f" VALUES ('user:charlie:credits', true, {columns})"
        )


@pytest.mark.parametrize(
    ("address", "constraint"),
    [
        ("user:charlie:credits", "guarded_by_address"),
        ("charlie", "address_shape"),
        ("pool:x y", "address_shape"),
    ],
)
def test_an_address_decides_its_guard(db, address, constraint):
    with refused(constraint):
        Account.objects.create(address=address, guarded=False)


def test_an_account_cannot_go_below_zero(books):
    with refused("ledger_account_never_below_zero"):
        transfer_id = new_transfer()
        add_entry(transfer_id, chart.TREASURY_USDC, 101)
        add_entry(transfer_id, ALICE, -101)


def test_what_is_held_cannot_be_spent(books):
    with refused("ledger_account_never_below_zero"):
        transfer_id = new_transfer()
        add_entry(transfer_id, chart.TREASURY_USDC, 71)
        add_entry(transfer_id, ALICE, -71)


def raw_hold(amount_micros, key="raw", status="pending"):
    return sql_value(
        "INSERT INTO ledger_hold (key, input_hash, reference, status, amount_micros, expires_at)"
        " VALUES (%s, '', '', %s, %s, now()) RETURNING id",
        key,
        status,
        amount_micros,
    )


def add_line(hold_id, address, amount_micros):
    sql(
        "INSERT INTO ledger_holdline (hold_id, account_id, amount_micros) VALUES (%s, %s, %s)",
        hold_id,
        account_id(address),
        amount_micros,
    )


def test_a_hold_cannot_take_more_than_there_is(books):
    with refused("ledger_account_never_below_zero"):
        add_line(raw_hold(71), ALICE, 71)


def test_the_lines_of_a_hold_are_its_amount(books):
    with refused("lines of hold .* sum to 0, not to its amount 5"):
        raw_hold(5)
    with refused("lines of hold .* sum to 6, not to its amount 5"):
        add_line(raw_hold(5), ALICE, 6)


def test_asking_early_does_not_avoid_the_check_of_a_hold(books):
    deposit(BOB, 10)
    with refused("lines of hold .* sum to 6, not to its amount 5"):
        hold_id = raw_hold(5)
        add_line(hold_id, ALICE, 5)
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("SET CONSTRAINTS ALL DEFERRED")
        add_line(hold_id, BOB, 1)


def test_a_pool_cannot_be_held(books):
    with refused("only a guarded account can be held"):
        add_line(raw_hold(5), chart.POOL_BUYBACK, 5)


@pytest.mark.parametrize("amount", [0, -5])
def test_a_hold_and_a_line_are_more_than_zero(books, amount):
    with refused("ledger_hold_amount_positive"):
        raw_hold(amount)
    with refused("ledger_holdline_positive"):
        add_line(raw_hold(5), ALICE, amount)


def test_a_hold_begins_pending(books):
    with refused("ledger: hold raw must begin pending"):
        raw_hold(5, status="voided")


@pytest.mark.parametrize(
    "change",
    [
        "amount_micros = 1",
        "key = 'other'",
        "expires_at = '2200-01-01'",
        "status = 'pending'",
        "status = 'gone'",
        "status = 'voided', amount_micros = 1",
    ],
)
def test_a_hold_is_only_resolved(books, change):
    with refused("ledger: hold hold can only be posted, voided or expired"):
        sql(f"UPDATE ledger_hold SET {change}")


@pytest.mark.parametrize("status", ["pending", "voided", "expired", "posted"])
def test_a_hold_is_resolved_once(books, status):
    assert actions.void_hold(hold_key="hold")
    with refused("ledger: hold hold is already voided"):
        sql(f"UPDATE ledger_hold SET status = '{status}'")
    with refused("only be added in the transaction that made its hold"):
        add_line(Hold.objects.get().pk, ALICE, 5)
    assert queries.available(ALICE) == 100


def test_a_posted_hold_names_its_transfer(books):
    with refused("can only be posted with the transfer made for it"):
        sql("UPDATE ledger_hold SET status = 'posted'")
    with refused("ledger_hold_posted_names_transfer"):
        sql("UPDATE ledger_hold SET status = 'voided', transfer_id = %s", Transfer.objects.get().pk)


@pytest.mark.django_db(transaction=True)
def test_a_hold_is_not_posted_with_somebody_elses_old_transfer():
    old_id = deposit(ALICE, 100)
    hold_credits("alice", 30, key="hold")
    with refused("can only be posted with the transfer made for it"):
        sql("UPDATE ledger_hold SET status = 'posted', transfer_id = %s", old_id)


def test_a_posted_hold_pays_no_more_than_it_set_aside(books):
    with refused("takes more than hold hold had set aside"):
        transfer_id = new_transfer()
        sql("UPDATE ledger_hold SET status = 'posted', transfer_id = %s", transfer_id)
        add_entry(transfer_id, ALICE, -31)
        add_entry(transfer_id, chart.POOL_CLOUD, 31)


def test_after_all_that_the_honest_way_works(books):
    pay_pools("hold", 30)
    connection.check_constraints()
    assert queries.balance(ALICE) == 70
    assert_books()
