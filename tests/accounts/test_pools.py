"""Database connections: those of claims and streams are their own, and a process without any says so."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections

from ashao_site.lib import pool_watch
from ashao_site.lib.aio import in_db, run_sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def all_out() -> Iterator[list[Any]]:
    """Every connection of the views' pool is held by somebody."""
    connection.close()
    pool = connection.pool
    pool.open()
    held = [pool.getconn(timeout=30) for _ in range(pool.max_size)]
    yield held
    for one in held:
        pool.putconn(one)


@pytest.fixture
def a_minute_later(monkeypatch: pytest.MonkeyPatch) -> None:
    later_s = pool_watch.POOL_EMPTY_MAX_S + 1
    monkeypatch.setattr(pool_watch.pool_watch, "_now", lambda: time.monotonic() + later_s)


def one() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return int(cursor.fetchone()[0])


def test_claims_and_streams_go_on_without_the_pool(all_out: list[Any]) -> None:
    assert run_sync(in_db(one), timeout_s=30) == 1


@pytest.mark.usefixtures("a_minute_later")
def test_a_process_off_its_database_is_not_alive(all_out: list[Any], client: Any) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "stuck")
    connection.pool.putconn(all_out.pop())
    assert client.get("/healthz").status_code == 200


def test_it_is_within_the_first_minute(all_out: list[Any], client: Any) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.usefixtures("a_minute_later")
def test_a_quiet_process_is_alive(client: Any) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.usefixtures("a_minute_later", "all_out")
def test_it_is_while_the_database_is_away(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process would not help, and its connections come back."""
    monkeypatch.setitem(connections.settings["default"], "PORT", "1")
    assert client.get("/healthz").status_code == 200
    monkeypatch.undo()
    assert client.get("/healthz").status_code == 200  # the minute has begun anew
