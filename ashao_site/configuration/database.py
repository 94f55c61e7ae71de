"""The settings of PostgreSQL, out of one URL."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

NOWHERE = "postgres://127.0.0.1:1/embedded-servers-are-not-running"
CONNECT_TIMEOUT_S = 5
POOL_WAIT_S = 5
STATEMENT_TIMEOUT_MS, LOCK_TIMEOUT_MS = 30_000, 15_000


def read_database(url: str, *, pool_max: int) -> dict[str, Any]:
    """Django's settings of the database at `url`, as libpq reads it: several hosts, `?sslmode=…` and the like.

    Raises ImproperlyConfigured.
    """
    parts = _parts(url or NOWHERE)
    return {
        "ENGINE": "ashao_site.lib.postgres",
        "NAME": parts.pop("dbname", ""),
        **{name.upper(): parts.pop(name, "") for name in ("user", "password", "host", "port")},
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "target_session_attrs": "read-write",  # of several hosts in the URL that which takes writes
            **parts,
            "pool": {"min_size": 0, "max_size": pool_max, "timeout": POOL_WAIT_S},
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS}",
        },
    }


def _parts(url: str) -> dict[str, Any]:
    try:
        parts = conninfo_to_dict(url)
        fits = all(port.isdigit() for port in str(parts.get("port", "5432")).split(","))
    except ProgrammingError:
        fits = False
    if not fits:  # never echoed: it holds a password
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:port/name.")
    return parts
