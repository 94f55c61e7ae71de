"""Sending, stopping, trying again; a person's history."""

import re

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.lib.api import validated
from ashao_site.lib.errors import BadInput
from chat import actions, queries
from chat.models import SENT_KEY_MAX_CHARS, TITLE_MAX_CHARS
from chat.serializers import (
    TEXT_PATTERN,
    ConversationSerializer,
    DoneSerializer,
    ExportSerializer,
    JobSerializer,
    PageSerializer,
    SendSerializer,
    SentSerializer,
    SummarySerializer,
    TitleSerializer,
)
from chat.viewer import require_viewer, sender_of
from workers import jobs

KEY_PATTERN = r"^[!-~]([ -~]*[!-~])?$"
_KEY = re.compile(KEY_PATTERN)

KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": SENT_KEY_MAX_CHARS, "pattern": KEY_PATTERN},
    OpenApiParameter.HEADER,
    description="Repeating a call with the same key and body does nothing and returns the same ids. "
    "With another body it is a 409, `idempotency_conflict`. Keys are kept for seven days.",
)
CURSOR_PARAMETER = OpenApiParameter(
    "cursor",
    {"type": "string", "pattern": "^[0-9]{1,15}-conv_[A-Za-z0-9]{16,32}$"},
    description="`next` of the page before.",
)
LIMIT_PARAMETER = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": queries.PAGE_MAX, "default": queries.PAGE_DEFAULT},
)


# Written out, because of a serializer's fields a PATCH would show none as required.
TITLE_BODY = {
    "type": "object",
    "properties": {"title": {"type": "string", "maxLength": TITLE_MAX_CHARS, "pattern": TEXT_PATTERN}},
    "required": ["title"],
}


class SendView(APIView):
    """`POST /api/chat/send`."""

    @extend_schema(
        operation_id="chat_send",
        summary="Send a message. Its answer is at /api/chat/stream?jobId=…",
        tags=["chat"],
        parameters=[KEY_PARAMETER],
        request=SendSerializer,
        responses={201: SentSerializer},
    )
    def post(self, request: Request) -> Response:
        """Send."""
        body = validated(SendSerializer, request)
        sent = actions.send_message(
            sender=sender_of(request),
            tier=jobs.Tier(body["tier"]),
            content=body["content"],
            conversation_id=body["conversationId"],
            idempotency_key=_idempotency_key(request),
        )
        return Response({"jobId": sent.job_id, "conversationId": sent.conversation_id}, status=201)


class StopView(APIView):
    """`POST /api/chat/stop`."""

    @extend_schema(
        operation_id="chat_stop",
        summary="Stop an answer. The text so far is kept; an answer that has ended stays as it is.",
        tags=["chat"],
        request=JobSerializer,
        responses=DoneSerializer,
    )
    def post(self, request: Request) -> Response:
        """Stop."""
        viewer = require_viewer(request)
        actions.stop_answer(viewer=viewer, job_id=validated(JobSerializer, request)["jobId"])
        return Response({"ok": True})


class RetryView(APIView):
    """`POST /api/chat/retry`."""

    @extend_schema(
        operation_id="chat_retry",
        summary="Have an answer that has ended written anew, in its place. It costs what a message costs.",
        tags=["chat"],
        request=JobSerializer,
        responses=JobSerializer,
    )
    def post(self, request: Request) -> Response:
        """Try again."""
        require_viewer(request)
        job_id = validated(JobSerializer, request)["jobId"]
        return Response({"jobId": actions.retry_answer(sender=sender_of(request), job_id=job_id)})


class ConversationsView(APIView):
    """`/api/chat/conversations`."""

    @extend_schema(
        operation_id="conversations_list",
        summary="Your conversations, the last changed first.",
        tags=["history"],
        parameters=[CURSOR_PARAMETER, LIMIT_PARAMETER],
        responses=PageSerializer,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        viewer = require_viewer(request)
        cursor = request.query_params.get("cursor")
        return Response(queries.conversation_page(viewer=viewer, cursor=cursor, limit=_limit(request)))

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

    @extend_schema(
        operation_id="conversations_read",
        summary="A conversation with its messages.",
        tags=["history"],
        responses=ConversationSerializer,
    )
    def get(self, request: Request, conversation_id: str) -> Response:
        """Read it."""
        viewer = require_viewer(request)
        return Response(queries.conversation_detail(viewer=viewer, conversation_id=conversation_id))

    @extend_schema(
        operation_id="conversations_rename",
        summary="Give a conversation another title.",
        tags=["history"],
        request={"application/json": TITLE_BODY},
        responses=SummarySerializer,
    )
    def patch(self, request: Request, conversation_id: str) -> Response:
        """Rename it."""
        viewer = require_viewer(request)
        title = validated(TitleSerializer, request)["title"]
        renamed = actions.rename(viewer=viewer, conversation_id=conversation_id, title=title)
        return Response(queries.summary(renamed))

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


class ExportView(APIView):
    """`GET /api/chat/export`."""

    @extend_schema(
        operation_id="history_export",
        summary="Everything that you have here, as a file.",
        tags=["history"],
        responses=ExportSerializer,
    )
    def get(self, request: Request) -> Response:
        """Export."""
        history = queries.export_history(viewer=require_viewer(request))
        return Response(history, headers={"Content-Disposition": 'attachment; filename="ashao-history.json"'})


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and (len(key) > SENT_KEY_MAX_CHARS or _KEY.fullmatch(key) is None):
        raise BadInput(f"Idempotency-Key must be from 1 to {SENT_KEY_MAX_CHARS} printable ASCII characters.")
    return key


def _limit(request: Request) -> int:
    raw = request.query_params.get("limit")
    if raw is None:
        return queries.PAGE_DEFAULT
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 4 and 1 <= int(raw) <= queries.PAGE_MAX):
        raise BadInput(f"limit must be a whole number from 1 to {queries.PAGE_MAX}.")
    return int(raw)
