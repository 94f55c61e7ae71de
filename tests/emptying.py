"""Empties the tables that a test with real commits has filled, for a small part of the time that Django's flush takes.

Django empties every table and then makes content types and permissions anew; here only tables with rows are
emptied, and what belongs to the schema stays.
"""

from django.db import connection, transaction
from django.test import TransactionTestCase

from ledger.apps import create_house_accounts

OF_THE_SCHEMA = ("django_migrations", "django_content_type", "auth_permission")
"""What migrations write, and the same in each test."""


def use_for_transactional_tests() -> None:
    """Have all tests with `transaction=True` cleaned up by `empty_tables`."""
    TransactionTestCase._fixture_teardown = lambda self: empty_tables()  # type: ignore[attr-defined]


def empty_tables() -> None:
    """Delete every row that is not of the schema, and make the house's accounts anew.

    Triggers are off for it: the books refuse that their rows are deleted.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in tables_with_rows():
            cursor.execute(f'DELETE FROM "{table}"')
    create_house_accounts()


def tables_with_rows() -> list[str]:
    """The tables of all apps that are not empty, without those of the schema."""
    tables = [name for name in connection.introspection.django_table_names() if name not in OF_THE_SCHEMA]
    rows = " UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(rows)
        return [table for (table,) in cursor.fetchall()]
