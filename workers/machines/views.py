"""What owners call: register, figures, name, pause and removal of workers. (The workers' own: `workers.api`.)"""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.callers.checks import limited, require_user
from ashao_site.accounts.keys.scopes import KeyScopes, Scope
from ashao_site.lib import limits
from ashao_site.lib.api import validated
from workers import jobs
from workers.machines import actions, queries
from workers.machines.serializers import (
    CHANGE_BODY,
    ChangedSerializer,
    ChangeSerializer,
    RegisteredSerializer,
    RegisterSerializer,
    StatsSerializer,
)


class RegisterView(APIView):
    """`POST /api/worker/register`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.WORKER}

    @extend_schema(
        operation_id="worker_register",
        summary="Make a worker; its token is shown this once.",
        tags=["worker"],
        request=RegisterSerializer,
        responses={201: RegisteredSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a worker of whoever is signed in."""
        owner = require_user(request)
        limited(request, limits.REGISTER)
        body = validated(RegisterSerializer, request)
        tiers = [jobs.Tier(tier) for tier in body["tiers"]] if "tiers" in body else None
        new = actions.register_worker(
            owner=owner,
            kind=jobs.WorkerKind(body["type"]),
            model=body["model"],
            tiers=tiers,
            name=body.get("name", ""),
            context_tokens=body.get("contextTokens"),
        )
        return Response({"workerId": new.worker.public_id, "workerToken": new.token}, status=201)


class StatsView(APIView):
    """`GET /api/worker/stats`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.WORKER}

    @extend_schema(
        operation_id="worker_stats",
        summary="Your workers: jobs, speed, earnings, status; the last hour and the last jobs.",
        tags=["worker"],
        responses=StatsSerializer,
    )
    def get(self, request: Request) -> Response:
        """The figures of whoever is signed in."""
        owner = require_user(request)
        limited(request, limits.READ)
        return Response(queries.stats_of(owner))


class WorkerView(APIView):
    """`/api/worker/{id}`."""

    key_scopes: ClassVar[KeyScopes] = {"PATCH": Scope.WORKER, "DELETE": Scope.WORKER}

    @extend_schema(
        operation_id="worker_change",
        summary="Call a worker otherwise; have it take no more jobs (what it holds it finishes), or take jobs again.",
        tags=["worker"],
        request={"application/json": CHANGE_BODY},
        responses=ChangedSerializer,
    )
    def patch(self, request: Request, worker_id: str) -> Response:
        """Rename, pause or resume one of one's own workers."""
        owner = require_user(request)
        changes = validated(ChangeSerializer, request)
        worker = actions.change_worker(
            owner=owner, public_id=worker_id, paused=changes.get("paused"), name=changes.get("name")
        )
        paused = worker.paused_at is not None
        return Response({"id": worker_id, "name": worker.name, "paused": paused})

    @extend_schema(
        operation_id="worker_remove",
        summary="Remove a worker: its token is refused, what it holds is handed on.",
        tags=["worker"],
        responses={204: None},
    )
    def delete(self, request: Request, worker_id: str) -> Response:
        """Remove one of one's own workers."""
        actions.remove_worker(owner=require_user(request), public_id=worker_id)
        return Response(status=204)
