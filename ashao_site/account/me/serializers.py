"""The shapes of who calls and what they have. Amounts in µUSDC, credits whole."""

from rest_framework import serializers

from ashao_site.lib.api import Shape


class PersonSerializer(Shape):
    """A signed-in person; `wallet` is empty for staff without one."""

    id = serializers.CharField()
    wallet = serializers.CharField(allow_blank=True)


class GuestSerializer(Shape):
    """What a guest has left today."""

    remaining = serializers.IntegerField()
    limit = serializers.IntegerField()


class WelcomeSerializer(Shape):
    """What signing in would bring this visitor, and what there is without."""

    credits = serializers.IntegerField(
        help_text="The free credits of a wallet that is new here, now; 0 where a limit of the day is reached."
    )
    answers = serializers.IntegerField(
        help_text="How many answers they are enough for, of the cheapest tier."
    )
    guestMessages = serializers.IntegerField(help_text="A day, without signing in.")
    guestMessagesAt = serializers.DateTimeField(help_text="When there are all of them again.")
    conversations = serializers.IntegerField(help_text="Of this guest, that would come along.")


class FreeCreditsSerializer(Shape):
    """What became of the free credits of a first sign-in."""

    state = serializers.ChoiceField(
        choices=["given", "waiting", "returned"],
        help_text="waiting: a later sign-in brings them. returned: nobody came for them in 90 days.",
    )
    reason = serializers.ChoiceField(
        choices=["", "address", "day", "budget"],
        help_text="Why they wait: what this network address, or everybody together, may get today, or an empty budget.",
    )


class MachinesSerializer(Shape):
    """How many of one's own machines are live, by tier. None of them answers its owner."""

    pro = serializers.IntegerField()
    max = serializers.IntegerField()


class MeSerializer(Shape):
    """Who calls: a person with credits, or a guest."""

    user = PersonSerializer(allow_null=True)
    guest = GuestSerializer(allow_null=True)
    credits = serializers.IntegerField(allow_null=True)
    freeCredits = FreeCreditsSerializer(
        allow_null=True, help_text="null for guests, and for who never signed in with a wallet."
    )
    machines = MachinesSerializer(allow_null=True)


class CreditsSerializer(Shape):
    """Whole credits that can be spent."""

    credits = serializers.IntegerField()


class TrustSerializer(Shape):
    """Whether staff trust an owner of workers, and how far the rule is met by which they are proposed to staff."""

    trusted = serializers.BooleanField(
        help_text="Staff have decided to release the escrow, within its limits."
    )
    proposed = serializers.BooleanField(help_text="The rule is met, and staff have not decided.")
    paidJobs = serializers.IntegerField(help_text="Of those that count.")
    paidJobsNeeded = serializers.IntegerField()
    days = serializers.IntegerField(help_text="Since the first of them.")
    daysNeeded = serializers.IntegerField()


class AccountSerializer(Shape):
    """What a person has."""

    wallet = serializers.CharField(allow_blank=True)
    credits = serializers.IntegerField(help_text="The whole credits that can be spent.")
    bought = serializers.IntegerField(help_text="Paid in, not spent, not held.")
    granted = serializers.IntegerField(help_text="Given for free, not spent, not held.")
    held = serializers.IntegerField(help_text="Set aside for messages that are being answered.")
    earnings = serializers.IntegerField(help_text="Earned, and not yet asked to be paid out.")
    escrow = serializers.IntegerField(help_text="Earned from free credits, until staff release it.")
    pendingPayouts = serializers.IntegerField(help_text="Asked to be paid out, and not yet final.")
    trust = TrustSerializer()
