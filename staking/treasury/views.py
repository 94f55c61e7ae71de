"""The call of the treasury page."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes
from staking.treasury.queries import treasury_overview
from staking.treasury.serializers import TreasurySerializer


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
