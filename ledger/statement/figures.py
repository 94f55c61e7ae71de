"""What a person has."""

from dataclasses import dataclass

from django.db.models import Sum

from ashao_site.accounts.models import User
from ledger.books import chart
from ledger.books.models import Account
from ledger.books.money import micros_to_credits
from ledger.payouts.models import Payout
from ledger.payouts.states import OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is held for messages that are being answered is in neither bought nor granted."""

    credits: int
    """Whole ones, that can be spent."""
    bought_micros: int
    granted_micros: int
    held_micros: int
    earnings_micros: int
    escrow_micros: int
    pending_payouts_micros: int


def figures_of(user: User) -> Figures:
    accounts = {
        account.address: account for account in Account.objects.filter(address__in=addresses_of(user))
    }

    def free(address: str) -> int:
        account = accounts.get(address)
        return account.balance_micros - account.held_micros if account else 0

    bought, granted = free(chart.user_credits(user.pk)), free(chart.user_granted(user.pk))
    pending = Payout.objects.filter(user_id=user.pk, state__in=OPEN).aggregate(sum=Sum("amount_micros"))
    return Figures(
        credits=micros_to_credits(bought + granted),
        bought_micros=bought,
        granted_micros=granted,
        held_micros=sum(account.held_micros for account in accounts.values()),
        earnings_micros=free(chart.user_earnings(user.pk)),
        escrow_micros=free(chart.user_escrow(user.pk)),
        pending_payouts_micros=pending["sum"] or 0,
    )


def addresses_of(user: User) -> list[str]:
    """Where the person's money is booked."""
    return [f"{chart.user_prefix(user.pk)}{part}" for part in chart.USER_PARTS]
