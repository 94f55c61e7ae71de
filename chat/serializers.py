"""The shapes of the chat calls."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.lib.api import Shape, StrictBooleanField, StrictCharField, StrictIntegerField
from ashao_site.lib.openapi import with_any_of
from chat.actions import MESSAGE_MAX_CHARS
from chat.actions_answers import RATINGS
from chat.models import TITLE_MAX_CHARS, Role, Status
from workers import jobs

TEXT_PATTERN = r"^[^\x00]*\S[^\x00]*$"
"""Text that says something, and that PostgreSQL can keep: for the description; the actions check it."""


class TierField(serializers.ChoiceField):
    """A tier, sent as text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=jobs.TIERS, **kwargs)


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
    editOf = IdField(
        required=False,
        allow_null=True,
        default=None,
        help_text="A question of this conversation: the content becomes another version of it.",
    )


class SentSerializer(Shape):
    """What was sent."""

    jobId = serializers.CharField()
    conversationId = serializers.CharField()
    questionId = serializers.CharField()
    answerId = serializers.CharField()


class JobSerializer(Shape):
    """The job of an answer."""

    jobId = IdField()


class RetrySerializer(JobSerializer):
    """The job of an answer, and who is to write it anew; without a tier, its own."""

    tier = TierField(required=False)


class RetriedSerializer(Shape):
    """An answer that is written anew: another version where the old one has text, else the same."""

    jobId = serializers.CharField()
    answerId = serializers.CharField()


class BranchSerializer(Shape):
    """The message that the shown path is to run through."""

    messageId = IdField()


class DoneSerializer(Shape):
    """It is done."""

    ok = serializers.BooleanField()


class ChangeSerializer(Shape):
    """What of a conversation changes."""

    title = TitleField(max_length=TITLE_MAX_CHARS, required=False)
    pinned = StrictBooleanField(required=False)


CHANGE_BODY = with_any_of(
    {
        "title": {"type": "string", "maxLength": TITLE_MAX_CHARS, "pattern": TEXT_PATTERN},
        "pinned": {"type": "boolean"},
    }
)


class RateSerializer(Shape):
    """What a person says of an answer."""

    jobId = IdField()
    rating = StrictIntegerField(
        min_value=min(RATINGS), max_value=max(RATINGS), help_text="1 good, -1 bad, 0 takes it back."
    )


@extend_schema_field({"type": "integer", "enum": list(RATINGS)})
class RatingField(serializers.IntegerField):
    """What a person thinks of an answer."""


class RatedSerializer(Shape):
    """What is kept."""

    rating = RatingField()


class ReadSerializer(Shape):
    """How much of a conversation was read that was too long for every machine."""

    characters = serializers.IntegerField()
    of = serializers.IntegerField()


class ReceiptSerializer(Shape):
    """What an answer was made with and what it cost: no identity."""

    servedBy = serializers.ChoiceField(
        choices=[*(str(kind) for kind in jobs.WorkerKind), "cloud"],
        help_text="A volunteer's browser, a volunteer's machine, or a cloud provider.",
    )
    model = serializers.CharField(help_text="As the worker registered it, or the provider calls it.")
    tokens = serializers.IntegerField(help_text="Counted by the producer that ended the answer.")
    seconds = serializers.FloatField(
        help_text="From the first producer's claim to the end, hand-overs included."
    )
    credits = serializers.IntegerField(help_text="Charged; 0 for guests.")
    handedOver = serializers.BooleanField(help_text="Whether more than one producer had it.")
    read = ReadSerializer(
        allow_null=True, help_text="What was read, oldest turns left out; null where it was all."
    )
    simulated = serializers.BooleanField(
        help_text="Whether it is prepared text, at least in part. Such an answer is free."
    )


class ReceiptAnswerSerializer(Shape):
    """The receipt of an answer; null while there is none."""

    receipt = ReceiptSerializer(allow_null=True)


class SummarySerializer(Shape):
    """A conversation without its messages."""

    id = serializers.CharField()
    title = serializers.CharField()
    pinned = serializers.BooleanField()
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class HitSerializer(SummarySerializer):
    """A conversation of a list; `snippet` is the text around what was searched, as plain text."""

    snippet = serializers.CharField(
        allow_null=True, help_text="Null without a search, or found in the title only."
    )
    messageId = serializers.CharField(
        allow_null=True, help_text="The newest message that has the words; null as the snippet is."
    )


class MessageSerializer(Shape):
    """What a person wrote, or an answer."""

    id = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.values)
    content = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=Status.values)
    jobId = serializers.CharField(allow_null=True)
    tier = serializers.ChoiceField(choices=jobs.TIERS, allow_null=True)
    createdAt = serializers.DateTimeField()
    finish = serializers.ChoiceField(
        choices=[str(finish) for finish in jobs.Finish],
        allow_null=True,
        help_text="Why an answer ended: by itself, at its greatest length, or by the person's stop.",
    )
    receipt = ReceiptSerializer(allow_null=True)
    rating = RatingField(help_text="1 good, -1 bad, 0 not rated.")
    parentId = serializers.CharField(
        allow_null=True, help_text="The message that it comes after; null for a first question."
    )
    versions = serializers.ListField(
        child=serializers.CharField(),
        help_text="The ids of all that come after the same message, the oldest first: itself among them.",
    )


class ConversationSerializer(SummarySerializer):
    """A conversation."""

    messages = MessageSerializer(many=True)


class PageSerializer(Shape):
    """One page of conversations; `next` is the cursor of the following one."""

    conversations = HitSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ExportSerializer(Shape):
    """Everything that a person has here."""

    exportedAt = serializers.DateTimeField()
    conversations = ConversationSerializer(many=True)


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
