"""The environment of a run, read once and checked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ashao_site.embedded.errors import StartError

ROOT = Path(__file__).resolve().parent.parent.parent
ASGI_SERVERS = ("daphne", "uvicorn")
FALLBACK_CONCURRENCY_MAX = 1000


@dataclass(frozen=True)
class Config:
    """What `run` was asked to do. `database_url` and `redis_url` are None where we start the server."""

    port: int
    home: Path
    database_url: str | None
    redis_url: str | None
    asgi_server: str
    fallback_concurrency: int


def read_config(env: Mapping[str, str]) -> Config:
    """Read the variables of a run. Raises StartError with one sentence for the first wrong one."""
    asgi_server = env.get("ASGI_SERVER") or "daphne"
    if asgi_server not in ASGI_SERVERS:
        raise StartError(f"ASGI_SERVER is {asgi_server!r}; it must be daphne or uvicorn.")
    return Config(
        port=_whole_number(env, "PORT", default=8000, maximum=65535),
        home=home_from(env),
        database_url=_url(env, "DATABASE_URL", ("postgres", "postgresql")),
        redis_url=_url(env, "REDIS_URL", ("redis", "rediss")),
        asgi_server=asgi_server,
        fallback_concurrency=_whole_number(
            env, "FALLBACK_CONCURRENCY", default=64, maximum=FALLBACK_CONCURRENCY_MAX
        ),
    )


def home_from(env: Mapping[str, str]) -> Path:
    """ASHAO_HOME as an absolute path; `.local` in the checkout when it is not set."""
    value = env.get("ASHAO_HOME") or str(ROOT / ".local")
    return Path(os.path.abspath(os.path.expanduser(value)))


def _whole_number(env: Mapping[str, str], name: str, *, default: int, maximum: int) -> int:
    value = env.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= maximum):
        raise StartError(f"{name} is {value!r}; it must be a whole number from 1 to {maximum}.")
    return int(value)


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    value = env.get(name)
    if not value:
        return None
    sentence = (
        f"{name} must look like {schemes[0]}://user:password@host:port/name."  # never echoes a password
    )
    try:
        parts = urlsplit(value)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        raise StartError(sentence) from None
    if parts.scheme not in schemes or not parts.hostname or not port_ok:
        raise StartError(sentence)
    return value
