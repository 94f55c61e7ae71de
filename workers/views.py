"""What owners call: register, the figures of their workers, removal. (The workers' own calls: `workers.api`.)"""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.authentication import require_user
from ashao_site.lib.aio import run_sync
from ashao_site.lib.api import StrictCharField, validated
from workers import actions, jobs, queries
from workers.api import identity


class RegisterSerializer(serializers.Serializer[dict[str, object]]):
    """The body of `register`."""

    type = serializers.ChoiceField(choices=[str(kind) for kind in jobs.WorkerKind])
    model = StrictCharField(max_length=actions.MODEL_MAX_CHARS)
    tiers = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(tier) for tier in jobs.Tier]),
        required=False,
        min_length=1,
        max_length=4,
    )


class RegisteredSerializer(serializers.Serializer[dict[str, object]]):
    """A new worker and its token, which is shown this once."""

    workerId = serializers.CharField()
    workerToken = serializers.CharField()


class WorkerSerializer(serializers.Serializer[dict[str, object]]):
    """One worker; amounts in µUSDC."""

    id = serializers.CharField()
    type = serializers.CharField()
    model = serializers.CharField()
    tiers = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=["offline", "waiting", "busy"])
    jobs = serializers.IntegerField()
    running = serializers.IntegerField()
    tokens = serializers.IntegerField()
    tokensPerSecond = serializers.FloatField(allow_null=True)
    earned = serializers.IntegerField()
    earnedToday = serializers.IntegerField()
    createdAt = serializers.DateTimeField()
    lastSeenAt = serializers.DateTimeField(allow_null=True)


class StatsSerializer(serializers.Serializer[dict[str, object]]):
    """All workers of an owner, with sums over those that were removed too."""

    workers = WorkerSerializer(many=True)
    jobs = serializers.IntegerField()
    tokens = serializers.IntegerField()
    earned = serializers.IntegerField()
    earnedToday = serializers.IntegerField()


class RegisterView(APIView):
    """`POST /api/worker/register`."""

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
        body = validated(RegisterSerializer, request)
        tiers = [jobs.Tier(tier) for tier in body["tiers"]] if "tiers" in body else None
        new = actions.register_worker(
            owner=owner, kind=jobs.WorkerKind(body["type"]), model=body["model"], tiers=tiers
        )
        return Response({"workerId": new.worker.public_id, "workerToken": new.token}, status=201)


class StatsView(APIView):
    """`GET /api/worker/stats`."""

    @extend_schema(
        operation_id="worker_stats",
        summary="Your workers: jobs, speed, earnings, status.",
        tags=["worker"],
        responses=StatsSerializer,
    )
    def get(self, request: Request) -> Response:
        """The figures of whoever is signed in."""
        return Response(queries.stats_of(require_user(request)))


class WorkerView(APIView):
    """`DELETE /api/worker/{id}`."""

    @extend_schema(
        operation_id="worker_remove",
        summary="Remove a worker: its token is refused, what it holds is handed on.",
        tags=["worker"],
        responses={204: None},
    )
    def delete(self, request: Request, worker_id: str) -> Response:
        """Remove one of one's own workers."""
        worker = actions.remove_worker(owner=require_user(request), public_id=worker_id)
        identity.forget(worker.token_hash)
        run_sync(jobs.release(holder=worker.public_id))
        return Response(status=204)
