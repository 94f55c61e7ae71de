"""Titles of conversations: one line that can be seen, cut between what a reader takes for characters."""

import regex

from ashao_site.lib.errors import BadInput
from ashao_site.lib.text import clean_text
from chat.conversation.models import TITLE_MAX_CHARS
from workers import jobs

CLUSTER = regex.compile(r"\X")
"""A grapheme cluster (UAX 29): a family, a flag, a letter with its accents."""
CLUSTER_MAX_CHARS = 40
"""The longest that is kept whole: a family of emoji has eleven."""


_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""What turns the direction of all that follows: in a list, of more than the title."""


def title_of(content: str) -> str:
    """The title that a conversation has from its first message: one line from what can be seen on, cut at the limit."""
    line = " ".join(content.translate(_TURNS).split())
    line = line[next((at for at, char in enumerate(line) if not jobs.is_blank(char)), 0) :]
    if len(line) <= TITLE_MAX_CHARS:
        return line
    kept = ""
    for cluster in CLUSTER.findall(line[: TITLE_MAX_CHARS + CLUSTER_MAX_CHARS]):
        if len(kept) + len(cluster) > TITLE_MAX_CHARS - 1:
            break
        kept += cluster
    return (kept.rstrip() or line[: TITLE_MAX_CHARS - 1]) + "…"


def clean_title(title: str) -> str:
    """A title that a person gives, as one line. Raises `BadInput` for one that nobody could see."""
    text = clean_text(title, name="title", max_chars=TITLE_MAX_CHARS)
    line = " ".join(text.translate(_TURNS).split())
    if jobs.is_blank(line):
        raise BadInput("title must not be blank.")
    return line
