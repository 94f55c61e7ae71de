"""The statement as the API, and the file of all that is held of a person, tell it. Amounts in µUSDC."""

from collections.abc import AsyncGenerator, Sequence

from rest_framework import serializers

from ashao_site.accounts.models import User
from ashao_site.lib.aio import in_db
from ashao_site.lib.api import Shape
from ashao_site.lib.clock import iso
from ashao_site.lib.pieces import Json, Pieces, json_list
from ledger.books.chart import USER_PARTS
from ledger.statement.rows import StatementRow
from ledger.statement.whole import begin_whole, rows_of


class StatementRowSerializer(Shape):
    """One amount in or out, and the balance of that part after it."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    part = serializers.ChoiceField(choices=list(USER_PARTS))
    kind = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    amount = serializers.IntegerField()
    balance = serializers.IntegerField()


class StatementSerializer(Shape):
    """A page of the statement, the newest first."""

    rows = StatementRowSerializer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="What `before` of the following page takes.")


def told(row: StatementRow) -> Json:
    return {
        "id": row.id,
        "at": row.created_at,
        "part": row.part,
        "kind": row.kind,
        "reference": row.reference,
        "amount": row.amount_micros,
        "balance": row.balance_after_micros,
    }


def statement_pieces(user: User) -> Pieces:
    """Every row from the oldest on, or the newest of very many, as the statement's CSV has them."""
    return json_list(_pages(user))


async def _pages(user: User) -> AsyncGenerator[Sequence[Json], None]:
    async for rows in rows_of(await in_db(begin_whole, user)):
        yield [{**told(row), "at": iso(row.created_at)} for row in rows]
