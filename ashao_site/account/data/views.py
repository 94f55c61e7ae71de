"""The calls for all that is held of a person."""

from typing import Any, ClassVar

from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.account.data.everything import delete_everything, export_account
from ashao_site.account.data.serializers import AccountExportSerializer, ConfirmSerializer, confirm_body
from ashao_site.accounts.callers.checks import limited, require_session_user
from ashao_site.accounts.callers.schema import ScopedSchema
from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes
from ashao_site.lib import limits
from ashao_site.lib.api import AnyAccept, validated
from ashao_site.lib.download import Download

FILE_NAME = "ashao-account.json"


class BodyOfDelete(ScopedSchema):
    """Describes the body of a DELETE, which drf-spectacular passes over."""

    def _get_request_body(self, direction: Any = "request") -> Any:
        if self.method == "DELETE":
            return {"required": True, "content": {"application/json": {"schema": confirm_body()}}}
        return super()._get_request_body(direction)  # type: ignore[no-untyped-call]  # spectacular is untyped


class AccountExportView(APIView):
    """`GET /api/account/export`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": KeyRule.NO_KEY}

    content_negotiation_class = AnyAccept  # a browser that downloads asks for pages

    @extend_schema(
        operation_id="account_export",
        summary="Everything that is held of you, as a file.",
        description="Needs a session: an API key is refused. Amounts in µUSDC.",
        tags=["account"],
        responses=AccountExportSerializer,
    )
    def get(self, request: Request) -> Download:
        """Write it, piece by piece."""
        user = require_session_user(request)
        limited(request, limits.DOWNLOAD)
        return Download(
            export_account(user),
            person=str(user.pk),
            content_type="application/json",
            disposition=f'attachment; filename="{FILE_NAME}"',
        )


class AccountDataView(APIView):
    """`DELETE /api/account/data`."""

    key_scopes: ClassVar[KeyScopes] = {"DELETE": KeyRule.NO_KEY}

    schema = BodyOfDelete()

    @extend_schema(
        operation_id="account_delete_data",
        summary="Delete your conversations, API keys, workers, payout wallets and sessions.",
        description="Needs a session: an API key is refused. Your balance, and the books behind it, stay with your "
        "wallet: sign in again and it is there. A 409 (`payout_under_way`) while a payout is on its way.",
        tags=["account"],
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        """Delete, and sign out."""
        user = require_session_user(request)
        delete_everything(user=user, confirmation=validated(ConfirmSerializer, request)["confirm"])
        logout(request._request)
        return Response(status=204)
