"""The shapes of a person's whole account: as a file, and what its deletion asks for."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.account.data.everything import CONFIRMATION
from ashao_site.account.statement.views import StatementRowSerializer
from ashao_site.lib.api import Shape, StrictCharField
from chat.library.serializers import ExportSerializer
from ledger.payouts.states import PayoutState
from workers import jobs

CONFIRM_MAX_CHARS = 100


def confirm_body() -> dict[str, Any]:
    """The body of the deletion, in OpenAPI's words."""
    words = {"type": "string", "enum": [CONFIRMATION]}
    return {"type": "object", "properties": {"confirm": words}, "required": ["confirm"]}


@extend_schema_field({"type": "string", "enum": [CONFIRMATION]})
class ConfirmationField(StrictCharField):
    """The words that confirm it."""


class ConfirmSerializer(Shape):
    """The body of the deletion."""

    confirm = ConfirmationField(max_length=CONFIRM_MAX_CHARS)


class ExportedPersonSerializer(Shape):
    """Who it is."""

    id = serializers.CharField()
    wallet = serializers.CharField(allow_null=True)
    staffName = serializers.CharField(allow_null=True)
    createdAt = serializers.DateTimeField()
    lastSignInAt = serializers.DateTimeField(allow_null=True)


class ExportedKeySerializer(Shape):
    """An API key, a revoked one too, without its secret."""

    id = serializers.CharField()
    name = serializers.CharField()
    hint = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    createdAt = serializers.DateTimeField()
    lastUsedAt = serializers.DateTimeField(allow_null=True)
    revokedAt = serializers.DateTimeField(allow_null=True)


class ExportedSessionSerializer(Shape):
    """Where the person is signed in."""

    id = serializers.CharField()
    device = serializers.CharField()
    createdAt = serializers.DateTimeField()
    lastUsedAt = serializers.DateTimeField()


class ExportedWorkerSerializer(Shape):
    """A worker, a removed one too."""

    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    type = serializers.ChoiceField(choices=jobs.KINDS)
    model = serializers.CharField()
    tiers = serializers.ListField(child=serializers.ChoiceField(choices=jobs.TIERS))
    createdAt = serializers.DateTimeField()
    lastSeenAt = serializers.DateTimeField(allow_null=True)
    pausedAt = serializers.DateTimeField(allow_null=True)
    removedAt = serializers.DateTimeField(allow_null=True)


class ExportedPayoutWalletSerializer(Shape):
    """A wallet beside the person's own that receives payouts."""

    wallet = serializers.CharField()
    confirmedAt = serializers.DateTimeField()
    usableAt = serializers.DateTimeField()


class ExportedPayoutSerializer(Shape):
    """A payout."""

    id = serializers.CharField()
    amount = serializers.IntegerField()
    wallet = serializers.CharField()
    state = serializers.ChoiceField(choices=[str(state) for state in PayoutState])
    txHash = serializers.CharField(allow_null=True)
    requestedAt = serializers.DateTimeField()
    finalAt = serializers.DateTimeField(allow_null=True)


class ExportedDepositSerializer(Shape):
    """USDC that became credits."""

    txHash = serializers.CharField()
    wallet = serializers.CharField()
    amount = serializers.IntegerField()
    creditedAt = serializers.DateTimeField()


class AnnouncedDepositSerializer(Shape):
    """A transaction that the person said they had sent."""

    txHash = serializers.CharField()
    amount = serializers.IntegerField()
    sentAt = serializers.DateTimeField()


class AccountExportSerializer(ExportSerializer):
    """All that is held of a person. Every list begins with the oldest, the conversations with the newest."""

    person = ExportedPersonSerializer()
    keys = ExportedKeySerializer(many=True)
    sessions = ExportedSessionSerializer(many=True)
    workers = ExportedWorkerSerializer(many=True)
    payoutWallets = ExportedPayoutWalletSerializer(many=True)
    payouts = ExportedPayoutSerializer(many=True)
    deposits = ExportedDepositSerializer(many=True)
    announcedDeposits = AnnouncedDepositSerializer(many=True)
    statement = StatementRowSerializer(many=True)
