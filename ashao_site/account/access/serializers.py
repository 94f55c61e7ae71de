"""The shapes of API keys and sessions."""

from rest_framework import serializers

from ashao_site.accounts.keys.models import API_KEY_NAME_MAX_CHARS, ApiKey
from ashao_site.accounts.keys.scopes import ALL_SCOPES
from ashao_site.accounts.sessions.models import SignIn
from ashao_site.lib.api import Shape, StrictCharField


class NewKeyRequestSerializer(Shape):
    """What a new key shall be called, and what it may do: without scopes, all of them."""

    name = StrictCharField(max_length=API_KEY_NAME_MAX_CHARS)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ALL_SCOPES),
        required=False,
        allow_empty=False,
        max_length=len(ALL_SCOPES),
    )


class NewKeySerializer(Shape):
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


class KeyListSerializer(Shape):
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


class SessionListSerializer(Shape):
    """Where the person is signed in, the last used first."""

    sessions = SessionSerializer(many=True)
