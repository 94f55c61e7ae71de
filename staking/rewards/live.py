"""What the chain says of a wallet's $ASHAO right now: asked quickly, or not at all.

The site does without these answers: they are for showing, and for telling a person what would fail anyway.
"""

import time
from dataclasses import dataclass, replace

from django.conf import settings

from ashao_site.chain.abi import ALLOWANCE, BALANCE_OF, Function
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.node import Reverted, node_of
from ashao_site.chain.settings import ChainSettings

QUICK_TIMEOUT_S = 1.0
PATIENCE_S = 1.5
"""For all three questions together, but for the time of one that has begun."""
NOT_ASKED_AGAIN_S = 3.0
"""After a silence, nobody waits for the chain for so long: not every visitor has to find out."""
_STAKE_OF: Function[int] = Function("stakeOf(address)", "uint256")


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
    except (ChainUnavailable, Reverted):
        _Silence.until_s = time.monotonic() + NOT_ASKED_AGAIN_S
        return None


def _ask(config: ChainSettings, wallet: str) -> Live:
    quick = node_of(replace(config, timeout_s=min(config.timeout_s, QUICK_TIMEOUT_S)))
    deadline = time.monotonic() + PATIENCE_S

    def answer(contract: str, function: Function[int], *addresses: str) -> int:
        if time.monotonic() > deadline:
            raise ChainUnavailable("The chain is too slow.")
        return quick.view(contract, function, *addresses)

    return Live(
        balance=answer(config.token, BALANCE_OF, wallet),
        allowance=answer(config.token, ALLOWANCE, wallet, config.vault),
        stake=answer(config.vault, _STAKE_OF, wallet),
    )
