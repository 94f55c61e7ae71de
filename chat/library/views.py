"""A person's history: list, search, read, change, delete, export."""

from typing import ClassVar

from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.callers.checks import limited, require_viewer
from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes, Scope
from ashao_site.accounts.viewer import Viewer
from ashao_site.lib import limits
from ashao_site.lib.api import AnyAccept, validated
from ashao_site.lib.download import Download
from ashao_site.lib.errors import BadInput
from chat.conversation.cursor import PATTERN as CURSOR_PATTERN
from chat.conversation.fields import TEXT_PATTERN
from chat.conversation.models import Conversation
from chat.library import actions, queries
from chat.library.export import CONTENT_TYPE, Format, export, file_name
from chat.library.serializers import (
    CHANGE_BODY,
    BranchSerializer,
    ChangeSerializer,
    ConversationSerializer,
    ExportSerializer,
    PageSerializer,
    SummarySerializer,
)
from chat.search.queries import QUERY_MAX_CHARS

CURSOR_PARAMETER = OpenApiParameter(
    "cursor",
    {"type": "string", "pattern": CURSOR_PATTERN},
    description="`next` of the page before.",
)
LIMIT_PARAMETER = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": queries.PAGE_MAX, "default": queries.PAGE_DEFAULT},
)


QUERY_PARAMETER = OpenApiParameter(
    "q",
    {"type": "string", "minLength": 1, "maxLength": QUERY_MAX_CHARS, "pattern": TEXT_PATTERN},
    description="Search: only those with all of these words (or pieces of words, whatever their case) in the "
    "title or in one message, the last changed first. Much is looked through piece by piece: go on with `next` "
    "until it is null, also where a page has few hits or none.",
)
FORMAT_PARAMETER = OpenApiParameter(
    "format", {"type": "string", "enum": [str(one) for one in Format], "default": str(Format.JSON)}
)
EXPORTED = {
    (200, "application/json"): ExportSerializer,
    (200, "text/markdown"): OpenApiResponse({"type": "string"}),
}


class ConversationsView(APIView):
    """`/api/chat/conversations`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ, "DELETE": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="conversations_list",
        summary="Your conversations: the pinned first, then the last changed; or those with words you search.",
        tags=["history"],
        parameters=[QUERY_PARAMETER, CURSOR_PARAMETER, LIMIT_PARAMETER],
        responses=PageSerializer,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        viewer = require_viewer(request)
        query, cursor = request.query_params.get("q"), request.query_params.get("cursor")
        limit = _limit(request)
        if query is not None:
            limited(request, limits.SEARCH)
            return Response(queries.search_page(viewer=viewer, query=query, cursor=cursor, limit=limit))
        limited(request, limits.READ)
        return Response(queries.conversation_page(viewer=viewer, cursor=cursor, limit=limit))

    @extend_schema(
        operation_id="conversations_delete_all",
        summary="Delete all your conversations.",
        tags=["history"],
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        """Delete all."""
        actions.delete_all(viewer=require_viewer(request))
        return Response(status=204)


class ConversationView(APIView):
    """`/api/chat/conversations/{id}`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ, "PATCH": Scope.CHAT, "DELETE": Scope.CHAT}

    @extend_schema(
        operation_id="conversations_read",
        summary="A conversation with its messages.",
        tags=["history"],
        responses=ConversationSerializer,
    )
    def get(self, request: Request, conversation_id: str) -> Response:
        """Read it."""
        viewer = require_viewer(request)
        limited(request, limits.READ)
        return Response(queries.conversation_detail(viewer=viewer, conversation_id=conversation_id))

    @extend_schema(
        operation_id="conversations_change",
        summary="Give a conversation another title, pin or unpin it.",
        tags=["history"],
        request={"application/json": CHANGE_BODY},
        responses=SummarySerializer,
    )
    def patch(self, request: Request, conversation_id: str) -> Response:
        """Change it."""
        viewer = require_viewer(request)
        changes = validated(ChangeSerializer, request)
        changed = actions.change_conversation(
            viewer=viewer,
            conversation_id=conversation_id,
            title=changes.get("title"),
            pinned=changes.get("pinned"),
        )
        return Response(queries.summary(changed))

    @extend_schema(
        operation_id="conversations_delete",
        summary="Delete a conversation. An answer that is being written in it is stopped.",
        tags=["history"],
        responses={204: None},
    )
    def delete(self, request: Request, conversation_id: str) -> Response:
        """Delete it."""
        actions.delete_conversation(viewer=require_viewer(request), conversation_id=conversation_id)
        return Response(status=204)


class BranchView(APIView):
    """`POST /api/chat/branch`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.CHAT}

    @extend_schema(
        operation_id="chat_branch",
        summary="Show another branch: the path through this message, to the newest end after it.",
        tags=["history"],
        request=BranchSerializer,
        responses=ConversationSerializer,
    )
    def post(self, request: Request) -> Response:
        """Show it."""
        viewer = require_viewer(request)
        limited(request, limits.SEND)
        message_id = validated(BranchSerializer, request)["messageId"]
        return Response(queries.detail(viewer, actions.show_branch(viewer=viewer, message_id=message_id)))


class ExportView(APIView):
    """`GET /api/chat/export`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ}

    content_negotiation_class = AnyAccept  # a browser that downloads asks for pages

    @extend_schema(
        operation_id="history_export",
        summary="Everything that you have here, as a file.",
        tags=["history"],
        parameters=[FORMAT_PARAMETER],
        responses=EXPORTED,
    )
    def get(self, request: Request) -> Download:
        """Export."""
        viewer = require_viewer(request)
        limited(request, limits.DOWNLOAD)
        return _file(viewer, None, _format(request))


class ConversationExportView(APIView):
    """`GET /api/chat/conversations/{id}/export`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ}

    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="conversations_export",
        summary="A conversation as a file, of the same shape as that of everything.",
        tags=["history"],
        parameters=[FORMAT_PARAMETER],
        responses=EXPORTED,
    )
    def get(self, request: Request, conversation_id: str) -> Download:
        """Export."""
        viewer = require_viewer(request)
        limited(request, limits.DOWNLOAD)
        only = Conversation.objects.get_own(viewer, conversation_id)
        return _file(viewer, only, _format(request))


def _file(viewer: Viewer, only: Conversation | None, written_as: Format) -> Download:
    name = content_disposition_header(as_attachment=True, filename=file_name(only, written_as))
    assert name is not None, "an attachment has the header"
    return Download(
        export(viewer=viewer, only=only, written_as=written_as),
        person=viewer.guest_id or str(viewer.user_id),
        content_type=CONTENT_TYPE[written_as],
        disposition=name,
    )


def _format(request: Request) -> Format:
    try:
        return Format(request.query_params.get("format", Format.JSON))
    except ValueError:
        raise BadInput(f"format must be one of {', '.join(Format)}.") from None


def _limit(request: Request) -> int:
    raw = request.query_params.get("limit")
    if raw is None:
        return queries.PAGE_DEFAULT
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 4 and 1 <= int(raw) <= queries.PAGE_MAX):
        raise BadInput(f"limit must be a whole number from 1 to {queries.PAGE_MAX}.")
    return int(raw)
