"""The call of the treasury page, and what it is shown. Amounts in µUSDC; $ASHAO in wei as text."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes
from ashao_site.chain.transactions import WeiField
from ashao_site.lib.api import Shape
from staking.treasury.queries import treasury_overview


class PoolsSerializer(Shape):
    """What is in the pools now."""

    buyback = serializers.IntegerField()
    stakers = serializers.IntegerField()
    cloud = serializers.IntegerField()


class BurnSerializer(Shape):
    """A transaction that burned $ASHAO."""

    txHash = serializers.CharField()
    url = serializers.CharField(allow_null=True, help_text="In an explorer of the chain.")
    burned = WeiField()
    usdc = serializers.IntegerField(allow_null=True, help_text="What the treasury paid for them, if it did.")
    at = serializers.DateTimeField()


class DaySerializer(Shape):
    """A day (UTC)."""

    day = serializers.DateField()
    revenue = serializers.IntegerField()
    promoted = serializers.IntegerField()
    workers = serializers.IntegerField()
    cloud = serializers.IntegerField()
    stakers = serializers.IntegerField()
    buyback = serializers.IntegerField()
    paidOut = serializers.IntegerField()


class TreasurySerializer(Shape):
    """Of all time, and of the last 90 days."""

    revenue = serializers.IntegerField(
        help_text="What people paid for answers, with credits that they bought."
    )
    promoted = serializers.IntegerField(
        help_text="What the promotion budget paid for answers. The next four are what this and the revenue became."
    )
    workers = serializers.IntegerField()
    cloud = serializers.IntegerField()
    stakers = serializers.IntegerField()
    buyback = serializers.IntegerField()
    pools = PoolsSerializer()
    paidOut = serializers.IntegerField(help_text="By payouts that are final on the chain.")
    rewardsPaid = serializers.IntegerField()
    boughtBack = serializers.IntegerField(help_text="Paid for $ASHAO that were burned.")
    burned = WeiField()
    staked = WeiField()
    supply = WeiField(help_text="All $ASHAO there are: without those that were burned.")
    burns = BurnSerializer(many=True)
    days = DaySerializer(many=True)
    explorer = serializers.CharField(allow_null=True)
    treasury = serializers.CharField(allow_null=True)
    vault = serializers.CharField(allow_null=True)
    token = serializers.CharField(allow_null=True)


class TreasuryView(APIView):
    """`GET /api/treasury`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": KeyRule.ANY_KEY}

    @extend_schema(
        operation_id="treasury",
        summary="Revenue, its split, pools, payouts, burns and stakes, over time. At most 10 s old.",
        tags=["staking"],
        responses=TreasurySerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell everybody."""
        return Response(treasury_overview())
