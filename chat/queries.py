"""What a person reads of their conversations."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from ashao_site.accounts.session import Viewer
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, NotFound
from ashao_site.lib.ids import is_id
from chat.models import Conversation, Message

PAGE_DEFAULT = 30
PAGE_MAX = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR_MICROS_MAX = 10**16

Json = dict[str, Any]


def conversation_page(*, viewer: Viewer, cursor: str | None, limit: int) -> Json:
    """One page of a person's conversations, the last changed first, and the cursor of the next, or None."""
    found = Conversation.objects.of(viewer).newest_first()
    if cursor is not None:
        at, public_id = _parse_cursor(cursor)
        found = found.filter(Q(updated_at__lt=at) | Q(updated_at=at, public_id__lt=public_id))
    rows = list(found[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return {
        "conversations": [summary(row) for row in rows],
        "next": _cursor_after(rows[-1]) if more else None,
    }


def conversation_detail(*, viewer: Viewer, conversation_id: str) -> Json:
    """A conversation with its messages, the oldest first. Raises `NotFound`."""
    row = Conversation.objects.of(viewer).named(conversation_id).first()
    if row is None:
        raise NotFound("There is no such conversation.")
    return _whole(row, row.messages.all())


def export_history(*, viewer: Viewer) -> Json:
    """Everything that a person has here."""
    rows = Conversation.objects.of(viewer).newest_first().prefetch_related("messages")
    return {
        "exportedAt": _iso(now()),
        "conversations": [_whole(row, row.messages.all()) for row in rows],
    }


def summary(row: Conversation) -> Json:
    """A conversation without its messages."""
    return {
        "id": row.public_id,
        "title": row.title,
        "createdAt": _iso(row.created_at),
        "updatedAt": _iso(row.updated_at),
    }


def _whole(row: Conversation, messages: Iterable[Message]) -> Json:
    return {**summary(row), "messages": [_message(one) for one in messages]}


def _message(row: Message) -> Json:
    return {
        "id": row.public_id,
        "role": row.role,
        "content": row.content,
        "status": row.status,
        "jobId": row.job_id,
        "tier": row.tier or None,
        "createdAt": _iso(row.created_at),
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cursor_after(row: Conversation) -> str:
    return f"{(row.updated_at - EPOCH) // timedelta(microseconds=1)}-{row.public_id}"


def _parse_cursor(cursor: str) -> tuple[datetime, str]:
    micros, _, public_id = cursor.partition("-")
    shaped = micros.isascii() and micros.isdigit() and len(micros) <= 16 and is_id(public_id, "conv")
    if not shaped or int(micros) > CURSOR_MICROS_MAX:
        raise BadInput("cursor is not one that this list gave.", code="bad_cursor")
    return EPOCH + timedelta(microseconds=int(micros)), public_id
