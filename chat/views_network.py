"""How the network is."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.scopes import KeyRule, KeyScopes
from chat.network import network_status
from chat.serializers import NetworkSerializer


class NetworkView(APIView):
    """`GET /api/network`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": KeyRule.ANY_KEY}

    @extend_schema(
        operation_id="network",
        summary="Workers live, jobs waiting, the usual wait and the cloud by tier, jobs and tokens of the last minute.",
        tags=["network"],
        responses=NetworkSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell."""
        return Response(network_status())
