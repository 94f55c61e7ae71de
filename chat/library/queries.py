"""What a person reads of their conversations."""

from collections.abc import Sequence

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.clock import iso
from ashao_site.lib.pieces import Json
from chat.answers.receipts import receipts_of
from chat.conversation.cursor import Cursor
from chat.conversation.models import Conversation, Message
from chat.conversation.tree import Tree
from chat.search.queries import search, words_of

PAGE_DEFAULT = 30
PAGE_MAX = 100


def conversation_page(*, viewer: Viewer, cursor: str | None, limit: int) -> Json:
    """One page of a person's conversations, and the cursor of the next, or None.

    The pinned ones come first, and the last changed first among them and among the others.
    """
    listed = Conversation.objects.of(viewer).pinned_first()
    if cursor is not None:
        listed = listed.filter(Cursor.parse(cursor).below())
    rows = list(listed[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return {
        "conversations": [{**summary(row), "snippet": None, "messageId": None} for row in rows],
        "next": str(Cursor.after(rows[-1])) if more else None,
    }


def search_page(*, viewer: Viewer, query: str, cursor: str | None, limit: int) -> Json:
    """One page of the conversations that have these words, the last changed first. Raises `BadInput`."""
    after = None if cursor is None else Cursor.parse(cursor)
    page = search(viewer=viewer, words=words_of(query), after=after, limit=limit)
    return {
        "conversations": [
            {**summary(hit.conversation), "snippet": hit.snippet, "messageId": hit.message_id}
            for hit in page.hits
        ],
        "next": None if page.next is None else str(page.next),
    }


def conversation_detail(*, viewer: Viewer, conversation_id: str) -> Json:
    """A conversation with the messages of its shown path, the oldest first. Raises `NotFound`."""
    return detail(viewer, Conversation.objects.get_own(viewer, conversation_id))


def detail(viewer: Viewer, row: Conversation) -> Json:
    """This person's conversation with the messages of its shown path, the oldest first."""
    # One query reads all: what is beside the path is bounded too, by how many messages there are at most.
    messages = {message.pk: message for message in row.messages.shown()}
    tree = Tree.of(messages.values())
    shown = [messages[node.pk] for node in tree.path(row.head_id)]
    return {**summary(row), "messages": message_rows(viewer, shown, tree)}


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
