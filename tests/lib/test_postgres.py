"""Sessions that may not write: an outage, and none of them is used again."""

import pytest
from django.db import connection, transaction

from ashao_site.accounts.models import User
from ashao_site.lib.http import as_app_error
from ashao_site.lib.postgres.base import ReadOnlyDatabase

pytestmark = pytest.mark.django_db(transaction=True)

WALLET = "0x" + "ab" * 20


def session() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_refused_write_is_an_outage_and_its_session_is_closed() -> None:
    first = session()
    with transaction.atomic():
        run("SET TRANSACTION READ ONLY")
        with pytest.raises(ReadOnlyDatabase) as refused:
            User.objects.get_or_create_wallet(WALLET)
        transaction.set_rollback(True)
    known = as_app_error(refused.value)
    assert known is not None
    assert known.status == 503
    connection.close()
    assert session() != first
    User.objects.get_or_create_wallet(WALLET)


def test_a_session_that_became_read_only_is_not_handed_out_again() -> None:
    first = session()
    run("SET default_transaction_read_only = on")
    connection.close()
    assert session() != first
    User.objects.get_or_create_wallet(WALLET)


def test_a_session_that_may_write_is_kept() -> None:
    with transaction.atomic():
        run("SET TRANSACTION READ ONLY")  # as the reconciliation does
        first = session()
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [first])
        assert cursor.fetchone() == (1,)
