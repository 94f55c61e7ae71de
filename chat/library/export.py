"""A person's conversations as a file, written piece by piece: it is never in memory as a whole."""

from collections.abc import AsyncGenerator, Sequence
from enum import StrEnum

from django.db.models import Q
from django.utils.text import slugify

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.aio import in_db
from ashao_site.lib.clock import iso, now
from ashao_site.lib.pieces import Json, Pieces, json_object, json_text, json_value
from chat.conversation.models import Conversation, Message
from chat.conversation.tree import Tree
from chat.library import markdown
from chat.library.queries import message_rows, summary

CONVERSATIONS_AT_ONCE = 50
MESSAGES_AT_ONCE = 100
NAME_MAX_CHARS = 60


class Format(StrEnum):
    """What a file is written as."""

    JSON = "json"
    MARKDOWN = "markdown"


CONTENT_TYPE = {
    Format.JSON: "application/json",
    Format.MARKDOWN: "text/markdown; charset=utf-8",
}
_ENDING = {Format.JSON: "json", Format.MARKDOWN: "md"}


def file_name(of: Conversation | None, written_as: Format) -> str:
    """The name of the file: letters, digits and hyphens, so that it is one on every system."""
    title = "history" if of is None else slugify(of.title, allow_unicode=True)[:NAME_MAX_CHARS].strip("-_")
    return f"ashao-{title or 'conversation'}.{_ENDING[written_as]}"


def export(*, viewer: Viewer, only: Conversation | None, written_as: Format) -> Pieces:
    """The pieces of the file of one conversation, or of all that there are now, those begun last first."""
    if written_as is Format.JSON:
        return json_object(whole_history(viewer=viewer, only=only))
    return _as_markdown(viewer, only)


def whole_history(*, viewer: Viewer, only: Conversation | None = None) -> dict[str, Pieces]:
    """The parts of the file as JSON."""
    return {"exportedAt": json_value(lambda: iso(now())), "conversations": _as_json(viewer, only)}


async def _as_json(viewer: Viewer, only: Conversation | None) -> Pieces:
    yield "["
    between = ""
    async for row, pages in _conversations(viewer, only, whole=True):
        head = json_text({**summary(row), "messages": []})
        yield between + head.removesuffix("]}")
        comma = ""
        async for page in pages:
            yield comma + ", ".join(json_text(one) for one in page)
            comma = ", "
        yield "]}"
        between = ", "
    yield "]"


async def _as_markdown(viewer: Viewer, only: Conversation | None) -> Pieces:
    between = ""
    async for row, pages in _conversations(viewer, only, whole=False):
        yield between + markdown.heading(row)
        async for page in pages:
            yield "".join(markdown.message(one) for one in page)
        between = markdown.BETWEEN


async def _conversations(
    viewer: Viewer, only: Conversation | None, *, whole: bool
) -> AsyncGenerator[tuple[Conversation, AsyncGenerator[list[Json], None]], None]:
    """Each conversation, and its messages page by page."""
    if only is not None:
        yield only, _pages(viewer, only, whole=whole)
        return
    before: int | None = None
    while batch := await in_db(_batch, viewer, before):
        for row in batch:
            yield row, _pages(viewer, row, whole=whole)
        before = batch[-1].pk


def _batch(viewer: Viewer, before: int | None) -> Sequence[Conversation]:
    # By the order in which they were begun: what changes meanwhile is not missed, and does not come twice.
    rows = Conversation.objects.of(viewer).filter(Q() if before is None else Q(pk__lt=before))
    return list(rows.order_by("-pk")[:CONVERSATIONS_AT_ONCE])


async def _pages(viewer: Viewer, row: Conversation, *, whole: bool) -> AsyncGenerator[list[Json], None]:
    """The messages of all branches, or of the shown path, page by page; as many as there are at the beginning."""
    tree = await in_db(Tree.read, row.pk)
    keys = [node.pk for node in (tree if whole else tree.path(row.head_id))]
    for start in range(0, len(keys), MESSAGES_AT_ONCE):
        yield await in_db(_page, viewer, tree, keys[start : start + MESSAGES_AT_ONCE])


def _page(viewer: Viewer, tree: Tree, keys: Sequence[int]) -> list[Json]:
    rows = Message.objects.filter(pk__in=keys).shown().order_by("pk")
    return message_rows(viewer, list(rows), tree)
