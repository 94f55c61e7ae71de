"""The environment of a run, read once and checked."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_PORT = 8000
ASGI_SERVERS = ("uvicorn", "daphne")
FALLBACK_CONCURRENCY_MAX = 1000
DEV_CHAIN_ID = 31337
CHAIN_VARIABLES = (
    "CHAIN_RPC_URL",
    "CHAIN_ID",
    "CHAIN_START_BLOCK",
    "ASHAO_TOKEN_ADDRESS",
    "STAKING_VAULT_ADDRESS",
    "USDC_ADDRESS",
    "TREASURY_ADDRESS",
    "FAUCET_KEY",
    "RELAYER_KEY",
    "TREASURY_SIGNER_KEY",
)
"""What says which chain it is, where things are on it and who signs there: all of one chain, or none."""


class StartError(Exception):
    """The stack cannot start as asked. The text is one sentence for the person at the terminal."""

    exit_code = 2


class StackFailedError(StartError):
    """Something that was started did not hold."""

    exit_code = 1

    def __init__(self, sentence: str, output: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.output = "\n".join(output)


class StopRequestedError(Exception):
    """A signal asked for the end while something was being waited for."""


@dataclass(frozen=True)
class Config:
    """What `run` was asked to do. The URLs are None where we start the server ourselves."""

    port: int
    home: Path
    database_url: str | None
    redis_url: str | None
    chain_rpc_url: str | None
    asgi_server: str
    fallback_concurrency: int


def read_config(env: Mapping[str, str]) -> Config:
    """Read the variables of a run. Raises StartError with one sentence for the first wrong one."""
    asgi_server = env.get("ASGI_SERVER") or ASGI_SERVERS[0]
    if asgi_server not in ASGI_SERVERS:
        raise StartError(f"ASGI_SERVER is {asgi_server!r}; it must be uvicorn or daphne.")
    chain_rpc_url = _url(env, "CHAIN_RPC_URL", ("https", "http"), form="host/path")
    if not chain_rpc_url:
        _refuse_parts_of_a_chain(env)
    return Config(
        port=_whole_number(env, "PORT", default=DEFAULT_PORT, maximum=65535),
        home=home_from(env),
        database_url=_url(env, "DATABASE_URL", ("postgres", "postgresql")),
        redis_url=_url(env, "REDIS_URL", ("redis", "rediss")),
        chain_rpc_url=chain_rpc_url,
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


def _refuse_parts_of_a_chain(env: Mapping[str, str]) -> None:
    """The dev chain has its own id and addresses: others beside it are meant for another chain."""
    given = {name: env.get(name) for name in CHAIN_VARIABLES}
    for name, value in given.items():
        if value and (name, value) != ("CHAIN_ID", str(DEV_CHAIN_ID)):
            raise StartError(f"{name} is set and CHAIN_RPC_URL is not; the dev chain has a value of its own.")


def _url(
    env: Mapping[str, str], name: str, schemes: tuple[str, ...], *, form: str = "user:password@host:port/name"
) -> str | None:
    value = env.get(name)
    if not value:
        return None
    sentence = f"{name} must look like {schemes[0]}://{form}."  # never echoes what it holds
    try:
        parts = urlsplit(value)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        raise StartError(sentence) from None
    if parts.scheme not in schemes or not parts.hostname or not port_ok:
        raise StartError(sentence)
    return value
