"""What a stretch of work took: seconds, statements, memory."""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

SAVEPOINTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass
class Took:
    """One stretch of work. The peak of the memory is that of the process since it began."""

    seconds: float = 0.0
    statements: int = 0
    savepoints: int = 0
    """How many of the statements only mark or release a savepoint."""
    cpu_seconds: float = 0.0
    """Of this process."""
    database_cpu_seconds: float = 0.0
    """Of the process of PostgreSQL that serves it; 0 where that cannot be seen from here."""
    peak_mib: float = 0.0

    @property
    def all_cpu_seconds(self) -> float:
        """What it cost, whatever else the machine did meanwhile."""
        return self.cpu_seconds + self.database_cpu_seconds


@contextmanager
def measured() -> Iterator[Took]:
    """Measure what is done inside; the figures are there at its end."""
    took = Took()

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        took.statements += 1
        took.savepoints += str(sql).startswith(SAVEPOINTS)
        return execute(sql, params, many, context)

    database_begun = database_cpu_seconds()
    cpu_begun, begun = time.process_time(), time.perf_counter()
    with connection.execute_wrapper(count):
        yield took
    took.seconds, took.cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu_begun
    took.database_cpu_seconds = database_cpu_seconds() - database_begun
    took.peak_mib = peak_mib()


def database_cpu_seconds() -> float:
    """What the server process behind this connection has used; 0 where it isn't on this machine's /proc."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    stat = Path(f"/proc/{row[0] if row else 0}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak_mib() -> float:
    """The most memory that this process has had, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def database_mib() -> float:
    """What the database takes on disk, in MiB."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        row = cursor.fetchone()
    return float(row[0]) / 1024 / 1024 if row else 0.0
