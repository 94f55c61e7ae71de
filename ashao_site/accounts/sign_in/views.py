"""The calls of signing in and out."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.callers.checks import limited
from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes
from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.sign_ins import begin_session
from ashao_site.accounts.sessions.store import keep_visitor
from ashao_site.accounts.sign_in import actions
from ashao_site.accounts.sign_in.signature import UNDEPLOYED_SIGNATURE_MAX_CHARS
from ashao_site.accounts.sign_in.site import site_of
from ashao_site.accounts.sign_in.siwe import MESSAGE_MAX_CHARS
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address
from ashao_site.lib.api import Shape, StrictCharField, validated

VISITOR_KEPT = timedelta(hours=1)
"""How long a session is kept that has nothing but nonces."""


class NonceSerializer(Shape):
    """A nonce, and the chain that the message must name. Its times are best taken from here: clocks differ."""

    nonce = serializers.CharField()
    chainId = serializers.IntegerField(source="chain_id")
    issuedAt = serializers.DateTimeField(source="issued_at", help_text="Now, by the server's clock.")
    expiresAt = serializers.DateTimeField(source="expires_at", help_text="Until then the nonce is good.")


class VerifySerializer(Shape):
    """A signed EIP-4361 message."""

    message = StrictCharField(max_length=MESSAGE_MAX_CHARS)
    signature = StrictCharField(max_length=UNDEPLOYED_SIGNATURE_MAX_CHARS)


class UserSerializer(serializers.ModelSerializer[User]):
    """A person, to that person."""

    id = serializers.CharField(source="public_id")
    wallet = serializers.CharField(help_text="With which they signed in.")

    class Meta:
        model = User
        fields = ["id", "wallet"]


class SignedInSerializer(Shape):
    """Who is signed in now."""

    user = UserSerializer()


class OkSerializer(Shape):
    """It is done."""

    ok = serializers.BooleanField()


class NonceView(APIView):
    """`POST /api/auth/nonce`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="auth_nonce",
        summary="A nonce to sign in with, once, within five minutes, in this session.",
        tags=["auth"],
        request=None,
        responses=NonceSerializer,
    )
    def post(self, request: Request) -> Response:
        """Make a nonce."""
        limited(request, limits.NONCE)
        nonce = actions.issue_nonce(session_key=_session_key(request._request))
        answer = {"nonce": nonce.nonce, "issued_at": nonce.created_at, "expires_at": nonce.expires_at}
        return Response(NonceSerializer(answer | {"chain_id": settings.CHAIN_ID}).data)


class VerifyView(APIView):
    """`POST /api/auth/verify`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="auth_verify",
        summary="Sign in with a signed EIP-4361 message.",
        description=(
            "The CSRF token changes with the sign-in: read the csrftoken cookie again afterwards. What was written"
            " as a guest in this session becomes the person's."
        ),
        tags=["auth"],
        request=VerifySerializer,
        responses=SignedInSerializer,
    )
    def post(self, request: Request) -> Response:
        """Check the message and sign its wallet in."""
        limited(request, limits.SIGN_IN)
        body = validated(VerifySerializer, request)
        django_request = request._request
        user = actions.sign_in(
            message=body["message"],
            signature=body["signature"],
            session_key=django_request.session.session_key,
            site=site_of(django_request),
            address=client_address(django_request),
        )
        begin_session(request=django_request, user=user)
        actions.wallet_signed_in.send(sender=User, user=user, address=client_address(django_request))
        return Response({"user": UserSerializer(user).data})


class LogoutView(APIView):
    """`POST /api/auth/logout`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="auth_logout", summary="Sign out.", tags=["auth"], request=None, responses=OkSerializer
    )
    def post(self, request: Request) -> Response:
        """End the session, whoever's it is."""
        logout(request._request)
        return Response({"ok": True})


def _session_key(request: HttpRequest) -> str:
    """The key of a session that exists in the database: one is made for a visitor who has none.

    For a visitor it is there for `VISITOR_KEPT` more, not for as long as a sign-in lasts.
    """
    session = request.session
    session.get("")  # loads it: a cookie of an expired session names no session any more
    if (
        SESSION_KEY not in session
    ):  # whoever signed the call with a key: nobody is signed in with this session
        keep_visitor(session, VISITOR_KEPT)
    if session.session_key is None:
        session.create()
    key = session.session_key
    assert key is not None
    return key
