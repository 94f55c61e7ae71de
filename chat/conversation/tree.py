"""The messages of a conversation as a tree: what comes after what, and which path of it is shown.

A question that is edited gets a sibling, and so does an answer that is written anew: versions of each other. The
conversation's `head` is the last message of the path that is shown; its parents are the rest of it. A message comes
after its parent (the database checks it), so a path is in the order of the keys and cannot go in a circle.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from django.db.models import BooleanField, ExpressionWrapper, Q

from chat.conversation.models import READABLE, Message, Role, Status


class Stub(NamedTuple):
    """A message without its text."""

    pk: int
    parent: int | None
    public_id: str
    role: str
    status: str
    has_text: bool

    @property
    def is_said(self) -> bool:
        """Whether it is part of what was said: an answer that failed, or is empty, is not."""
        return self.has_text and self.status in READABLE


class Tree:
    """All messages of one conversation, of which there are never more than its limit."""

    def __init__(self, nodes: Iterable[Stub]) -> None:
        self._nodes = {node.pk: node for node in sorted(nodes)}
        self._versions: dict[int | None, list[str]] = {}
        for node in self._nodes.values():
            self._versions.setdefault(node.parent, []).append(node.public_id)

    @classmethod
    def of(cls, messages: Iterable[Message]) -> Self:
        """Of messages that were read."""
        return cls(
            Stub(row.pk, row.parent_id, row.public_id, row.role, row.status, bool(row.content))
            for row in messages
        )

    @classmethod
    def read(cls, conversation: int) -> Self:
        """Of a conversation, by its key. One query, without the texts."""
        has_text = ExpressionWrapper(~Q(content=""), output_field=BooleanField())
        rows = Message.objects.filter(conversation=conversation).annotate(has_text=has_text)
        names = ("pk", "parent_id", "public_id", "role", "status", "has_text")
        return cls(Stub(*row) for row in rows.values_list(*names))

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Stub]:
        """All of them, the oldest first."""
        return iter(self._nodes.values())

    def path(self, head: int | None) -> list[Stub]:
        """From the first message to this one; nothing for one that is not there."""
        path = []
        node = self._nodes.get(head) if head is not None else None
        while node is not None:
            path.append(node)
            node = self._nodes.get(node.parent) if node.parent is not None else None
        return path[::-1]

    def has_on_path(self, pk: int, *, head: int | None) -> bool:
        """Whether the path to `head` runs through this message."""
        return any(node.pk == pk for node in self.path(head))

    def newest_end(self, pk: int) -> int:
        """The last message that was written after this one, in whatever branch; itself where none was."""
        after = {pk}
        for node in self._nodes.values():
            if node.parent in after:
                after.add(node.pk)
        return max(after)

    def question(self, public_id: str) -> Stub | None:
        """The question with this id."""
        named = (node for node in self._nodes.values() if node.public_id == public_id)
        return next((node for node in named if node.role == Role.USER), None)

    def is_pending(self, head: int | None) -> bool:
        """Whether an answer on the path to this message is being written."""
        return any(node.status == Status.PENDING for node in self.path(head))

    def parent_id(self, pk: int) -> str | None:
        """The public id of what this message comes after."""
        parent = self._nodes[pk].parent
        return None if parent is None or parent not in self._nodes else self._nodes[parent].public_id

    def versions(self, pk: int) -> list[str]:
        """The public ids of this message and its other versions, the oldest first."""
        return self._versions[self._nodes[pk].parent]
