"""The keys of calls that may be repeated."""

from datetime import timedelta

from django.db import models

from ashao_site.lib.clock import now
from chat.conversation.models import ID_MAX_CHARS, Conversation

SENT_KEY_MAX_CHARS = 200
SENT_KEY_KEPT = timedelta(days=7)


class SentKey(models.Model):
    """An Idempotency-Key that a person sent a message with, and which message that was."""

    owner = models.CharField(max_length=64)
    key = models.CharField(max_length=SENT_KEY_MAX_CHARS)
    input_hash = models.CharField(max_length=64)
    """Keyed, so that it tells nothing of what was written."""
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="+")
    job_id = models.CharField(max_length=ID_MAX_CHARS, blank=True)
    question_id = models.CharField(max_length=ID_MAX_CHARS, blank=True, db_default="")
    answer_id = models.CharField(max_length=ID_MAX_CHARS, blank=True, db_default="")
    """Public ids: where the answer is tried again in its place, its job is another."""
    created_at = models.DateTimeField(default=now, editable=False, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="sent_key_once")]

    def __str__(self) -> str:
        return f"sent key {self.pk}"
