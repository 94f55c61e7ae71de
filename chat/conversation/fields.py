"""Fields that the chat's calls have in common."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.lib.api import StrictCharField
from chat.conversation.models import MESSAGE_MAX_CHARS, TITLE_MAX_CHARS
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
        if not isinstance(data, str):
            self.fail("invalid")
        return data

    def to_representation(self, value: str) -> str:
        return value


@extend_schema_field({"type": "string", "maxLength": MESSAGE_MAX_CHARS, "pattern": TEXT_PATTERN})
class ContentField(StrictCharField):
    """What a person writes."""


@extend_schema_field({"type": "string", "maxLength": TITLE_MAX_CHARS, "pattern": TEXT_PATTERN})
class TitleField(StrictCharField):
    """What a conversation is called."""
