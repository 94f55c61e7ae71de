"""The shapes of the sign-in and API-key calls."""

from typing import Any

from rest_framework import serializers

from ashao_site.accounts.models import API_KEY_NAME_MAX_CHARS, ApiKey, SignIn, User
from ashao_site.accounts.scopes import ALL_SCOPES
from ashao_site.accounts.signature import UNDEPLOYED_SIGNATURE_MAX_CHARS
from ashao_site.accounts.siwe import MESSAGE_MAX_CHARS
from ashao_site.lib.api import StrictCharField


class NonceSerializer(serializers.Serializer[Any]):
    """A nonce, and the chain that the message must name. Its times are best taken from here: clocks differ."""

    nonce = serializers.CharField()
    chainId = serializers.IntegerField(source="chain_id")
    issuedAt = serializers.DateTimeField(source="issued_at", help_text="Now, by the server's clock.")
    expiresAt = serializers.DateTimeField(source="expires_at", help_text="Until then the nonce is good.")


class VerifySerializer(serializers.Serializer[Any]):
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


class SignedInSerializer(serializers.Serializer[Any]):
    """Who is signed in now."""

    user = UserSerializer()


class OkSerializer(serializers.Serializer[Any]):
    """It is done."""

    ok = serializers.BooleanField()


class NewKeyRequestSerializer(serializers.Serializer[Any]):
    """What a new key shall be called, and what it may do: without scopes, all of them."""

    name = StrictCharField(max_length=API_KEY_NAME_MAX_CHARS)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ALL_SCOPES),
        required=False,
        allow_empty=False,
        max_length=len(ALL_SCOPES),
    )


class NewKeySerializer(serializers.Serializer[Any]):
    """A key just made. `key` is shown this once."""

    id = serializers.CharField()
    name = serializers.CharField()
    key = serializers.CharField()


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key, without its secret."""

    id = serializers.CharField(source="public_id")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ALL_SCOPES))
    createdAt = serializers.DateTimeField(source="created_at")
    lastUsedAt = serializers.DateTimeField(source="last_used_at", allow_null=True)

    class Meta:
        model = ApiKey
        fields = ["id", "name", "hint", "scopes", "createdAt", "lastUsedAt"]


class KeyListSerializer(serializers.Serializer[Any]):
    """The person's live keys, newest first."""

    keys = ApiKeySerializer(many=True)


class SessionSerializer(serializers.ModelSerializer[SignIn]):
    """Where the person is signed in. `current` is the session that asks; `context["current"]` is its key."""

    id = serializers.CharField(source="public_id")
    device = serializers.CharField(help_text="The browser and the system, such as “Firefox on Linux”.")
    createdAt = serializers.DateTimeField(source="created_at")
    lastUsedAt = serializers.DateTimeField(source="last_used_at", help_text="To the minute.")
    current = serializers.SerializerMethodField()

    class Meta:
        model = SignIn
        fields = ["id", "device", "createdAt", "lastUsedAt", "current"]

    def get_current(self, row: SignIn) -> bool:
        """Whether it is the one that asks."""
        return bool(row.session_id == self.context.get("current"))


class SessionListSerializer(serializers.Serializer[Any]):
    """Where the person is signed in, the last used first."""

    sessions = SessionSerializer(many=True)
