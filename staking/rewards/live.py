"""What the chain says of a wallet's $ASHAO right now: asked quickly, or not at all.

The site does without these answers: they are for showing, and for telling a person what would fail anyway.
"""

import functools
import time
from dataclasses import dataclass, replace

from django.conf import settings

from ashao_site.chain_settings import ChainSettings
from ashao_site.lib.chain import Chain, ChainUnavailable
from staking.artifacts import artifact
from staking.asking import understood
from staking.transactions import checksum

QUICK_TIMEOUT_S = 1.0
PATIENCE_S = 1.5
"""For all three questions together, but for the time of one that has begun."""
NOT_ASKED_AGAIN_S = 3.0
"""After a silence, nobody waits for the chain for so long: not every visitor has to find out."""


@dataclass(frozen=True, slots=True)
class Live:
    """A wallet's $ASHAO in wei: what it has, what the vault may take of it, what is staked (unconfirmed too)."""

    balance: int
    allowance: int
    stake: int


class _Silence:
    """When the chain last did not answer, for this process."""

    until_s = 0.0


def ask(wallet: str) -> Live | None:
    """What the chain says; None where there is none, or it does not answer quickly."""
    config: ChainSettings | None = settings.CHAIN
    if config is None or time.monotonic() < _Silence.until_s:
        return None
    try:
        return _ask(config, wallet)
    except ChainUnavailable:
        _Silence.until_s = time.monotonic() + NOT_ASKED_AGAIN_S
        return None


def _ask(config: ChainSettings, wallet: str) -> Live:
    eth = _quick(config).web3.eth
    token = eth.contract(checksum(config.token), abi=artifact("AshaoToken").abi).functions
    vault = eth.contract(checksum(config.vault), abi=artifact("StakingVault").abi).functions
    owner = checksum(wallet)
    questions = (
        token.balanceOf(owner),
        token.allowance(owner, checksum(config.vault)),
        vault.stakeOf(owner),
    )
    deadline = time.monotonic() + PATIENCE_S
    found: list[int] = []
    with understood():
        for question in questions:
            if time.monotonic() > deadline:
                raise ChainUnavailable("The chain is too slow.")
            found.append(int(question.call()))
    return Live(*found)


@functools.cache
def _quick(config: ChainSettings) -> Chain:
    return Chain(replace(config, timeout_s=min(config.timeout_s, QUICK_TIMEOUT_S)))
