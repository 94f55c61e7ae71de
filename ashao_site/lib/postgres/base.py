"""The database engine: Django's own, except that a session that may not write is an outage and is never kept.

After a failover that keeps connections, or while a database is set to be read only, every write of such a session
fails, for as long as it is in the pool. So the pool looks at a session before it hands it out (the server tells
with every answer what it is), connects to servers that take writes alone, and forgets a session in which a write
was refused in spite of it.
"""

from types import TracebackType
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg_pool import ConnectionPool

RECONNECT_S = 5.0
"""How long the pool tries for one session, with growing pauses. After that the next request has it try anew: left
to itself it would come to pause for minutes, however long the database has been back."""

PooledConnection = psycopg.Connection[Any]


class ReadOnlyDatabase(OperationalError):
    """The session may not write: the server was demoted, or the database is set to be read only."""


class _Errors(DatabaseErrorWrapper):
    """Django's errors in the place of psycopg's, and a refused write as the outage that it is."""

    def __init__(self, wrapper: "DatabaseWrapper") -> None:
        super().__init__(wrapper)
        self._owner = wrapper

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(exc_value, psycopg.errors.ReadOnlySqlTransaction):
            self._owner.refused = self._owner.errors_occurred = True
            raise ReadOnlyDatabase(*exc_value.args).with_traceback(traceback) from exc_value
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of a thread, from the pool of its process."""

    refused = False
    """Whether a write was refused in this session."""

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        """What turns psycopg's errors into Django's."""
        return _Errors(self)

    @property
    def pool(self) -> "ConnectionPool[PooledConnection] | None":
        """The process's pool for this database; None where there is none."""
        pools: dict[str, ConnectionPool[PooledConnection]] = self._connection_pools  # type: ignore[attr-defined]
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in pools:
            pool: ConnectionPool[PooledConnection] = ConnectionPool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,  # type: ignore[attr-defined]
                check=lambda connection: check_writable(connection, pool),
                reconnect_timeout=RECONNECT_S,
                **options,
            )
            pools.setdefault(self.alias, pool)  # that of the first of several threads
        return pools[self.alias]

    def _close(self) -> None:
        if self.refused and self.pool is not None:
            self.pool.drain()  # this one too, when it is given back
        self.refused = False
        super()._close()  # type: ignore[misc]


def check_writable(connection: PooledConnection, pool: "ConnectionPool[PooledConnection]") -> None:
    """Raise for a session that is dead or may not write. In the latter case all others are closed as well."""
    ConnectionPool.check_connection(connection)  # the answer brings what has changed
    told = connection.info.parameter_status
    if "on" in (told("in_hot_standby"), told("default_transaction_read_only")):
        pool.drain()
        connection.close()
        raise ReadOnlyDatabase("This session may not write.")
