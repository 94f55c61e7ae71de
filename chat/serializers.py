"""The shapes of the chat calls."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.lib.api import StrictCharField
from chat.actions import MESSAGE_MAX_CHARS
from chat.models import TITLE_MAX_CHARS, Role, Status
from workers import jobs

TEXT_PATTERN = r"^[^\x00]*\S[^\x00]*$"
"""Text that says something, and that PostgreSQL can keep: for the description; the actions check it."""
TIERS = [str(tier) for tier in jobs.Tier]

Shape = serializers.Serializer[Any]


class TierField(serializers.ChoiceField):
    """A tier, sent as text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=TIERS, **kwargs)


@extend_schema_field({"type": "string", "pattern": "^[a-z]{2,5}_[A-Za-z0-9]{16,32}$"})
class IdField(serializers.Field[str, Any, str, Any]):
    """An id: any text will do here, and what is not the id of anything is then not found."""

    default_error_messages = {"invalid": "Not a valid string."}

    def to_internal_value(self, data: Any) -> str:
        """The text itself."""
        if not isinstance(data, str):
            self.fail("invalid")
        return data

    def to_representation(self, value: str) -> str:
        """The text itself."""
        return value


@extend_schema_field({"type": "string", "maxLength": MESSAGE_MAX_CHARS, "pattern": TEXT_PATTERN})
class ContentField(StrictCharField):
    """What a person writes."""


@extend_schema_field({"type": "string", "maxLength": TITLE_MAX_CHARS, "pattern": TEXT_PATTERN})
class TitleField(StrictCharField):
    """What a conversation is called."""


class SendSerializer(Shape):
    """A message to send; without a conversation it begins one."""

    tier = TierField()
    content = ContentField(max_length=MESSAGE_MAX_CHARS)
    conversationId = IdField(required=False, allow_null=True, default=None)


class SentSerializer(Shape):
    """What was sent."""

    jobId = serializers.CharField()
    conversationId = serializers.CharField()


class JobSerializer(Shape):
    """The job of an answer."""

    jobId = IdField()


class DoneSerializer(Shape):
    """It is done."""

    ok = serializers.BooleanField()


class TitleSerializer(Shape):
    """A new title."""

    title = TitleField(max_length=TITLE_MAX_CHARS)


class SummarySerializer(Shape):
    """A conversation without its messages."""

    id = serializers.CharField()
    title = serializers.CharField()
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class MessageSerializer(Shape):
    """What a person wrote, or an answer."""

    id = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.values)
    content = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=Status.values)
    jobId = serializers.CharField(allow_null=True)
    tier = serializers.ChoiceField(choices=TIERS, allow_null=True)
    createdAt = serializers.DateTimeField()


class ConversationSerializer(SummarySerializer):
    """A conversation."""

    messages = MessageSerializer(many=True)


class PageSerializer(Shape):
    """One page of conversations; `next` is the cursor of the following one."""

    conversations = SummarySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ExportSerializer(Shape):
    """Everything that a person has here."""

    exportedAt = serializers.DateTimeField()
    conversations = ConversationSerializer(many=True)


class PersonSerializer(Shape):
    """A signed-in person; `wallet` is empty for staff without one."""

    id = serializers.CharField()
    wallet = serializers.CharField(allow_blank=True)


class GuestSerializer(Shape):
    """What a guest has left today."""

    remaining = serializers.IntegerField()
    limit = serializers.IntegerField()


class MeSerializer(Shape):
    """Who calls: a person with credits, or a guest."""

    user = PersonSerializer(allow_null=True)
    guest = GuestSerializer(allow_null=True)
    credits = serializers.IntegerField(allow_null=True)


class CreditsSerializer(Shape):
    """Whole credits that can be spent."""

    credits = serializers.IntegerField()


class TierLoadSerializer(Shape):
    """Live workers and waiting jobs."""

    workers = serializers.IntegerField()
    queued = serializers.IntegerField()


class TiersSerializer(Shape):
    """The load of both tiers."""

    pro = TierLoadSerializer()
    max = TierLoadSerializer()


class NetworkSerializer(Shape):
    """How the network is."""

    tiers = TiersSerializer()
    jobsPerMinute = serializers.FloatField()
    tokensPerMinute = serializers.FloatField()
