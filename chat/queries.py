"""What a person reads of their conversations."""

from collections.abc import Sequence
from typing import Any

from ashao_site.accounts.session import Viewer
from ashao_site.lib.clock import iso
from ashao_site.lib.errors import NotFound
from chat.cursor import Cursor
from chat.models import Conversation, Message
from chat.receipts import receipts_of
from chat.search import search, words_of
from chat.tree import Tree

PAGE_DEFAULT = 30
PAGE_MAX = 100

Json = dict[str, Any]


def conversation_page(*, viewer: Viewer, cursor: str | None, limit: int) -> Json:
    """One page of a person's conversations, and the cursor of the next, or None.

    The pinned ones come first, and the last changed first among them and among the others.
    """
    found = Conversation.objects.of(viewer).pinned_first()
    if cursor is not None:
        found = found.filter(Cursor.parse(cursor).below())
    rows = list(found[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return {
        "conversations": [{**summary(row), "snippet": None, "messageId": None} for row in rows],
        "next": str(Cursor.after(rows[-1])) if more else None,
    }


def search_page(*, viewer: Viewer, query: str, cursor: str | None, limit: int) -> Json:
    """One page of the conversations that have these words, the last changed first. Raises `BadInput`."""
    after = None if cursor is None else Cursor.parse(cursor)
    found = search(viewer=viewer, words=words_of(query), after=after, limit=limit)
    return {
        "conversations": [
            {**summary(hit.conversation), "snippet": hit.snippet, "messageId": hit.message_id}
            for hit in found.hits
        ],
        "next": None if found.next is None else str(found.next),
    }


def own_conversation(*, viewer: Viewer, conversation_id: str) -> Conversation:
    """One of the person's conversations. Raises `NotFound`."""
    row = Conversation.objects.of(viewer).named(conversation_id).first()
    if row is None:
        raise no_conversation()
    return row


def no_conversation() -> NotFound:
    """What is said of a conversation that is not there, or somebody else's."""
    return NotFound("There is no such conversation.")


def conversation_detail(*, viewer: Viewer, conversation_id: str) -> Json:
    """A conversation with the messages of its shown path, the oldest first. Raises `NotFound`."""
    return detail(viewer, own_conversation(viewer=viewer, conversation_id=conversation_id))


def detail(viewer: Viewer, row: Conversation) -> Json:
    """This person's conversation with the messages of its shown path, the oldest first."""
    # One query reads all: what is beside the path is bounded too, by how many messages there are at most.
    messages = {message.pk: message for message in row.messages.shown()}
    tree = Tree.of(messages.values())
    shown = [messages[node.pk] for node in tree.path(row.head_id)]
    return {**summary(row), "messages": message_rows(viewer, shown, tree)}


def receipt_of(*, viewer: Viewer, job_id: str) -> Json | None:
    """The receipt of one of the person's answers; None while there is none. Raises `NotFound`."""
    answer = Message.objects.of(viewer).answering(job_id).shown().first()
    if answer is None:
        raise NotFound("There is no such answer.")
    return receipts_of(viewer, [answer]).get(answer.pk)


def summary(row: Conversation) -> Json:
    """A conversation without its messages."""
    return {
        "id": row.public_id,
        "title": row.title,
        "pinned": row.pinned,
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
    }


def message_rows(viewer: Viewer, messages: Sequence[Message], tree: Tree) -> list[Json]:
    """Messages of a conversation of this person's, with their receipts and their places in its tree."""
    receipts = receipts_of(viewer, messages)
    return [
        {
            "id": row.public_id,
            "role": row.role,
            "content": row.content,
            "status": row.status,
            "jobId": row.job_id,
            "tier": row.tier or None,
            "createdAt": iso(row.created_at),
            "finish": row.finish or None,
            "receipt": receipts.get(row.pk),
            "rating": row.rating,
            "parentId": tree.parent_id(row.pk),
            "versions": tree.versions(row.pk),
        }
        for row in messages
    ]
