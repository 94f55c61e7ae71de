"""What the stake page sends and is shown. $ASHAO in wei as text, rewards in µUSDC."""

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.chain.transactions import WalletTransactionSerializer, WeiField
from ashao_site.chain.wei import SUPPLY_WEI
from ashao_site.lib.api import Shape

WEI_DIGITS_MAX = 28
_WEI = re.compile(rf"[0-9]{{1,{WEI_DIGITS_MAX}}}", re.ASCII)


@extend_schema_field(
    {
        "oneOf": [
            {
                "type": "string",
                "pattern": rf"^[0-9]{{1,{WEI_DIGITS_MAX}}}$",
                "example": "1000000000000000000",
            },
            {"type": "integer", "minimum": 1},
        ]
    }
)
class WeiAmountField(serializers.Field[int, object, str, Any]):
    """$ASHAO in wei: more than none, and not more than there are. Digits as text, or a whole number."""

    def to_internal_value(self, data: object) -> int:
        if isinstance(data, str) and _WEI.fullmatch(data):
            amount = int(data)
        elif isinstance(data, int) and not isinstance(data, bool):
            amount = data
        else:
            raise serializers.ValidationError("A whole number of wei, as digits.")
        if not 0 < amount <= SUPPLY_WEI:
            raise serializers.ValidationError("More than 0 wei, and not more than there are.")
        return amount

    def to_representation(self, value: int) -> str:
        return str(value)


class AmountSerializer(Shape):
    """The body of `stake` and `unstake`."""

    amount = WeiAmountField()


class TransactionsSerializer(Shape):
    """What the wallet has to sign and send, in this order, each when the one before is in a block."""

    transactions = WalletTransactionSerializer(many=True)


class ChainStateSerializer(Shape):
    """How far the chain has been read."""

    block = serializers.IntegerField(allow_null=True)
    age_s = serializers.IntegerField(allow_null=True, help_text="Of that block.")
    ok = serializers.BooleanField()
    problem = serializers.CharField(allow_null=True)


class SpanSerializer(Shape):
    """An epoch."""

    number = serializers.IntegerField()
    startsAt = serializers.DateTimeField()
    endsAt = serializers.DateTimeField()


class SettledEpochSerializer(SpanSerializer):
    """An epoch that was settled."""

    pool = serializers.IntegerField(help_text="What there was to share.")
    rewards = serializers.IntegerField(help_text="What was shared; the rest is in the next epoch's pool.")
    stakers = serializers.IntegerField()


class RewardSerializer(Shape):
    """What somebody was given of an epoch."""

    number = serializers.IntegerField()
    amount = serializers.IntegerField()


class YouSerializer(Shape):
    """Whoever is signed in. null: the chain does not answer."""

    wallet = serializers.CharField()
    balance = WeiField(allow_null=True, help_text="$ASHAO in the wallet.")
    allowance = WeiField(allow_null=True, help_text="What the vault may take of it.")
    stake = WeiField(help_text="Confirmed: this one counts.")
    onChain = WeiField(allow_null=True, help_text="The stake with what is not confirmed yet.")
    shareOfPoolBps = serializers.IntegerField(help_text="The stake's part of all stakes.")
    rewards = serializers.IntegerField(help_text="All so far.")
    workerShareBps = serializers.IntegerField(help_text="What your workers earn of a job's value.")
    rewardsByEpoch = RewardSerializer(many=True)


class StakingSerializer(Shape):
    """Stakes, the pool that stakers share, and epochs."""

    chain = ChainStateSerializer()
    minimum = WeiField(help_text="What makes a staker.")
    total = WeiField(help_text="All confirmed stakes.")
    stakers = serializers.IntegerField()
    pool = serializers.IntegerField(help_text="Not shared yet.")
    epoch = SpanSerializer(help_text="The one that it is now.")
    shareBps = serializers.IntegerField()
    stakedShareBps = serializers.IntegerField()
    epochs = SettledEpochSerializer(many=True)
    you = YouSerializer(allow_null=True)
