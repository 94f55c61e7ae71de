"""JSON that is written piece by piece: a file of a person's rows is never in memory as a whole."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from ashao_site.lib.aio import in_db

ROWS_AT_ONCE = 500

Json = dict[str, Any]
Pieces = AsyncGenerator[str, None]
"""A text in its order. Nothing is read before the first piece is asked for."""
M = TypeVar("M", bound=Model)


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


async def json_object(parts: Mapping[str, Pieces]) -> Pieces:
    between = "{"
    for name, pieces in parts.items():
        yield f"{between}{json_text(name)}: "
        async for piece in pieces:
            yield piece
        between = ", "
    yield "}\n"


async def json_value(value: Callable[[], object]) -> Pieces:
    """A value that fits into memory, as it is when its turn comes."""
    yield json_text(value())


async def json_list(pages: AsyncGenerator[Sequence[Json], None]) -> Pieces:
    yield "["
    between = ""
    async for page in pages:
        if page:
            yield between + ", ".join(json_text(one) for one in page)
            between = ", "
    yield "]"


def json_rows(rows: QuerySet[M], told: Callable[[M], Json]) -> Pieces:
    """The rows from the first that was made on, each as it is told."""
    return json_list(_pages(rows, told))


async def _pages(rows: QuerySet[M], told: Callable[[M], Json]) -> AsyncGenerator[Sequence[Json], None]:
    after = 0
    while batch := await in_db(_batch, rows, after):
        yield [told(row) for row in batch]
        after = batch[-1].pk


def _batch(rows: QuerySet[M], after: int) -> list[M]:
    return list(rows.filter(pk__gt=after).order_by("pk")[:ROWS_AT_ONCE])
