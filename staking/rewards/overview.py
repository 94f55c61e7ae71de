"""What the stake page shows, read together."""

from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.db.models import Count, Q, Sum

from ashao_site.accounts.models import User
from ashao_site.chain.indexer.queries import chain_progress
from ashao_site.lib.clock import now
from ledger.books.money import STAKED_SHARE_BPS, WHOLE_BPS, WORKER_SHARE_BPS
from ledger.treasury.sums import sums
from staking.rewards import live
from staking.rewards.calendar import Span, first_span, span_at
from staking.rewards.epochs import next_span
from staking.rewards.models import Epoch, Reward, Stake
from staking.rewards.queries import is_staker, minimum_wei

EPOCHS_SHOWN = 10
POOL_AGE_MAX_S = 2.0


class SpanBody(TypedDict):
    """An epoch, as the API tells it."""

    number: int
    startsAt: datetime
    endsAt: datetime


class EpochBody(SpanBody):
    """An epoch that was settled."""

    pool: int
    rewards: int
    stakers: int


class ChainBody(TypedDict):
    """How far the chain has been read."""

    block: int | None
    age_s: int | None
    ok: bool
    problem: str | None


class RewardBody(TypedDict):
    """What somebody was given of an epoch."""

    number: int
    amount: int


class YouBody(TypedDict):
    """A person's $ASHAO and rewards. None where the chain does not answer."""

    wallet: str
    balance: str | None
    allowance: str | None
    stake: str
    onChain: str | None
    shareOfPoolBps: int
    rewards: int
    workerShareBps: int
    rewardsByEpoch: list[RewardBody]


class StakingBody(TypedDict):
    """The whole answer of `GET /api/staking`."""

    chain: ChainBody
    minimum: str
    total: str
    stakers: int
    pool: int
    epoch: SpanBody
    shareBps: int
    stakedShareBps: int
    epochs: list[EpochBody]
    you: YouBody | None


def staking_overview(user: User | None) -> StakingBody:
    """Stakes, pool and epochs; and what of it is this person's."""
    total_wei, stakers = _all_stakes()
    owed = Reward.objects.filter(epoch__paid_at=None, paid=False).aggregate(sum=Sum("amount_micros"))["sum"]
    return {
        "chain": _chain_state(),
        "minimum": str(minimum_wei()),
        "total": str(total_wei),
        "stakers": stakers,
        "pool": max(0, sums(max_age_s=POOL_AGE_MAX_S).stakers_pool - (owed or 0)),
        "epoch": _span_body(_epoch_now()),
        "shareBps": WORKER_SHARE_BPS,
        "stakedShareBps": STAKED_SHARE_BPS,
        "epochs": [_epoch_body(epoch) for epoch in Epoch.objects.order_by("-number")[:EPOCHS_SHOWN]],
        "you": _you(user, user.wallet, total_wei) if user is not None and user.wallet else None,
    }


def _you(user: User, wallet: str, total_wei: int) -> YouBody:
    stake_wei = 0
    if settings.CHAIN is not None:
        mine = Stake.objects.filter(chain_id=settings.CHAIN.chain_id, wallet=wallet)
        stake_wei = mine.values_list("amount_wei", flat=True).first() or 0
    rewards = Reward.objects.filter(wallet=wallet)
    latest = rewards.order_by("-epoch__number")[:EPOCHS_SHOWN]
    held = live.ask(wallet)
    return {
        "wallet": wallet,
        "balance": str(held.balance) if held else None,
        "allowance": str(held.allowance) if held else None,
        "stake": str(stake_wei),
        "onChain": str(held.stake) if held else None,
        "shareOfPoolBps": stake_wei * WHOLE_BPS // total_wei if total_wei else 0,
        "rewards": rewards.aggregate(sum=Sum("amount_micros"))["sum"] or 0,
        "workerShareBps": STAKED_SHARE_BPS if is_staker(user.pk) else WORKER_SHARE_BPS,
        "rewardsByEpoch": [
            {"number": number, "amount": micros}
            for number, micros in latest.values_list("epoch__number", "amount_micros")
        ],
    }


def _all_stakes() -> tuple[int, int]:
    if settings.CHAIN is None:
        return 0, 0
    sums = Stake.objects.filter(chain_id=settings.CHAIN.chain_id).aggregate(
        total=Sum("amount_wei"), stakers=Count("id", filter=Q(amount_wei__gt=0))
    )
    return int(sums["total"] or 0), int(sums["stakers"])


def _epoch_now() -> Span:
    at, epoch_s = now(), settings.MONEY.epoch_s
    upcoming = next_span()
    return first_span(at, epoch_s) if upcoming is None else span_at(upcoming, at, epoch_s)


def _chain_state() -> ChainBody:
    """From what was read, without asking the chain: this is answered to everybody."""
    read = chain_progress()
    return {"block": read.block, "age_s": read.age_s, "ok": read.ok, "problem": read.problem}


def _span_body(span: Span) -> SpanBody:
    return {"number": span.number, "startsAt": span.starts_at, "endsAt": span.ends_at}


def _epoch_body(epoch: Epoch) -> EpochBody:
    return {
        "number": epoch.number,
        "startsAt": epoch.starts_at,
        "endsAt": epoch.ends_at,
        "pool": epoch.pool_micros,
        "rewards": epoch.rewards_micros,
        "stakers": epoch.stakers,
    }
