"""The calls of stopping, trying again, the receipt and what the person thinks of an answer."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.callers.checks import limited, require_viewer
from ashao_site.accounts.keys.scopes import KeyScopes, Scope
from ashao_site.lib import limits
from ashao_site.lib.api import validated
from ashao_site.lib.errors import BadInput
from chat.answers import actions
from chat.answers.receipts import receipt_of
from chat.answers.serializers import (
    DoneSerializer,
    JobSerializer,
    RatedSerializer,
    RateSerializer,
    ReceiptAnswerSerializer,
    RetriedSerializer,
    RetrySerializer,
)
from chat.sending.views import KEY_PARAMETER, idempotency_key, sender_of
from workers import jobs

JOB_PARAMETER = OpenApiParameter("jobId", {"type": "string", "minLength": 1}, required=True)


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
        actions.stop_answer(viewer=viewer, job_id=validated(JobSerializer, request)["jobId"])
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
        retried = actions.retry_answer(
            sender=sender_of(request),
            job_id=body["jobId"],
            tier=jobs.Tier(body["tier"]) if "tier" in body else None,
            idempotency_key=idempotency_key(request),
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
        return Response({"receipt": receipt_of(viewer=viewer, job_id=job_id)})


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
        actions.rate_answer(viewer=viewer, job_id=body["jobId"], rating=body["rating"])
        return Response({"rating": body["rating"]})
