"""The calls with which people are paid what they have earned."""

import re
from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.callers.checks import limited, require_session_user, require_user
from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes, Scope
from ashao_site.accounts.models import User
from ashao_site.accounts.sign_in.site import site_of
from ashao_site.lib import limits
from ashao_site.lib.addresses import client_address
from ashao_site.lib.api import validated
from ashao_site.lib.errors import BadInput
from ledger.books import chart
from ledger.books.queries import available
from ledger.payouts import actions, queries
from ledger.payouts.models import Payout, PayoutWallet
from ledger.payouts.serializers import (
    PayoutRequestSerializer,
    PayoutSerializer,
    PayoutsSerializer,
    WalletProofSerializer,
    WalletSerializer,
)

KEY_MAX_CHARS = 200
_KEY = re.compile(rf"[!-~](?:[ -~]{{0,{KEY_MAX_CHARS - 2}}}[!-~])?")
KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": KEY_MAX_CHARS, "pattern": "^[!-~](?:[ -~]*[!-~])?$"},
    OpenApiParameter.HEADER,
    description="Repeating a call with the same key and body returns the same payout. "
    "With another body it is a 409, `idempotency_conflict`.",
)


class PayoutsView(APIView):
    """`/api/payouts`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ, "POST": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="payouts_list",
        summary="What you have earned, and the last of your payouts.",
        tags=["payouts"],
        responses=PayoutsSerializer,
    )
    def get(self, request: Request) -> Response:
        """List."""
        user = require_user(request)
        limited(request, limits.READ)
        money = settings.MONEY
        return Response(
            {
                "available": available(chart.user_earnings(user.pk)),
                "escrow": available(chart.user_escrow(user.pk)),
                "minimum": max(1, money.payout_min_micros),
                "perDay": money.payouts_per_day,
                "leftToday": queries.left_today(user),
                "wallets": queries.wallets_of(user),
                "newWallets": [_wallet(new) for new in queries.new_wallets_of(user)],
                "payouts": [_shown(one) for one in queries.payouts_of(user)[: queries.MAX_LISTED]],
            }
        )

    @extend_schema(
        operation_id="payouts_create",
        summary="Ask for a payment of what you have earned.",
        description="Needs a session: a key cannot move money.",
        tags=["payouts"],
        parameters=[KEY_PARAMETER],
        request=PayoutRequestSerializer,
        responses={201: PayoutSerializer},
    )
    def post(self, request: Request) -> Response:
        """Ask."""
        user: User = require_session_user(request)
        limited(request, limits.MONEY)
        body = validated(PayoutRequestSerializer, request)
        payout = actions.request_payout(
            user=user,
            amount_micros=body["amount"],
            wallet=body["wallet"],
            key=_idempotency_key(request),
        )
        return Response(_shown(payout), status=201)


class PayoutWalletsView(APIView):
    """`POST /api/payouts/wallets`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="payout_wallets_create",
        summary="Let another wallet receive your payouts: it signs that it does, and your own that it agrees.",
        description="Two EIP-4361 messages, each with a nonce of /api/auth/nonce: one of that wallet, whose statement "
        "is “Receive the payouts of ashao account usr_….” with your id, and one of your own (ownMessage, "
        "ownSignature), “Let 0x… receive the payouts of ashao account usr_….”. It can be paid a day later; until then, "
        "and afterwards, DELETE takes it away.",
        tags=["payouts"],
        request=WalletProofSerializer,
        responses=WalletSerializer,
    )
    def post(self, request: Request) -> Response:
        """Confirm."""
        user = require_session_user(request)
        limited(request, limits.SIGN_IN)
        body = validated(WalletProofSerializer, request)
        wallet = actions.confirm_wallet(
            user=user,
            proof=actions.Proof(body["message"], body["signature"]),
            own=_own_proof(body),
            session_key=request._request.session.session_key,
            site=site_of(request._request),
            address=client_address(request._request),
        )
        return Response(_wallet(wallet))


class PayoutWalletView(APIView):
    """`DELETE /api/payouts/wallets/{wallet}`."""

    key_scopes: ClassVar[KeyScopes] = {"DELETE": KeyRule.NO_KEY}

    @extend_schema(
        operation_id="payout_wallets_delete",
        summary="Let a wallet receive no further payouts.",
        tags=["payouts"],
        responses={204: None},
    )
    def delete(self, request: Request, wallet: str) -> Response:
        """Remove."""
        actions.remove_wallet(user=require_session_user(request), wallet=wallet)
        return Response(status=204)


def _own_proof(body: dict[str, Any]) -> actions.Proof | None:
    if "ownMessage" not in body or "ownSignature" not in body:
        return None
    return actions.Proof(body["ownMessage"], body["ownSignature"])


def _wallet(wallet: PayoutWallet) -> dict[str, Any]:
    return {"wallet": wallet.wallet, "usableAt": wallet.usable_at}


def _shown(payout: Payout) -> dict[str, Any]:
    explorer: str = settings.MONEY.explorer_url
    url = f"{explorer}/tx/{payout.tx_hash}" if explorer and payout.tx_hash else None
    return {
        "id": payout.public_id,
        "amount": payout.amount_micros,
        "wallet": payout.wallet,
        "state": payout.state,
        "problem": payout.problem or None,
        "txHash": payout.tx_hash or None,
        "url": url,
        "requestedAt": payout.requested_at,
        "finalAt": payout.final_at,
    }


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and _KEY.fullmatch(key) is None:
        raise BadInput(f"Idempotency-Key must be from 1 to {KEY_MAX_CHARS} printable ASCII characters.")
    return key
