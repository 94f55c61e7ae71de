"""Guards around the database: no network inside a transaction, and what an outage looks like."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection
from psycopg_pool import PoolTimeout
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

OUTAGES = (OperationalError, InterfaceError, PoolTimeout, RedisConnectionError, RedisTimeoutError)
"""What PostgreSQL or Redis being away looks like from here: an answer of 503, and a retry that helps."""


class NetworkInTransaction(RuntimeError):
    """A bug: a network call was about to be made while a database transaction was open."""


def forbid_open_transaction(what: str) -> None:
    """Raise `NetworkInTransaction` if this thread has a transaction open.

    A network call in a transaction holds locks for as long as the other side pleases, and cannot be rolled
    back with it.
    """
    if connection.in_atomic_block and not getattr(connection, "in_test_transaction", False):
        raise NetworkInTransaction(f"{what} inside a database transaction")


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Whether this process may do `name` now: True for one at a time, of all processes on this database.

    An advisory lock of the session: it ends with its connection, so a process that is killed blocks nobody.
    """
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        row = cursor.fetchone()
    mine = bool(row and row[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
