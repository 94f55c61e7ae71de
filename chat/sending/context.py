"""What of a conversation goes to the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, dropwhile

from django.db.models import Sum
from django.db.models.functions import Length

from chat.conversation.models import Message
from chat.conversation.tree import Tree
from workers import jobs

CONTEXT_MESSAGES_MAX = 40
CONTEXT_CHARS_MAX = 24_000


@dataclass(frozen=True, slots=True)
class Context:
    """The messages for a worker, and how many characters of the conversation are not among them."""

    messages: jobs.Messages
    left_out_chars: int


def context_of(tree: Tree, head: int | None, *, content: str) -> Context:
    """What a model is given of this, said after the path to this message."""
    said = [node.pk for node in tree.path(head) if node.is_said]
    older, newer = said[:-CONTEXT_MESSAGES_MAX], said[-CONTEXT_MESSAGES_MAX:]
    texts = Message.objects.filter(pk__in=newer).order_by("-pk").values_list("role", "content")
    return build_context(newest_first=list(texts), content=content, older_chars=_chars_of(older))


def _chars_of(messages: list[int]) -> int:
    if not messages:
        return 0
    return Message.objects.filter(pk__in=messages).aggregate(chars=Sum(Length("content")))["chars"] or 0


def build_context(*, newest_first: Sequence[tuple[str, str]], content: str, older_chars: int = 0) -> Context:
    """As much of the past as the limits allow, the newest kept, then `content`.

    `newest_first` are (role, text), and `older_chars` is how much was said before the oldest of them. The messages
    begin with the person and the roles alternate, as the chat templates of several models demand: what a person wrote
    twice in a row (an answer failed) becomes one.
    """
    lengths = accumulate((len(text) for _, text in newest_first), initial=len(content))
    fitting = sum(chars <= CONTEXT_CHARS_MAX for chars in lengths) - 1
    newest = newest_first[: min(max(fitting, 0), CONTEXT_MESSAGES_MAX - 1)]
    kept = list(dropwhile(lambda said: said[0] != "user", [*reversed(newest), ("user", content)]))
    turns: jobs.Messages = []
    for role, text in kept:
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += "\n\n" + text
        else:
            turns.append({"role": "user" if role == "user" else "assistant", "content": text})
    said_chars = sum(len(text) for _, text in newest_first) + len(content) + older_chars
    return Context(turns, said_chars - sum(len(text) for _, text in kept))
