"""The calls of paying in."""

from typing import ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.account.deposits.serializers import (
    AnnounceSerializer,
    BoughtSerializer,
    BuySerializer,
    DepositSerializer,
    DepositsSerializer,
    FaucetSerializer,
    GivenSerializer,
)
from ashao_site.accounts.callers.checks import limited, require_user, require_wallet
from ashao_site.accounts.keys.scopes import KeyScopes, Scope
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib import limits
from ashao_site.lib.api import validated
from ledger.deposits import faucet
from ledger.deposits.buying import (
    DEPOSITS_SHOWN,
    Deposit,
    announce_deposit,
    deposits_of,
    usdc_balance,
    usdc_to_treasury,
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
        transaction = usdc_to_treasury(amount_micros)
        return Response({"transactions": [transaction.body()], "balance": usdc_balance(wallet)})


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
        deposits = [_deposit_body(deposit) for deposit in deposits_of(user)]
        return Response({"deposits": deposits, "confirmations": config.confirmations})

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
