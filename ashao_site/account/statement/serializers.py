"""The shapes of the statement. Amounts in µUSDC."""

from rest_framework import serializers

from ashao_site.lib.api import Shape
from ledger.books.chart import USER_PARTS


class StatementRowSerializer(Shape):
    """One amount in or out, and the balance of that part after it."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    part = serializers.ChoiceField(choices=list(USER_PARTS))
    kind = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    amount = serializers.IntegerField()
    balance = serializers.IntegerField()


class StatementSerializer(Shape):
    """A page of the statement, the newest first."""

    rows = StatementRowSerializer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="What `before` of the following page takes.")
