"""The calls of who calls and what they have."""

from typing import ClassVar

from django.conf import settings
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.account.me.serializers import (
    AccountSerializer,
    CreditsSerializer,
    MeSerializer,
    WelcomeSerializer,
)
from ashao_site.accounts.callers.checks import limited, require_user, viewer_of
from ashao_site.accounts.guests import guest_remaining, next_free_messages_at
from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes, Scope
from ashao_site.accounts.models import User
from ashao_site.accounts.viewer import Viewer
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address
from ashao_site.lib.clock import now
from ashao_site.lib.db import OUTAGES
from chat.conversation.models import Conversation
from ledger.books.money import micros_to_credits
from ledger.books.queries import spendable_micros
from ledger.grants.actions import grant_of
from ledger.grants.models import GrantState
from ledger.grants.queries import offered_credits
from ledger.statement.figures import figures_of
from workers import jobs
from workers.trust.queries import standing_of


@method_decorator(ensure_csrf_cookie, name="dispatch")
class MeView(APIView):
    """`GET /api/me`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": KeyRule.ANY_KEY}

    @extend_schema(
        operation_id="me",
        summary="Who you are, and what you have left. Sets the csrftoken cookie.",
        tags=["account"],
        responses=MeSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell. A visitor gets no session from asking."""
        if isinstance(request.user, User):
            user = request.user
            person = {"id": user.public_id, "wallet": user.wallet or ""}
            mine = {
                "credits": _credits(user),
                "machines": _machines(user),
                "freeCredits": _free_credits(user),
            }
            return Response({"user": person, "guest": None, **mine})
        remaining = guest_remaining(
            session_subject=viewer_of(request).guest_id or "",
            address_subject=client_address(request._request),
        )
        guest = {"remaining": remaining, "limit": settings.GUEST_MESSAGES_PER_SESSION}
        nothing = {"credits": None, "machines": None, "freeCredits": None}
        return Response({"user": None, "guest": guest, **nothing})


class WelcomeView(APIView):
    """`GET /api/welcome`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": KeyRule.ANY_KEY}

    @extend_schema(
        operation_id="welcome",
        summary="What signing in would bring, and what there is without.",
        tags=["account"],
        responses=WelcomeSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell. A visitor gets no session from asking."""
        limited(request, limits.READ)
        offered = offered_credits(address=client_address(request._request))
        guest = Viewer(guest_id=viewer_of(request).guest_id)
        welcome = {
            "credits": offered,
            "answers": offered // min(jobs.PRICE_CREDITS.values()),
            "guestMessages": settings.GUEST_MESSAGES_PER_SESSION,
            "guestMessagesAt": next_free_messages_at(now()),
            "conversations": Conversation.objects.of(guest).count(),
        }
        return Response(WelcomeSerializer(welcome).data)


class CreditsView(APIView):
    """`GET /api/credits`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": KeyRule.ANY_KEY}

    @extend_schema(
        operation_id="credits",
        summary="The whole credits that you can spend.",
        tags=["account"],
        responses=CreditsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell."""
        return Response({"credits": _credits(require_user(request))})


class AccountView(APIView):
    """`GET /api/account`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ}

    @extend_schema(
        operation_id="account",
        summary="What you have: credits, earnings, escrow, payouts on their way, and your workers' trust.",
        tags=["account"],
        responses=AccountSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell."""
        user = require_user(request)
        limited(request, limits.READ)
        figures, standing = figures_of(user), standing_of(user)
        trust = {
            "trusted": standing.trusted,
            "proposed": standing.proposed,
            "paidJobs": standing.paid_jobs,
            "paidJobsNeeded": standing.paid_jobs_needed,
            "days": standing.days,
            "daysNeeded": standing.days_needed,
        }
        return Response(
            {
                "wallet": user.wallet or "",
                "credits": figures.credits,
                "bought": figures.bought_micros,
                "granted": figures.granted_micros,
                "held": figures.held_micros,
                "earnings": figures.earnings_micros,
                "escrow": figures.escrow_micros,
                "pendingPayouts": figures.pending_payouts_micros,
                "trust": trust,
            }
        )


def _machines(user: User) -> dict[str, int]:
    try:
        live = jobs.live_machines_of(user.pk)
    except OUTAGES:  # who one is can be told without Redis
        live = {}
    return {str(tier): live.get(tier, 0) for tier in jobs.Tier}


def _credits(user: User) -> int:
    return micros_to_credits(spendable_micros(user.pk))


def _free_credits(user: User) -> dict[str, str] | None:
    """What became of the free credits of a first sign-in; None for who never signed in with a wallet."""
    grant = grant_of(user.pk)
    if grant is None:
        return None
    state = GrantState.GIVEN if grant.state == GrantState.KEPT else GrantState(grant.state)
    return {"state": str(state), "reason": grant.reason if state == GrantState.WAITING else ""}
