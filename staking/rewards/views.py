"""The calls of the stake page."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.accounts.callers.checks import limited, require_user, require_wallet
from ashao_site.accounts.keys.scopes import KeyRule, KeyScopes, Scope
from ashao_site.accounts.models import User
from ashao_site.lib import limits
from ashao_site.lib.api import validated
from staking.rewards.overview import staking_overview
from staking.rewards.serializers import AmountSerializer, StakingSerializer, TransactionsSerializer
from staking.rewards.wallet import stake_transactions, unstake_transactions


class StakingView(APIView):
    """`GET /api/staking`."""

    key_scopes: ClassVar[KeyScopes] = {"GET": KeyRule.ANY_KEY}

    @extend_schema(
        operation_id="staking",
        summary="Stakes, the pool that stakers share, epochs; signed in, also what is yours.",
        tags=["staking"],
        responses=StakingSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell. Without the chain, what was last read of it."""
        if not isinstance(request.user, User):
            return Response(staking_overview(None))
        limited(request, limits.CHAIN_LOOK)
        return Response(staking_overview(request.user))


class StakeView(APIView):
    """`POST /api/staking/stake`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.READ}

    @extend_schema(
        operation_id="staking_stake",
        summary="The transactions that stake $ASHAO, for your wallet to sign and send.",
        tags=["staking"],
        request=AmountSerializer,
        responses=TransactionsSerializer,
    )
    def post(self, request: Request) -> Response:
        """Build them."""
        wallet = require_wallet(require_user(request))
        limited(request, limits.MONEY)
        amount_wei = validated(AmountSerializer, request)["amount"]
        built = stake_transactions(wallet=wallet, amount_wei=amount_wei)
        return Response({"transactions": [transaction.body() for transaction in built]})


class UnstakeView(APIView):
    """`POST /api/staking/unstake`."""

    key_scopes: ClassVar[KeyScopes] = {"POST": Scope.READ}

    @extend_schema(
        operation_id="staking_unstake",
        summary="The transaction that takes $ASHAO out again, for your wallet to sign and send.",
        tags=["staking"],
        request=AmountSerializer,
        responses=TransactionsSerializer,
    )
    def post(self, request: Request) -> Response:
        """Build it."""
        wallet = require_wallet(require_user(request))
        limited(request, limits.MONEY)
        amount_wei = validated(AmountSerializer, request)["amount"]
        built = unstake_transactions(wallet=wallet, amount_wei=amount_wei)
        return Response({"transactions": [transaction.body() for transaction in built]})
