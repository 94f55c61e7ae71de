"""The shapes of what happens to an answer."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.lib.api import Shape, StrictIntegerField
from chat.conversation.fields import IdField, TierField
from chat.conversation.models import RATINGS
from workers import jobs


class JobSerializer(Shape):
    """The job of an answer."""

    jobId = IdField()


class RetrySerializer(JobSerializer):
    """The job of an answer, and who is to write it anew; without a tier, its own."""

    tier = TierField(required=False)


class RetriedSerializer(Shape):
    """An answer that is written anew: another version where the old one has text, else the same."""

    jobId = serializers.CharField()
    answerId = serializers.CharField()


class DoneSerializer(Shape):
    """It is done."""

    ok = serializers.BooleanField()


class RateSerializer(Shape):
    """What a person says of an answer."""

    jobId = IdField()
    rating = StrictIntegerField(
        min_value=min(RATINGS), max_value=max(RATINGS), help_text="1 good, -1 bad, 0 takes it back."
    )


@extend_schema_field({"type": "integer", "enum": list(RATINGS)})
class RatingField(serializers.IntegerField):
    """What a person thinks of an answer."""


class RatedSerializer(Shape):
    """What is kept."""

    rating = RatingField()


class ReadSerializer(Shape):
    """How much of a conversation was read that was too long for every machine."""

    characters = serializers.IntegerField()
    of = serializers.IntegerField()


class ReceiptSerializer(Shape):
    """What an answer was made with and what it cost: no identity."""

    servedBy = serializers.ChoiceField(
        choices=[*(str(kind) for kind in jobs.WorkerKind), "cloud"],
        help_text="A volunteer's browser, a volunteer's machine, or a cloud provider.",
    )
    model = serializers.CharField(help_text="As the worker registered it, or the provider calls it.")
    tokens = serializers.IntegerField(help_text="Counted by the producer that ended the answer.")
    seconds = serializers.FloatField(
        help_text="From the first producer's claim to the end, hand-overs included."
    )
    credits = serializers.IntegerField(help_text="Charged; 0 for guests.")
    handedOver = serializers.BooleanField(help_text="Whether more than one producer had it.")
    read = ReadSerializer(
        allow_null=True, help_text="What was read, oldest turns left out; null where it was all."
    )
    simulated = serializers.BooleanField(
        help_text="Whether it is prepared text, at least in part. Such an answer is free."
    )


class ReceiptAnswerSerializer(Shape):
    """The receipt of an answer; null while there is none."""

    receipt = ReceiptSerializer(allow_null=True)
