"""Places in a person's list of conversations, as pages name them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.db.models import Q

from ashao_site.lib.errors import BadInput
from ashao_site.lib.text import is_id
from chat.conversation.models import Conversation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR_MICROS_MAX = 10**16
PATTERN = "^p?[0-9]{1,15}-conv_[A-Za-z0-9]{16,32}$"
_SHAPE = re.compile(r"(p?)([0-9]{1,17})-(.+)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last conversation of a page; what comes next comes after it."""

    pinned: bool
    updated_at: datetime
    public_id: str

    @classmethod
    def after(cls, row: Conversation) -> Self:
        """The place after this one."""
        return cls(row.pinned, row.updated_at, row.public_id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The place that a page named. Raises `BadInput` (bad_cursor)."""
        shape = _SHAPE.fullmatch(text)
        if shape is None or int(shape[2]) > CURSOR_MICROS_MAX or not is_id(shape[3], "conv"):
            raise BadInput("cursor is not one that this list gave.", code="bad_cursor")
        return cls(bool(shape[1]), EPOCH + timedelta(microseconds=int(shape[2])), shape[3])

    def __str__(self) -> str:
        micros = (self.updated_at - EPOCH) // timedelta(microseconds=1)
        return f"{'p' if self.pinned else ''}{micros}-{self.public_id}"

    def older(self) -> Q:
        """What comes after it where the newest are first."""
        at = self.updated_at
        return Q(updated_at__lt=at) | Q(updated_at=at, public_id__lt=self.public_id)

    def below(self) -> Q:
        """What comes after it in the list, where the pinned are first."""
        rest = Q(pinned=self.pinned) & self.older()
        return rest | Q(pinned=False) if self.pinned else rest
