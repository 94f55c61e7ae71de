"""The shapes of signing in."""

from rest_framework import serializers

from ashao_site.accounts.models import User
from ashao_site.accounts.signature import UNDEPLOYED_SIGNATURE_MAX_CHARS
from ashao_site.accounts.siwe import MESSAGE_MAX_CHARS
from ashao_site.lib.api import Shape, StrictCharField


class NonceSerializer(Shape):
    """A nonce, and the chain that the message must name. Its times are best taken from here: clocks differ."""

    nonce = serializers.CharField()
    chainId = serializers.IntegerField(source="chain_id")
    issuedAt = serializers.DateTimeField(source="issued_at", help_text="Now, by the server's clock.")
    expiresAt = serializers.DateTimeField(source="expires_at", help_text="Until then the nonce is good.")


class VerifySerializer(Shape):
    """A signed EIP-4361 message."""

    message = StrictCharField(max_length=MESSAGE_MAX_CHARS)
    signature = StrictCharField(max_length=UNDEPLOYED_SIGNATURE_MAX_CHARS)


class UserSerializer(serializers.ModelSerializer[User]):
    """A person, to that person."""

    id = serializers.CharField(source="public_id")
    wallet = serializers.CharField(help_text="With which they signed in.")

    class Meta:
        model = User
        fields = ["id", "wallet"]


class SignedInSerializer(Shape):
    """Who is signed in now."""

    user = UserSerializer()


class OkSerializer(Shape):
    """It is done."""

    ok = serializers.BooleanField()
