"""The calls of the statement. Amounts in µUSDC."""

import re
from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.account.statement.csv_file import statement_csv
from ashao_site.accounts.callers.checks import limited, require_user
from ashao_site.accounts.keys.scopes import KeyScopes, Scope
from ashao_site.lib import limits
from ashao_site.lib.api import AnyAccept, Shape
from ashao_site.lib.download import Download
from ashao_site.lib.errors import BadInput
from ledger.books.chart import USER_PARTS
from ledger.statement.pages import MAX_STATEMENT_ROWS, statement_page
from ledger.statement.rows import told
from ledger.statement.whole import MAX_WHOLE_ROWS

PAGE_DEFAULT = 50
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


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


class StatementView(APIView):
    """`GET /api/statement`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ}

    @extend_schema(
        operation_id="statement",
        summary="Every amount in and out, the newest first.",
        tags=["account"],
        parameters=[
            OpenApiParameter(
                "before",
                {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
                description="`next` of the page before.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_STATEMENT_ROWS, "default": PAGE_DEFAULT},
            ),
            OpenApiParameter("part", {"type": "string", "enum": list(USER_PARTS)}),
        ],
        responses=StatementSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell."""
        user = require_user(request)
        limited(request, limits.READ)
        part = request.query_params.get("part")
        if part is not None and part not in USER_PARTS:
            raise BadInput(f"part must be one of {', '.join(USER_PARTS)}.")
        limit = _number(request, "limit")
        if limit is not None and not 1 <= limit <= MAX_STATEMENT_ROWS:
            raise BadInput(f"limit must be a whole number from 1 to {MAX_STATEMENT_ROWS}.")
        page = statement_page(
            user=user, part=part, before_id=_number(request, "before"), limit=limit or PAGE_DEFAULT
        )
        return Response({"rows": [told(row) for row in page.rows], "next": page.next})


class StatementCsvView(APIView):
    """`GET /api/statement.csv`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ}

    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="statement_csv",
        summary="The whole statement as a file, the oldest first.",
        tags=["account"],
        responses={
            (200, "text/csv"): OpenApiResponse(
                {"type": "string"}, description=f"The newest {MAX_WHOLE_ROWS:,} entries at most."
            )
        },
    )
    def get(self, request: Request) -> Download:
        """Write it, page by page."""
        user = require_user(request)
        limited(request, limits.DOWNLOAD)
        return Download(
            statement_csv(user),
            person=str(user.pk),
            content_type="text/csv; charset=utf-8",
            disposition='attachment; filename="ashao-statement.csv"',
        )


def _number(request: Request, name: str) -> int | None:
    raw = request.query_params.get(name)
    if raw is None:
        return None
    if _NUMBER.fullmatch(raw) is None:
        raise BadInput(f"{name} must be a whole number.")
    return int(raw)
