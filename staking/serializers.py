"""Shapes that all calls about the chain have in common."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.lib.api import Shape

WEI_PATTERN = r"^[0-9]{1,60}$"


@extend_schema_field({"type": "string", "format": "wei", "pattern": WEI_PATTERN})
class WeiField(serializers.CharField):
    """Wei as decimal digits: more than a number of JSON holds exactly everywhere."""


class WalletTransactionSerializer(Shape):
    """A transaction for the wallet to sign and send, as `eth_sendTransaction` takes it; `label` is for people."""

    to = serializers.CharField()
    data = serializers.CharField()  # type: ignore[assignment]  # a field's name on the wire
    value = serializers.CharField()
    chainId = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
