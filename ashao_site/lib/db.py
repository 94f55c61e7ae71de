"""Guards around the database: no network inside a transaction, and what an outage looks like."""

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
