"""The settings of money: who signs and pays gas, the limits of payouts, epochs, and what makes a worker trusted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ashao_site.chain.notation import WEI_PER_ASHAO
from ashao_site.lib.env import env_int, env_str
from ledger.books.money import MICROS_PER_USD

KEY = re.compile(r"0x[0-9a-fA-F]{64}")
KEYS_END = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of secp256k1 (SEC 2, version 2.0, 2.4.1): a key is from 1 to one less."""


@dataclass(frozen=True, kw_only=True)
class MoneySettings:
    """What money does and how much of it. Keys are "" where there is none, and never shown."""

    relayer_key: str = field(repr=False)
    """Pays the gas of payouts, and can move nothing else."""
    signer_key: str = field(repr=False)
    """The treasury's own key, where the server is to sign payouts by itself."""
    faucet_key: str = field(repr=False)
    """Gives test money away, on the dev chain only."""
    signer_daily_micros: int
    payout_min_micros: int
    payouts_per_day: int
    four_eyes_micros: int
    authorization_s: int
    epoch_s: int
    staked_share_min_wei: int
    trust_paid_jobs: int
    trust_days: int
    trust_jobs_per_payer: int
    deposit_min_micros: int
    explorer_url: str


def read_money(*, dev_chain: bool, embedded: Mapping[str, Any]) -> MoneySettings:
    """The settings of money from the environment; keys of the embedded dev chain where it is the one used.

    Raises ImproperlyConfigured for a wrong value.
    """
    keys: Mapping[str, Any] = embedded if dev_chain else {}
    return MoneySettings(
        relayer_key=env_key("RELAYER_KEY", keys),
        signer_key=env_key("TREASURY_SIGNER_KEY", keys),
        faucet_key=env_key("FAUCET_KEY", keys) if dev_chain else "",
        signer_daily_micros=env_int("TREASURY_SIGNER_DAILY_USD", 1_000, least=0, most=1_000_000)
        * MICROS_PER_USD,
        payout_min_micros=env_int("PAYOUT_MIN_USD", 1, least=0, most=1_000_000) * MICROS_PER_USD,
        payouts_per_day=env_int("PAYOUTS_PER_DAY", 3, least=1, most=1_000),
        four_eyes_micros=env_int("PAYOUT_FOUR_EYES_USD", 500, least=0, most=10_000_000) * MICROS_PER_USD,
        authorization_s=env_int("PAYOUT_AUTHORIZATION_S", 86_400, least=60, most=2_592_000),
        epoch_s=env_int("STAKING_EPOCH_S", 604_800, least=5, most=31_622_400),
        staked_share_min_wei=env_int("STAKING_MIN_ASHAO", 1, least=0, most=1_000_000_000) * WEI_PER_ASHAO,
        trust_paid_jobs=env_int("TRUST_MIN_PAID_JOBS", 100, least=0, most=1_000_000_000),
        trust_days=env_int("TRUST_MIN_DAYS", 14, least=0, most=10_000),
        trust_jobs_per_payer=env_int("TRUST_MAX_JOBS_PER_PAYER", 25, least=1, most=1_000_000_000),
        deposit_min_micros=env_int("DEPOSIT_MIN_USD", 1, least=0, most=1_000) * MICROS_PER_USD,
        explorer_url=env_str("CHAIN_EXPLORER_URL", "").rstrip("/"),
    )


def env_key(name: str, embedded: Mapping[str, Any]) -> str:
    """The variable as a private key; "" where it is set neither there nor in `embedded`."""
    raw = env_str(name, "") or str(embedded.get(name.lower(), ""))
    if raw and not KEY.fullmatch(raw):  # never echoed
        raise ImproperlyConfigured(f"{name} must be 0x and 64 hexadecimal digits.")
    if raw and not 0 < int(raw, 16) < KEYS_END:
        raise ImproperlyConfigured(f"{name} is no private key: its number is out of range.")
    return raw
