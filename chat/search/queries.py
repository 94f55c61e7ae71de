"""Searching one's own conversations: their titles, and what was said in them."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import connection

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.errors import BadInput
from ashao_site.lib.text import clean_text
from chat.conversation.cursor import Cursor
from chat.conversation.models import Conversation, Message
from chat.search.bits import fold, probes

QUERY_MAX_CHARS = 200
WORDS_MAX = 20
SCAN_MAX = 2_000
"""How many conversations one call looks through; where it finds less than a page in them, the next goes on."""
BATCH = 250
READ_MAX = 32
"""How many messages of each conversation are read at once."""
SNIPPET_BEFORE_CHARS = 60
SNIPPET_CHARS = 200

_CANDIDATES = """
    SELECT conversation_id, id FROM chat_message
    WHERE conversation_id = ANY(%s) AND (search_bits IS NULL OR ({tests})) ORDER BY id"""
_TEST = "get_bit(search_bits, (%s %% (octet_length(search_bits) * 8))::int) = 1"


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that was found, the text around what was found, and its message.

    These two are None where it is in the title only. The message can be in a branch that is not shown.
    """

    conversation: Conversation
    snippet: str | None
    message_id: str | None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search; `next` is where the following one goes on, None at the end."""

    hits: list[Hit]
    next: Cursor | None


def words_of(query: str) -> list[str]:
    """The words that are searched, folded. Raises `BadInput`."""
    words = list(dict.fromkeys(fold(clean_text(query, name="q", max_chars=QUERY_MAX_CHARS)).split()))
    if not words:
        raise BadInput("q must not be blank.")
    if len(words) > WORDS_MAX:
        raise BadInput(f"q has too many words: at most {WORDS_MAX}.", code="too_long")
    return words


def search(*, viewer: Viewer, words: list[str], after: Cursor | None, limit: int) -> SearchPage:
    """The person's conversations that have all these words in the title, or in one message; newest first."""
    hits: list[Hit] = []
    last: Conversation | None = None
    for batch in _batches(viewer, after):
        newest = _newest_with(words, [row.pk for row in batch])
        for row in batch:
            message = newest.get(row.pk)
            if message is None and not _has_all(row.title, words):
                continue
            if len(hits) == limit:
                return SearchPage(hits, Cursor.after(hits[-1].conversation))
            hits.append(Hit(row, None, None) if message is None else _hit(row, message, words))
        last = batch[-1]
    more = last is not None and next(_batches(viewer, Cursor.after(last)), None) is not None
    return SearchPage(hits, Cursor.after(last) if more and last is not None else None)


def _hit(row: Conversation, message: Message, words: list[str]) -> Hit:
    return Hit(row, snippet(message.content, words), message.public_id)


def _batches(viewer: Viewer, after: Cursor | None) -> Iterator[list[Conversation]]:
    """The person's conversations, newest first, up to the limit of one call."""
    for _ in range(math.ceil(SCAN_MAX / BATCH)):
        rows = Conversation.objects.of(viewer).newest_first()
        batch = list((rows if after is None else rows.filter(after.older()))[:BATCH])
        if not batch:
            return
        yield batch
        if len(batch) < BATCH:
            return
        after = Cursor.after(batch[-1])


def _newest_with(words: list[str], conversations: Collection[int]) -> dict[int, Message]:
    """By conversation, its newest message with all these words, where there is one."""
    candidates = _candidates(words, conversations)
    newest: dict[int, Message] = {}
    at_once = 1  # the first is nearly always the right one: few are read in vain
    while candidates:
        first = [message for messages in candidates.values() for message in messages[-at_once:]]
        read = (
            Message.objects.filter(pk__in=first).order_by("pk").only("conversation", "public_id", "content")
        )
        newest.update((row.conversation_id, row) for row in read if _has_all(row.content, words))
        left = {pk: messages[:-at_once] for pk, messages in candidates.items() if pk not in newest}
        candidates = {pk: messages for pk, messages in left.items() if messages}
        at_once = min(2 * at_once, READ_MAX)
    return newest


def _candidates(words: list[str], conversations: Collection[int]) -> dict[int, list[int]]:
    """By conversation, the messages that can have all these words, the newest last."""
    looked_for = probes(words)
    sql = _CANDIDATES.format(tests=" AND ".join([_TEST] * len(looked_for)))
    messages: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(conversations), *looked_for])
        for conversation, message in cursor:
            messages.setdefault(conversation, []).append(message)
    return messages


def _has_all(text: str, words: list[str]) -> bool:
    folded = fold(text)
    return all(word in folded for word in words)


def snippet(text: str, words: list[str]) -> str:
    """A line of the text around the first of the words in it."""
    folded = fold(text)
    at = min(place for word in words if (place := folded.find(word)) >= 0)
    if len(folded) != len(text):
        at = _position(text, at)
    start = max(0, at - SNIPPET_BEFORE_CHARS)
    piece = text[start : start + SNIPPET_CHARS]
    line = " ".join(piece.split())
    return ("…" if start else "") + line + ("…" if start + SNIPPET_CHARS < len(text) else "")


def _position(text: str, folded_at: int) -> int:
    """About where in a text the character is that is at `folded_at` in its folded form, of another length."""
    passed = 0
    for position, char in enumerate(text):
        if passed >= folded_at:
            return position
        passed += len(fold(char))
    return len(text)
