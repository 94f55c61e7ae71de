"""Transactions that a person's own wallet signs and sends: built here, shown by the page, trusted by nobody.

Building one asks nobody. What came of it is read from the chain (`ashao_site.chain.indexer`).
"""

from dataclasses import dataclass

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ashao_site.chain.abi import Function
from ashao_site.chain.node import configured_chain
from ashao_site.lib.api import Shape

MAX_UINT256 = 2**256 - 1
WEI_PATTERN = r"^[0-9]{1,60}$"


@dataclass(frozen=True, kw_only=True)
class WalletTransaction:
    """A call of a contract. `label` says to a person what it does."""

    to: str
    data: str
    chain_id: int
    label: str

    def body(self) -> dict[str, str | int]:
        """As the API tells it: no ether goes along."""
        return {
            "to": self.to,
            "data": self.data,
            "value": hex(0),
            "chainId": self.chain_id,
            "label": self.label,
        }


def contract_call(
    contract: str, function: Function[None], *addresses: str, amount: int, label: str
) -> WalletTransaction:
    """A call with an amount as its last argument. Raises ValueError for no amount, ChainUnavailable for no chain."""
    if not 0 < amount <= MAX_UINT256:
        raise ValueError("An amount is more than zero and fits 256 bits.")
    return WalletTransaction(
        to=contract,
        data=function.call(*addresses, amount),
        chain_id=configured_chain().chain_id,
        label=label,
    )


@extend_schema_field({"type": "string", "format": "wei", "pattern": WEI_PATTERN})
class WeiField(serializers.CharField):
    """Wei as decimal digits: more than a number of JSON holds exactly everywhere."""


class WalletTransactionSerializer(Shape):
    """A transaction for the wallet to sign and send, as `eth_sendTransaction` takes it; `label` is for people."""

    to = serializers.CharField()
    data = serializers.CharField()  # type: ignore[assignment]  # a field's name on the wire
    value = serializers.CharField()
    chainId = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
