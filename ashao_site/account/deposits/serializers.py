"""The shapes of paying in. Amounts in µUSDC."""

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.chain.notation import HASH, HASH_PATTERN
from ashao_site.chain.transactions import WalletTransactionSerializer, WeiField
from ashao_site.lib.api import Shape, StrictCharField, StrictIntegerField
from ledger.books.money import MICROS_PER_CREDIT, format_usd

MAX_DEPOSIT_MICROS = 10**12
"""A million dollars. More is a mistake, or comes in parts."""


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


@extend_schema_field({"type": "string", "pattern": f"^{HASH_PATTERN}$"})
class HashField(StrictCharField):
    """The hash of a transaction."""

    def to_internal_value(self, data: object) -> str:
        tx_hash = super().to_internal_value(data)
        if HASH.fullmatch(tx_hash.lower()) is None or tx_hash.startswith("0X"):
            raise serializers.ValidationError("0x and 64 hexadecimal digits.")
        return tx_hash


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
