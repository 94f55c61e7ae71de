"""The calls of API keys."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.account.access.serializers import (
    ApiKeySerializer,
    KeyListSerializer,
    NewKeyRequestSerializer,
    NewKeySerializer,
)
from ashao_site.accounts.callers.checks import limited, require_session_user, require_user
from ashao_site.accounts.keys import actions
from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.keys.scopes import ALL_SCOPES, KeyRule, KeyScopes, Scope
from ashao_site.lib import limits
from ashao_site.lib.api import validated


class KeysView(APIView):
    """`/api/keys`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ, "POST": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="keys_list", summary="Your API keys.", tags=["keys"], responses=KeyListSerializer
    )
    def get(self, request: Request) -> Response:
        """List the live keys, newest first."""
        keys = ApiKey.objects.live().filter(user=require_user(request)).order_by("-created_at", "-pk")
        return Response({"keys": ApiKeySerializer(keys, many=True).data})

    @extend_schema(
        operation_id="keys_create",
        summary="Make an API key. It is shown this once.",
        description="Needs a session: a key cannot make further keys. Without `scopes` the key has all of them.",
        tags=["keys"],
        request=NewKeyRequestSerializer,
        responses={201: NewKeySerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a key."""
        user = require_session_user(request)
        limited(request, limits.API_KEY)
        body = validated(NewKeyRequestSerializer, request)
        session_key = request._request.session.session_key
        scopes = body.get("scopes", ALL_SCOPES)
        new = actions.create_api_key(user=user, name=body["name"], scopes=scopes, session_key=session_key)
        return Response({"id": new.key.public_id, "name": new.key.name, "key": new.secret}, status=201)


class KeyView(APIView):
    """`/api/keys/{id}`."""

    key_scopes: ClassVar[KeyScopes] = {"DELETE": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="keys_delete",
        summary="End an API key at once.",
        description="Needs a session: a key cannot end keys.",
        tags=["keys"],
        responses={204: None},
    )
    def delete(self, request: Request, key_id: str) -> Response:
        """Revoke a key."""
        actions.revoke_api_key(user=require_session_user(request), public_id=key_id)
        return Response(status=204)
