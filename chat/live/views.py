"""How the network is, as a call tells it."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes
from ashao_site.lib.api import Shape
from chat.live.news import network_status


class TierLoadSerializer(Shape):
    """Live workers, waiting jobs, and the wait: the median of recent jobs, from sending to being taken."""

    workers = serializers.IntegerField()
    queued = serializers.IntegerField()
    waitMs = serializers.IntegerField(allow_null=True)
    cloud = serializers.ChoiceField(
        choices=["provider", "simulated", "none"],
        help_text="What answers where no worker does: a provider's model, prepared text (free), or nothing: then a "
        "message fails, and costs nothing.",
    )


class TiersSerializer(Shape):
    """The load of both tiers."""

    pro = TierLoadSerializer()
    max = TierLoadSerializer()


class NetworkSerializer(Shape):
    """How the network is."""

    workers = serializers.IntegerField(help_text="Live, each counted once, also where it serves both tiers.")
    tiers = TiersSerializer()
    jobsPerMinute = serializers.FloatField()
    tokensPerMinute = serializers.FloatField()


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
