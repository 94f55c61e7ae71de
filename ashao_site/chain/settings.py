"""The settings of the chain, checked. Imports nothing slow: every process reads its settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from ashao_site.chain.notation import ADDRESS, NOBODY, checksummed, is_mistyped
from ashao_site.lib.env import env_int, env_str

DEV_CHAIN_ID = 31_337


@dataclass(frozen=True, kw_only=True)
class ChainSettings:
    """A chain and where things are on it. Addresses are in their checksummed form (EIP-55)."""

    rpc_url: str = field(repr=False)  # may hold a provider's key
    chain_id: int
    confirmations: int
    start_block: int
    timeout_s: float
    token: str
    vault: str
    usdc: str
    treasury: str


def read_chain(*, chain_id: int, embedded: Mapping[str, Any]) -> ChainSettings | None:
    """The chain that the environment names, else the one in `embedded`; None where there is neither.

    `embedded` is what `make run` wrote down about its dev chain: the variables' names in lower case.
    Raises ImproperlyConfigured for a wrong value, also where no chain is named.
    """
    rpc_url = _rpc_url()
    embedded_values = {} if rpc_url else embedded  # of one chain or of the other, never of both
    addresses = {
        "ASHAO_TOKEN_ADDRESS": env_address("ASHAO_TOKEN_ADDRESS", embedded_values),
        "STAKING_VAULT_ADDRESS": env_address("STAKING_VAULT_ADDRESS", embedded_values),
        "USDC_ADDRESS": env_address("USDC_ADDRESS", embedded_values),
        "TREASURY_ADDRESS": env_address("TREASURY_ADDRESS", embedded_values),
    }
    start_block = env_int("CHAIN_START_BLOCK", 0, least=0, most=2**53)
    timeout_ms = env_int("CHAIN_TIMEOUT_MS", 5_000, least=100, most=60_000)
    confirmations = _confirmations(chain_id)
    rpc_url = rpc_url or str(embedded_values.get("chain_rpc_url", ""))
    if not rpc_url:
        return None
    _check_addresses(addresses)
    return ChainSettings(
        rpc_url=rpc_url,
        chain_id=chain_id,
        confirmations=confirmations,
        start_block=start_block or int(embedded_values.get("chain_start_block", 0)),
        timeout_s=timeout_ms / 1000,
        token=addresses["ASHAO_TOKEN_ADDRESS"],
        vault=addresses["STAKING_VAULT_ADDRESS"],
        usdc=addresses["USDC_ADDRESS"],
        treasury=addresses["TREASURY_ADDRESS"],
    )


def env_address(name: str, embedded: Mapping[str, Any]) -> str:
    """The variable as a checksummed address; "" where it is set neither there nor in `embedded`."""
    raw = env_str(name, "") or str(embedded.get(name.lower(), ""))
    if not raw:
        return ""
    if not ADDRESS.fullmatch(raw):
        raise ImproperlyConfigured(f"{name} must be 0x and 40 hexadecimal digits, not {raw!r}.")
    if is_mistyped(raw):
        raise ImproperlyConfigured(f"{name} {raw} has a wrong checksum (EIP-55): a character is mistyped.")
    if raw == NOBODY:
        raise ImproperlyConfigured(f"{name} is the zero address, which belongs to nobody.")
    return checksummed(raw)


def origin_of(url: str) -> str:
    """The origin that a page calls at this address, without a user and a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _rpc_url() -> str:
    raw = env_str("CHAIN_RPC_URL", "")
    try:
        parts = urlsplit(raw)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if raw and not fits:  # never echoed: it may hold a provider's key
        raise ImproperlyConfigured("CHAIN_RPC_URL must look like https://host/path.")
    return raw


def _confirmations(chain_id: int) -> int:
    if chain_id == DEV_CHAIN_ID:
        return env_int("CHAIN_CONFIRMATIONS", 2, least=1, most=10_000)
    return env_int("CHAIN_CONFIRMATIONS", 12, least=1, most=10_000)


def _check_addresses(addresses: Mapping[str, str]) -> None:
    owners: dict[str, str] = {}
    for name, address in addresses.items():
        if not address:
            raise ImproperlyConfigured(f"{name} is not set. With CHAIN_RPC_URL it must be.")
        if other := owners.get(address):
            raise ImproperlyConfigured(f"{name} is the same address as {other}.")
        owners[address] = name
