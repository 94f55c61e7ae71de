"""Idempotency-Keys: what a call with a key did is done once, and told again to whoever repeats it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.errors import Conflict
from chat.conversation.models import Conversation
from chat.sending.models import SentKey


@dataclass(frozen=True, slots=True)
class Sent:
    """What a call put in: its conversation, the question, and the answer with its job."""

    job_id: str
    conversation_id: str
    question_id: str
    answer_id: str


def digest_of(call: str, *parts: str | None) -> str:
    """What a repeat must have in common. Keyed, so that it tells nothing of what was written."""
    return salted_hmac(call, repr(parts), algorithm="sha256").hexdigest()


def owner_key(viewer: Viewer) -> str:
    """Whose a key is, as `SentKey.owner` says it."""
    return f"user:{viewer.user_id}" if viewer.user_id is not None else f"guest:{viewer.guest_id}"


def forget_key(*, viewer: Viewer, key: str, before: datetime) -> None:
    """Forget a key that was first used before this moment."""
    SentKey.objects.filter(owner=owner_key(viewer), key=key, created_at__lt=before).delete()


def claim_key(*, viewer: Viewer, key: str, digest: str) -> tuple[SentKey, Sent | None]:
    """The key's row, and what was done under it; None where that is for the caller to do now.

    Of callers at once, all but one wait for that one. Raises `Conflict`: idempotency_conflict for a key that was used
    for something else.
    """
    owner = owner_key(viewer)
    try:
        with transaction.atomic():
            return SentKey.objects.create(owner=owner, key=key, input_hash=digest), None
    except IntegrityError:
        pass
    row = SentKey.objects.select_related("conversation").filter(owner=owner, key=key).first()
    if row is None:  # its conversation was deleted this very moment
        raise Conflict("The conversation of this message was just deleted. Please send it again.")
    if not constant_time_compare(row.input_hash, digest):
        raise Conflict(
            "This Idempotency-Key was used for another message before.", code="idempotency_conflict"
        )
    assert row.conversation is not None, "a key is committed together with its message"
    done = Sent(row.job_id, row.conversation.public_id, row.question_id, row.answer_id)
    return row, done


def keep_sent(row: SentKey, sent: Sent) -> None:
    """Note what was done under a key, in the transaction that did it."""
    SentKey.objects.filter(pk=row.pk).update(
        job_id=sent.job_id,
        question_id=sent.question_id,
        answer_id=sent.answer_id,
        conversation=Conversation.objects.get(public_id=sent.conversation_id),
    )
