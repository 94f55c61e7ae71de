"""The call that sends, and the key with which a call may be repeated."""

import re
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.callers.checks import limited, viewer_of
from ashao_site.accounts.guests import guest_id
from ashao_site.accounts.keys.scopes import KeyScopes, Scope
from ashao_site.accounts.sessions.store import keep_visitor
from ashao_site.accounts.viewer import Viewer
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address
from ashao_site.lib.api import Shape, validated
from ashao_site.lib.errors import BadInput
from chat.conversation.fields import ContentField, IdField, TierField
from chat.conversation.models import MESSAGE_MAX_CHARS
from chat.sending import actions
from chat.sending.models import SENT_KEY_MAX_CHARS
from chat.sending.steps import Sender
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


class SendSerializer(Shape):
    """A message to send; without a conversation it begins one."""

    tier = TierField()
    content = ContentField(max_length=MESSAGE_MAX_CHARS)
    conversationId = IdField(required=False, allow_null=True, default=None)
    editOf = IdField(
        required=False,
        allow_null=True,
        default=None,
        help_text="A question of this conversation: the content becomes another version of it.",
    )


class SentSerializer(Shape):
    """What was sent."""

    jobId = serializers.CharField()
    conversationId = serializers.CharField()
    questionId = serializers.CharField()
    answerId = serializers.CharField()


class SendView(APIView):
    """`POST /api/chat/send`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.CHAT}

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
        limited(request, limits.SEND)
        body = validated(SendSerializer, request)
        sent = actions.send_message(
            sender=sender_of(request),
            tier=jobs.Tier(body["tier"]),
            content=body["content"],
            conversation_id=body["conversationId"],
            edit_of=body["editOf"],
            idempotency_key=idempotency_key(request),
        )
        told = {
            "jobId": sent.job_id,
            "conversationId": sent.conversation_id,
            "questionId": sent.question_id,
            "answerId": sent.answer_id,
        }
        return Response(told, status=201)


def idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and (len(key) > SENT_KEY_MAX_CHARS or _KEY.fullmatch(key) is None):
        raise BadInput(f"Idempotency-Key must be from 1 to {SENT_KEY_MAX_CHARS} printable ASCII characters.")
    return key


def sender_of(request: Request) -> Sender:
    """Who sends: a visitor who is nobody yet becomes a guest, whose session lasts as long as what is sent is kept."""
    viewer = viewer_of(request)
    if viewer.user_id is None:
        keep_visitor(request._request.session, timedelta(hours=settings.GUEST_HISTORY_HOURS))
        viewer = Viewer(guest_id=guest_id(request._request))
    return Sender(viewer=viewer, address=client_address(request._request))
