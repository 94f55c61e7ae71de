"""What the account page sends and is shown, as the API and its description have it. Amounts in µUSDC."""

import re
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.lib.api import StrictCharField, StrictIntegerField
from ledger.chart import USER_PARTS
from ledger.money import MICROS_PER_CREDIT, format_usd

HASH_PATTERN = "^0x[0-9a-fA-F]{64}$"
_HASH = re.compile("0x[0-9a-fA-F]{64}")
MAX_DEPOSIT_MICROS = 10**12
"""A million dollars. More is a mistake, or comes in parts."""
WEI_PATTERN = r"^[0-9]{1,60}$"


class Shape(serializers.Serializer[dict[str, Any]]):
    """A shape of JSON: our serializers describe, and never save."""


@extend_schema_field({"type": "string", "format": "wei", "pattern": WEI_PATTERN})
class WeiField(serializers.CharField):
    """Wei as decimal digits: more than a number of JSON holds exactly everywhere."""


class TrustSerializer(Shape):
    """Whether staff trust an owner of workers, and how far the rule is met by which they are proposed to staff."""

    trusted = serializers.BooleanField(
        help_text="Staff have decided to release the escrow, within its limits."
    )
    proposed = serializers.BooleanField(help_text="The rule is met, and staff have not decided.")
    paidJobs = serializers.IntegerField(help_text="Of those that count.")
    paidJobsNeeded = serializers.IntegerField()
    days = serializers.IntegerField(help_text="Since the first of them.")
    daysNeeded = serializers.IntegerField()


class AccountSerializer(Shape):
    """What a person has."""

    wallet = serializers.CharField(allow_blank=True)
    credits = serializers.IntegerField(help_text="The whole credits that can be spent.")
    bought = serializers.IntegerField(help_text="Paid in, not spent, not held.")
    granted = serializers.IntegerField(help_text="Given for free, not spent, not held.")
    held = serializers.IntegerField(help_text="Set aside for messages that are being answered.")
    earnings = serializers.IntegerField(help_text="Earned, and not yet asked to be paid out.")
    escrow = serializers.IntegerField(help_text="Earned from free credits, until staff release it.")
    pendingPayouts = serializers.IntegerField(help_text="Asked to be paid out, and not yet final.")
    trust = TrustSerializer()


class StatementRowSerializer(Shape):
    """One amount in or out, and the balance of that part after it."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    part = serializers.ChoiceField(choices=list(USER_PARTS))
    kind = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    amount = serializers.IntegerField()
    balance = serializers.IntegerField()


class StatementSerializer(Shape):
    """A page of the statement, the newest first."""

    rows = StatementRowSerializer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="What `before` of the following page takes.")


class WalletTransactionSerializer(Shape):
    """A transaction for the wallet to sign and send, as `eth_sendTransaction` takes it; `label` is for people."""

    to = serializers.CharField()
    data = serializers.CharField()  # type: ignore[assignment]  # a field's name on the wire
    value = serializers.CharField()
    chainId = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]


@extend_schema_field(
    {
        "type": "integer",
        "minimum": MICROS_PER_CREDIT,
        "maximum": MAX_DEPOSIT_MICROS,
        "multipleOf": MICROS_PER_CREDIT,
    }
)
class CreditAmountField(StrictIntegerField):
    """µUSDC that are whole credits, and not less than what may be paid in at once."""

    def to_internal_value(self, data: object) -> int:
        """The amount itself."""
        amount = super().to_internal_value(data)
        least: int = settings.MONEY.deposit_min_micros
        if not max(least, MICROS_PER_CREDIT) <= amount <= MAX_DEPOSIT_MICROS:
            raise serializers.ValidationError(
                f"Between {format_usd(max(least, MICROS_PER_CREDIT))} and {format_usd(MAX_DEPOSIT_MICROS)}."
            )
        if amount % MICROS_PER_CREDIT:
            raise serializers.ValidationError("Credits are bought whole: a multiple of 10,000 µUSDC.")
        return amount


class BuySerializer(Shape):
    """The body of `credits/buy`."""

    amount = CreditAmountField()


class BoughtSerializer(Shape):
    """What the wallet has to send, and the USDC that it has."""

    transactions = WalletTransactionSerializer(many=True)
    balance = serializers.IntegerField(allow_null=True, help_text="null where the chain does not answer.")


@extend_schema_field({"type": "string", "pattern": HASH_PATTERN})
class HashField(StrictCharField):
    """The hash of a transaction."""

    def to_internal_value(self, data: object) -> str:
        """The hash itself."""
        found = super().to_internal_value(data)
        if _HASH.fullmatch(found) is None:
            raise serializers.ValidationError("0x and 64 hexadecimal digits.")
        return found


class AnnounceSerializer(Shape):
    """The body of a deposit that was sent."""

    txHash = HashField()
    amount = StrictIntegerField(min_value=1, max_value=MAX_DEPOSIT_MICROS)


class DepositSerializer(Shape):
    """A deposit on its way, or arrived."""

    txHash = serializers.CharField()
    amount = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["sent", "included", "credited", "failed", "lost"])
    confirmations = serializers.IntegerField()
    needed = serializers.IntegerField()
    sentAt = serializers.DateTimeField()
    creditedAt = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(allow_null=True, help_text="In an explorer of the chain.")


class DepositsSerializer(Shape):
    """The newest deposits, and how many confirmations one needs."""

    deposits = DepositSerializer(many=True)
    confirmations = serializers.IntegerField()


class FaucetSerializer(Shape):
    """What the faucet gives: µUSDC, and wei as text."""

    available = serializers.BooleanField()
    usdc = serializers.IntegerField()
    ashao = WeiField()
    eth = WeiField()


class GivenSerializer(Shape):
    """The hashes of what was sent."""

    transactions = serializers.ListField(child=serializers.CharField())
