"""Has this process been off its database for too long, while the database is there?

A pool whose every connection is out, and that has given none for a minute, is one whose connections never come
back: no statement takes that long. Only a new process helps. A database that is away is another thing: the
connections come back by themselves, and a new process would not help.
"""

import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from ashao_site.lib.aio import own_connections

POOL_EMPTY_MAX_S = 60.0


class PoolWatch:
    """Since when the pool of the views has given nothing. `note_given` is told of every connection it gives."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._given_at = now()

    def note_given(self) -> None:
        """The pool has just given a connection."""
        self._given_at = self._now()

    def is_stuck(self) -> bool:
        """Whether the pool has been empty for a minute though the database can be reached."""
        if self._now() - self._given_at < POOL_EMPTY_MAX_S or not _is_empty():
            return False
        if _database_answers():
            return True
        self.note_given()  # its connections come back when it does: the minute begins anew
        return False


def _connection() -> Any:  # `pool` and `get_connection_params` are PostgreSQL's
    return connections.create_connection(DEFAULT_DB_ALIAS)


def _is_empty() -> bool:
    pool = _connection().pool
    if pool is None:
        return False
    stats = pool.get_stats()
    return bool(stats["pool_available"] == 0 and stats["pool_size"] >= stats["pool_max"])


def _database_answers() -> bool:
    """Whether a new connection, of no pool, can be had."""
    try:
        psycopg.connect(**_connection().get_connection_params()).close()
    except psycopg.Error:
        return False
    return True


pool_watch = PoolWatch()


def _note(connection: BaseDatabaseWrapper, **_: object) -> None:
    if not isinstance(connection, own_connections()):
        pool_watch.note_given()


connection_created.connect(_note, dispatch_uid="ashao.pool_watch")
