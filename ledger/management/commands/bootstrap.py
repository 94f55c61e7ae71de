"""`manage.py bootstrap`: what a fresh development network needs before the first person comes."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ashao_site.lib.errors import Conflict
from ledger.books.actions import fund_promo
from ledger.books.money import usd_to_micros
from ledger.deposits.faucet import DEVELOPMENT_FUNDING_KEY


class Command(BaseCommand):
    """Funds the promotion budget once, in development. Does nothing in production, or the next time."""

    help = "Fund the promotion budget of a development network, once."

    def handle(self, *args: Any, **options: Any) -> None:
        usd: int = settings.DEVELOPMENT_PROMO_BUDGET_USD
        if not settings.DEVELOPMENT_WALLET or usd == 0:
            return
        try:
            funded = fund_promo(
                key=DEVELOPMENT_FUNDING_KEY,
                amount_micros=usd_to_micros(Decimal(usd)),
                note="A development network's play money.",
                staff="bootstrap",
            )
        except Conflict:  # it was funded before, with another amount
            return
        if funded.created:
            self.stdout.write(f"The promotion budget has ${usd:,} of play money for free credits.")
