"""The calls of the account page: statement, buying credits, deposits, faucet. (`/api/account` is a layer higher.)"""

import re
from typing import ClassVar

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.authentication import require_user
from ashao_site.accounts.limited import limited
from ashao_site.accounts.models import User
from ashao_site.accounts.scopes import KeyScopes, Scope
from ashao_site.chain_settings import ChainSettings
from ashao_site.lib import limits
from ashao_site.lib.api import AnyAccept, validated
from ashao_site.lib.download import Download
from ashao_site.lib.errors import BadInput, Conflict
from ledger.chart import USER_PARTS
from ledger.queries import MAX_STATEMENT_ROWS
from staking import faucet
from staking.account import queries
from staking.account.export import statement_csv
from staking.account.serializers import (
    AnnounceSerializer,
    BoughtSerializer,
    BuySerializer,
    DepositSerializer,
    DepositsSerializer,
    FaucetSerializer,
    GivenSerializer,
    StatementSerializer,
)
from staking.deposits import Deposit, announce_deposit, deposits_of
from staking.indexer.sent import DEPOSITS_SHOWN
from staking.transactions import configured_chain, transfer_usdc

PAGE_DEFAULT = 50
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


class StatementView(APIView):
    """`GET /api/statement`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ}

    @extend_schema(
        operation_id="statement",
        summary="Every amount in and out, the newest first.",
        tags=["account"],
        parameters=[
            OpenApiParameter(
                "before",
                {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
                description="`next` of the page before.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_STATEMENT_ROWS, "default": PAGE_DEFAULT},
            ),
            OpenApiParameter("part", {"type": "string", "enum": list(USER_PARTS)}),
        ],
        responses=StatementSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell."""
        user = require_user(request)
        limited(request, limits.READ)
        part = request.query_params.get("part")
        if part is not None and part not in USER_PARTS:
            raise BadInput(f"part must be one of {', '.join(USER_PARTS)}.")
        limit = _number(request, "limit")
        if limit is not None and not 1 <= limit <= MAX_STATEMENT_ROWS:
            raise BadInput(f"limit must be a whole number from 1 to {MAX_STATEMENT_ROWS}.")
        return Response(
            queries.statement_page(
                user=user, part=part, before_id=_number(request, "before"), limit=limit or PAGE_DEFAULT
            )
        )


class StatementCsvView(APIView):
    """`GET /api/statement.csv`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ}

    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="statement_csv",
        summary="The whole statement as a file, the oldest first.",
        tags=["account"],
        responses={
            (200, "text/csv"): OpenApiResponse(
                {"type": "string"}, description=f"The newest {queries.MAX_EXPORT_ROWS:,} entries at most."
            )
        },
    )
    def get(self, request: Request) -> Download:
        """Write it, page by page."""
        user = require_user(request)
        limited(request, limits.DOWNLOAD)
        return Download(
            statement_csv(user),
            person=str(user.pk),
            content_type="text/csv; charset=utf-8",
            disposition='attachment; filename="ashao-statement.csv"',
        )


class BuyView(APIView):
    """`POST /api/credits/buy`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.CHAT}

    @extend_schema(
        operation_id="credits_buy",
        summary="The transaction that buys credits, for your wallet to sign and send.",
        tags=["account"],
        request=BuySerializer,
        responses=BoughtSerializer,
    )
    def post(self, request: Request) -> Response:
        """Build it. Nothing is bought before the USDC has arrived."""
        wallet = require_wallet(require_user(request))
        limited(request, limits.MONEY)
        amount_micros = validated(BuySerializer, request)["amount"]
        transaction = transfer_usdc(configured_chain().treasury, amount_micros)
        return Response({"transactions": [transaction.body()], "balance": queries.usdc_balance(wallet)})


class DepositsView(APIView):
    """`/api/deposits`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ, "POST": Scope.CHAT}

    @extend_schema(
        operation_id="deposits",
        summary=f"Your last {DEPOSITS_SHOWN} deposits, and how far each has come.",
        tags=["account"],
        responses=DepositsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell. Where there is no chain there are none."""
        user = require_user(request)
        config: ChainSettings | None = settings.CHAIN
        if config is None:
            return Response({"deposits": [], "confirmations": 0})
        found = [_deposit_body(deposit) for deposit in deposits_of(user)]
        return Response({"deposits": found, "confirmations": config.confirmations})

    @extend_schema(
        operation_id="deposit_announce",
        summary="Say which transaction you have sent, so that it is shown on its way.",
        tags=["account"],
        request=AnnounceSerializer,
        responses={201: DepositSerializer},
    )
    def post(self, request: Request) -> Response:
        """Follow it. What is credited is what the chain says, with or without this."""
        user = require_user(request)
        limited(request, limits.MONEY)
        body = validated(AnnounceSerializer, request)
        deposit = announce_deposit(user=user, tx_hash=body["txHash"], amount_micros=body["amount"])
        return Response(_deposit_body(deposit), status=201)


class FaucetView(APIView):
    """`/api/faucet`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": Scope.READ, "POST": Scope.CHAT}

    @extend_schema(
        operation_id="faucet",
        summary="Whether there is test money here, and how much is given at once.",
        tags=["account"],
        responses=FaucetSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell."""
        require_user(request)
        return Response(
            {
                "available": faucet.faucet_is_there(),
                "usdc": faucet.GIFT_USDC_MICROS,
                "ashao": str(faucet.GIFT_ASHAO_WEI),
                "eth": str(faucet.GIFT_ETHER_WEI),
            }
        )

    @extend_schema(
        operation_id="faucet_give",
        summary="Send test USDC, $ASHAO and ether to your wallet: on the dev chain, once a minute.",
        tags=["account"],
        request=None,
        responses={201: GivenSerializer},
    )
    def post(self, request: Request) -> Response:
        """Give."""
        user = require_user(request)
        limited(request, limits.FAUCET)
        given = faucet.give_test_money(user_id=user.public_id, wallet=require_wallet(user))
        return Response({"transactions": given}, status=201)


def require_wallet(user: User) -> str:
    """The person's wallet. Raises Conflict for staff who have none."""
    if not user.wallet:
        raise Conflict("This account has no wallet.", code="no_wallet")
    return user.wallet


def _deposit_body(deposit: Deposit) -> dict[str, object]:
    return {
        "txHash": deposit.tx_hash,
        "amount": deposit.amount_micros,
        "state": deposit.state,
        "confirmations": deposit.confirmations,
        "needed": deposit.needed,
        "sentAt": deposit.sent_at,
        "creditedAt": deposit.credited_at,
        "url": deposit.url,
    }


def _number(request: Request, name: str) -> int | None:
    raw = request.query_params.get(name)
    if raw is None:
        return None
    if _NUMBER.fullmatch(raw) is None:
        raise BadInput(f"{name} must be a whole number.")
    return int(raw)
