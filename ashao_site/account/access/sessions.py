"""The calls of where a person is signed in. A session asks; an API key is told nothing of it."""

from typing import ClassVar

from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.account.access.serializers import SessionListSerializer, SessionSerializer
from ashao_site.accounts.callers.checks import require_session_user
from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes
from ashao_site.accounts.sessions import sign_ins

NEEDS_SESSION = "Needs a session: an API key is refused."


class SessionsView(APIView):
    """`/api/sessions`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": KeyRule.NO_KEY, "DELETE": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="sessions_list",
        summary=f"Where you are signed in: the last {sign_ins.SIGN_INS_SHOWN} that were used.",
        description=NEEDS_SESSION,
        tags=["sessions"],
        responses=SessionListSerializer,
    )
    def get(self, request: Request) -> Response:
        """List them."""
        rows = sign_ins.sign_ins_of(require_session_user(request))
        context = {"current": request._request.session.session_key}
        return Response({"sessions": SessionSerializer(rows, many=True, context=context).data})

    @extend_schema(
        operation_id="sessions_delete_others",
        summary="Sign out everywhere else, at once.",
        description=NEEDS_SESSION,
        tags=["sessions"],
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        """End all but the one that asks."""
        user = require_session_user(request)
        sign_ins.end_other_sign_ins(user=user, but=request._request.session.session_key)
        return Response(status=204)


class SessionView(APIView):
    """`/api/sessions/{id}`."""

    key_scopes: ClassVar[KeyScopes] = {"DELETE": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="sessions_delete",
        summary="Sign out there, at once. Of the session that asks it is signing out.",
        description=NEEDS_SESSION,
        tags=["sessions"],
        responses={204: None},
    )
    def delete(self, request: Request, session_id: str) -> Response:
        """End one."""
        ended = sign_ins.end_sign_in(user=require_session_user(request), public_id=session_id)
        if ended == request._request.session.session_key:
            logout(request._request)  # the cookie goes, too
        return Response(status=204)
