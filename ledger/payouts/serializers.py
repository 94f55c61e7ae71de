"""The shapes of the payout calls."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.accounts.sign_in.signature import UNDEPLOYED_SIGNATURE_MAX_CHARS
from ashao_site.accounts.sign_in.siwe import MESSAGE_MAX_CHARS
from ashao_site.chain.notation import ADDRESS, ADDRESS_CHARS
from ashao_site.lib.api import StrictCharField, StrictIntegerField
from ledger.books.money import MAX_AMOUNT_MICROS
from ledger.payouts.states import PayoutState

Shape = serializers.Serializer[Any]


@extend_schema_field({"type": "string", "pattern": f"^{ADDRESS.pattern}$"})
class WalletField(StrictCharField):
    """An address."""


class PayoutRequestSerializer(Shape):
    """How much of one's earnings, in µUSDC, and to which wallet: without one, to one's own."""

    amount = StrictIntegerField(min_value=1, max_value=MAX_AMOUNT_MICROS)
    wallet = WalletField(max_length=ADDRESS_CHARS, required=False, allow_null=True, default=None)


class PayoutSerializer(Shape):
    """A payout as its earner sees it."""

    id = serializers.CharField()
    amount = serializers.IntegerField()
    wallet = serializers.CharField()
    state = serializers.ChoiceField(choices=[str(state) for state in PayoutState])
    problem = serializers.CharField(allow_null=True)
    txHash = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    requestedAt = serializers.DateTimeField()
    finalAt = serializers.DateTimeField(allow_null=True)


class WalletSerializer(Shape):
    """A wallet that may receive payouts, from `usableAt` on."""

    wallet = serializers.CharField()
    usableAt = serializers.DateTimeField()


class PayoutsSerializer(Shape):
    """What can be asked for, and what was."""

    available = serializers.IntegerField()
    escrow = serializers.IntegerField()
    minimum = serializers.IntegerField()
    perDay = serializers.IntegerField()
    leftToday = serializers.IntegerField()
    wallets = serializers.ListField(child=serializers.CharField(), help_text="That can be paid now.")
    newWallets = WalletSerializer(many=True, help_text="That can be paid later, unless they are taken away.")
    payouts = PayoutSerializer(many=True)


class WalletProofSerializer(Shape):
    """An EIP-4361 message that another wallet signed, and one that the person's own wallet did."""

    message = StrictCharField(max_length=MESSAGE_MAX_CHARS)
    signature = StrictCharField(max_length=UNDEPLOYED_SIGNATURE_MAX_CHARS)
    ownMessage = StrictCharField(max_length=MESSAGE_MAX_CHARS, required=False)
    ownSignature = StrictCharField(max_length=UNDEPLOYED_SIGNATURE_MAX_CHARS, required=False)
