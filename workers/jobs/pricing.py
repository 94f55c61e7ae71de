"""What a job costs and who gets what of it. Integers of µUSDC; pure."""

from dataclasses import dataclass
from enum import StrEnum

from ledger.books.money import STAKED_SHARE_BPS, WHOLE_BPS, WORKER_SHARE_BPS, credits_to_micros


class Tier(StrEnum):
    """The two tiers, each with its own queue."""

    PRO = "pro"
    MAX = "max"


class WorkerKind(StrEnum):
    """What a worker runs in."""

    BROWSER = "browser"
    NATIVE = "native"


PRICE_CREDITS: dict[Tier, int] = {Tier.PRO: 10, Tier.MAX: 15}
TIER_NAME: dict[Tier, str] = {Tier.PRO: "Pro", Tier.MAX: "Max"}
MODEL_NAME: dict[Tier, str] = {Tier.PRO: "ashao-pro", Tier.MAX: "ashao-max"}
TIERS = [str(tier) for tier in Tier]
KINDS = [str(kind) for kind in WorkerKind]
"""As the API names them."""
TIERS_OF: dict[WorkerKind, frozenset[Tier]] = {
    WorkerKind.BROWSER: frozenset({Tier.PRO}),
    WorkerKind.NATIVE: frozenset({Tier.PRO, Tier.MAX}),
}


def share_bps(*, staked: bool) -> int:
    """What a worker earns of a job's value, by whether its owner stakes."""
    return STAKED_SHARE_BPS if staked else WORKER_SHARE_BPS


def shown_tiers() -> list[dict[str, object]]:
    """What the pages are told of the tiers."""
    return [
        {"id": str(tier), "name": TIER_NAME[tier], "credits": credits}
        for tier, credits in PRICE_CREDITS.items()
    ]


def price_micros(tier: Tier) -> int:
    """What the person pays for one answer."""
    return credits_to_micros(PRICE_CREDITS[tier])


@dataclass(frozen=True, slots=True)
class Shares:
    """How the value of a finished job divides; the five parts add up to it exactly."""

    earnings: int
    escrow: int
    buyback: int
    stakers: int
    promo: int

    @property
    def worker(self) -> int:
        """What the worker earns, wherever it waits."""
        return self.earnings + self.escrow


def divide(*, value_micros: int, granted_micros: int, share_bps: int) -> Shares:
    """Divide a job's value between its worker, the treasury and the promotion budget.

    `granted_micros` of the value came out of the promotion budget: the same part of what the worker earns
    goes to escrow (rounded up, so that no granted micro is ever withdrawable early), and the rest of it back
    to the budget: free credits are no revenue, so nothing of them reaches the buyback or the stakers. What
    does not divide evenly stays with the treasury: the worker's share is rounded down, the odd micro goes to
    the stakers.
    """
    if not 0 <= granted_micros <= value_micros or not 0 <= share_bps <= WHOLE_BPS:
        raise ValueError("the granted part or the share is out of range")
    worker = value_micros * share_bps // WHOLE_BPS
    escrow = -(-worker * granted_micros // value_micros) if value_micros else 0
    earnings = worker - escrow
    treasury = value_micros - granted_micros - earnings
    return Shares(
        earnings=earnings,
        escrow=escrow,
        buyback=treasury // 2,
        stakers=treasury - treasury // 2,
        promo=granted_micros - escrow,
    )
