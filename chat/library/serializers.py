"""The shapes of a person's conversations."""

from rest_framework import serializers

from ashao_site.lib.api import Shape, StrictBooleanField
from ashao_site.lib.openapi import with_any_of
from chat.answers.serializers import RatingField, ReceiptSerializer
from chat.conversation.fields import TEXT_PATTERN, IdField, TitleField
from chat.conversation.models import TITLE_MAX_CHARS, Role, Status
from workers import jobs


class BranchSerializer(Shape):
    """The message that the shown path is to run through."""

    messageId = IdField()


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
