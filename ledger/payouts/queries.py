"""Everything that is read about payouts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from ashao_site.accounts.models import User
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, NotFound
from ledger.payouts.models import Payout, PayoutDecision, PayoutWallet, RelayerStatus
from ledger.payouts.states import OPEN, PayoutState

MAX_LISTED = 100
MAX_BATCH = 100
"""Payouts that staff act on at once."""
STATUS_ROW = 1


@dataclass(frozen=True)
class Tally:
    """How many payouts, and how much together."""

    count: int
    amount_micros: int


def payout_of(public_id: str) -> Payout:
    """The payout. Raises `NotFound`."""
    payout = Payout.objects.filter(public_id=public_id).first()
    if payout is None:
        raise NotFound("There is no such payout.", code="payout_not_found")
    return payout


def chosen_payouts(public_ids: Sequence[str]) -> list[Payout]:
    """These payouts, in this order. Raises `NotFound`, and as `check_batch`."""
    check_batch(public_ids)
    return [payout_of(public_id) for public_id in public_ids]


def check_batch(public_ids: Sequence[str]) -> None:
    """Raise `BadInput` for none, more than `MAX_BATCH`, or one twice."""
    if not 0 < len(public_ids) <= MAX_BATCH or len(set(public_ids)) != len(public_ids):
        raise BadInput(f"Choose between 1 and {MAX_BATCH} different payouts.")


def approvals_needed(payout: Payout) -> int:
    """How many different people must approve it: two above the threshold."""
    return 2 if payout.amount_micros > settings.MONEY.four_eyes_micros else 1


def approvals_of(payout: Payout) -> QuerySet[PayoutDecision]:
    """Its approvals, the oldest first; each of another person."""
    return payout.decisions.filter(decision="approve").order_by("id")


def wallets_of(user: User) -> list[str]:
    """Where this person can have payouts sent now: their own wallet, then those confirmed, the oldest first."""
    usable = PayoutWallet.objects.filter(user_id=user.pk, usable_at__lte=clock.now())
    confirmed = usable.order_by("confirmed_at", "pk")
    others = [wallet for wallet in confirmed.values_list("wallet", flat=True) if wallet != user.wallet]
    return [user.wallet, *others] if user.wallet else others


def new_wallets_of(user: User) -> list[PayoutWallet]:
    """Wallets that were confirmed and cannot be paid yet, the oldest first."""
    waiting = PayoutWallet.objects.filter(user_id=user.pk, usable_at__gt=clock.now())
    return list(waiting.order_by("confirmed_at", "pk"))


def payouts_of(user: User) -> QuerySet[Payout]:
    """This person's payouts, the newest first."""
    return Payout.objects.filter(user_id=user.pk).order_by("-id")


def requested_today(user: User) -> int:
    """How many payouts this person has asked for on this UTC day, whatever became of them."""
    return payouts_of(user).filter(requested_at__gte=clock.day_start(clock.now())).count()


def left_today(user: User) -> int:
    """How many more payouts this person can ask for on this UTC day."""
    return max(0, int(settings.MONEY.payouts_per_day) - requested_today(user))


def open_by_state() -> Mapping[PayoutState, Tally]:
    """How many payouts are in each open state, and how much they are."""
    by_state = Payout.objects.filter(state__in=OPEN).values("state").order_by("state")
    rows = by_state.annotate(count=Count("pk"), micros=Sum("amount_micros"))
    tallies = {row["state"]: Tally(row["count"], int(row["micros"])) for row in rows}
    return {state: tallies.get(str(state), Tally(0, 0)) for state in PayoutState if state in OPEN}


def key_signed_today() -> int:
    """What the configured key has signed on this UTC day, in µUSDC."""
    today = Payout.objects.filter(key_signed_at__gte=clock.day_start(clock.now()))
    return int(today.aggregate(sum=Sum("amount_micros"))["sum"] or 0)


def outstanding_micros(config: ChainSettings) -> int:
    """What is signed and not yet known to be paid: it may leave this treasury at any moment."""
    signed = Payout.objects.filter(
        state__in=(PayoutState.SIGNED, PayoutState.BROADCAST),
        chain_id=config.chain_id,
        token=config.usdc,
        payer=config.treasury,
    )
    return int(signed.aggregate(sum=Sum("amount_micros"))["sum"] or 0)


def relayer_problem() -> str:
    """What keeps payouts as a whole from going on, in a sentence; "" where nothing does."""
    return RelayerStatus.objects.filter(pk=STATUS_ROW).values_list("problem", flat=True).first() or ""
