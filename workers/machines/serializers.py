"""What owners send and are shown, as the API and its description have it."""

from rest_framework import serializers

from ashao_site.lib.api import StrictBooleanField, StrictCharField, StrictIntegerField
from ashao_site.lib.openapi import with_any_of
from workers import jobs
from workers.jobs.models import MODEL_MAX_CHARS, WORKER_NAME_MAX_CHARS

CONTEXT_TOKENS_MIN, CONTEXT_TOKENS_MAX = 64, 10_000_000


class RegisterSerializer(serializers.Serializer[dict[str, object]]):
    """The body of `register`."""

    type = serializers.ChoiceField(choices=jobs.KINDS)
    model = StrictCharField(max_length=MODEL_MAX_CHARS)
    name = StrictCharField(
        max_length=WORKER_NAME_MAX_CHARS,
        required=False,
        allow_blank=True,
        help_text="What you call it; shown to you only.",
    )
    contextTokens = StrictIntegerField(
        required=False,
        min_value=CONTEXT_TOKENS_MIN,
        max_value=CONTEXT_TOKENS_MAX,
        help_text="How many tokens its model reads, question and answer together.",
    )
    tiers = serializers.ListField(
        child=serializers.ChoiceField(choices=jobs.TIERS),
        required=False,
        min_length=1,
        max_length=4,
    )


class RegisteredSerializer(serializers.Serializer[dict[str, object]]):
    """A new worker and its token, which is shown this once."""

    workerId = serializers.CharField()
    workerToken = serializers.CharField()


class ChangeSerializer(serializers.Serializer[dict[str, object]]):
    """The body of a change of a worker."""

    paused = StrictBooleanField(required=False)
    name = StrictCharField(max_length=WORKER_NAME_MAX_CHARS, required=False, allow_blank=True)


class ChangedSerializer(serializers.Serializer[dict[str, object]]):
    """A worker: what it is called, and whether it takes no more jobs."""

    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    paused = serializers.BooleanField()


CHANGE_BODY = with_any_of(
    {
        "paused": {"type": "boolean"},
        "name": {"type": "string", "maxLength": WORKER_NAME_MAX_CHARS, "pattern": r"^[^\x00]*$"},
    }
)


class RatingsSerializer(serializers.Serializer[dict[str, object]]):
    """How many answers people found good and bad. Who they were is not kept."""

    up = serializers.IntegerField()
    down = serializers.IntegerField()


class WorkerSerializer(serializers.Serializer[dict[str, object]]):
    """One worker; amounts in µUSDC."""

    id = serializers.CharField()
    type = serializers.ChoiceField(choices=jobs.KINDS)
    model = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    tiers = serializers.ListField(child=serializers.ChoiceField(choices=jobs.TIERS))
    status = serializers.ChoiceField(choices=["offline", "waiting", "busy", "paused"])
    paused = serializers.BooleanField()
    jobs = serializers.IntegerField()
    running = serializers.IntegerField()
    tokens = serializers.IntegerField()
    tokensPerSecond = serializers.FloatField(allow_null=True)
    earned = serializers.IntegerField()
    earnedToday = serializers.IntegerField()
    ratings = RatingsSerializer()
    createdAt = serializers.DateTimeField()
    lastSeenAt = serializers.DateTimeField(allow_null=True)


class MinuteSerializer(serializers.Serializer[dict[str, object]]):
    """What was done in the minute that begins `at`."""

    at = serializers.DateTimeField()
    jobs = serializers.IntegerField()
    tokens = serializers.IntegerField()
    earned = serializers.IntegerField()


class DoneJobSerializer(serializers.Serializer[dict[str, object]]):
    """One job that was done: figures, no text."""

    finishedAt = serializers.DateTimeField()
    workerId = serializers.CharField()
    tier = serializers.ChoiceField(choices=jobs.TIERS)
    tokens = serializers.IntegerField()
    seconds = serializers.FloatField()
    earned = serializers.IntegerField()
    finish = serializers.ChoiceField(choices=[str(finish) for finish in jobs.Finish])


class StatsSerializer(serializers.Serializer[dict[str, object]]):
    """All workers of an owner, with sums over those that were removed too. Amounts in µUSDC."""

    workers = WorkerSerializer(many=True)
    jobs = serializers.IntegerField()
    tokens = serializers.IntegerField()
    earned = serializers.IntegerField()
    earnedToday = serializers.IntegerField()
    shareBps = serializers.IntegerField(help_text="Of a job's value, in hundredths of a percent.")
    escrow = serializers.IntegerField(help_text="Earned from free credits, until staff release it.")
    available = serializers.IntegerField(help_text="Earned, and not yet asked to be paid out.")
    averageTokensPerSecond = serializers.FloatField(
        allow_null=True, help_text="Over the last hour's jobs, or all where there was none."
    )
    hour = MinuteSerializer(many=True, help_text="The last 60 minutes, this one last.")
    recent = DoneJobSerializer(many=True, help_text="The last 20 jobs, the newest first.")
