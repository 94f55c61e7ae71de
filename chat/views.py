"""Sending, stopping, trying again; the receipt of an answer, and what the person says of it."""

import re
from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.authentication import require_viewer
from ashao_site.accounts.limited import limited
from ashao_site.accounts.scopes import KeyScopes, Scope
from ashao_site.lib import limits
from ashao_site.lib.api import validated
from ashao_site.lib.errors import BadInput
from chat import actions, actions_answers, queries
from chat.models import SENT_KEY_MAX_CHARS
from chat.sending import sender_of
from chat.serializers import (
    DoneSerializer,
    JobSerializer,
    RatedSerializer,
    RateSerializer,
    ReceiptAnswerSerializer,
    RetriedSerializer,
    RetrySerializer,
    SendSerializer,
    SentSerializer,
)
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
JOB_PARAMETER = OpenApiParameter("jobId", {"type": "string", "minLength": 1}, required=True)


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
            idempotency_key=_idempotency_key(request),
        )
        told = {
            "jobId": sent.job_id,
            "conversationId": sent.conversation_id,
            "questionId": sent.question_id,
            "answerId": sent.answer_id,
        }
        return Response(told, status=201)


class StopView(APIView):
    """`POST /api/chat/stop`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.CHAT}

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
        actions_answers.stop_answer(viewer=viewer, job_id=validated(JobSerializer, request)["jobId"])
        return Response({"ok": True})


class RetryView(APIView):
    """`POST /api/chat/retry`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.CHAT}

    @extend_schema(
        operation_id="chat_retry",
        summary="Have an answer that has ended written anew: as another version of it, or in its place where it "
        "has no text. It costs what a message costs.",
        tags=["chat"],
        parameters=[KEY_PARAMETER],
        request=RetrySerializer,
        responses=RetriedSerializer,
    )
    def post(self, request: Request) -> Response:
        """Try again."""
        require_viewer(request)
        limited(request, limits.SEND)
        body = validated(RetrySerializer, request)
        retried = actions_answers.retry_answer(
            sender=sender_of(request),
            job_id=body["jobId"],
            tier=jobs.Tier(body["tier"]) if "tier" in body else None,
            idempotency_key=_idempotency_key(request),
        )
        return Response({"jobId": retried.job_id, "answerId": retried.answer_id})


class ReceiptView(APIView):
    """`GET /api/chat/receipt`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.CHAT}

    @extend_schema(
        operation_id="chat_receipt",
        summary="What an answer was made with and what it cost; null until it has ended with any text.",
        tags=["chat"],
        parameters=[JOB_PARAMETER],
        responses=ReceiptAnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell whoever sent it."""
        viewer = require_viewer(request)
        job_id = request.query_params.get("jobId")
        if not job_id:
            raise BadInput("jobId is missing.")
        return Response({"receipt": queries.receipt_of(viewer=viewer, job_id=job_id)})


class RateView(APIView):
    """`POST /api/chat/rate`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.CHAT}

    @extend_schema(
        operation_id="chat_rate",
        summary="Say that an answer is good or bad, or take that back. Kept without the text, and not by whom.",
        tags=["chat"],
        request=RateSerializer,
        responses=RatedSerializer,
    )
    def post(self, request: Request) -> Response:
        """Rate."""
        viewer = require_viewer(request)
        body = validated(RateSerializer, request)
        actions_answers.rate_answer(viewer=viewer, job_id=body["jobId"], rating=body["rating"])
        return Response({"rating": body["rating"]})


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and (len(key) > SENT_KEY_MAX_CHARS or _KEY.fullmatch(key) is None):
        raise BadInput(f"Idempotency-Key must be from 1 to {SENT_KEY_MAX_CHARS} printable ASCII characters.")
    return key
