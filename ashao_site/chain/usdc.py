"""USDC as it is on every chain: ERC-20 with 6 decimals, EIP-3009, and a list of those whom it refuses.

https://eips.ethereum.org/EIPS/eip-3009 https://github.com/circlefin/stablecoin-evm
"""

from collections.abc import Sequence

from ashao_site.chain.abi import BALANCE_OF, Function
from ashao_site.chain.logs import Question
from ashao_site.chain.node import At, Node, Reverted
from ashao_site.chain.notation import hash_of, padded

TRANSFERRED = hash_of("Transfer(address,address,uint256)")
"""Of every ERC-20, $ASHAO too."""
AUTHORIZATION_USED = hash_of("AuthorizationUsed(address,bytes32)")
AUTHORIZATION_CANCELED = hash_of("AuthorizationCanceled(address,bytes32)")

_AUTHORIZED = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32"
_NAME: Function[str] = Function("name()", "string")
_VERSION: Function[str] = Function("version()", "string")
_DOMAIN_SEPARATOR: Function[bytes] = Function("DOMAIN_SEPARATOR()", "bytes32")
_IS_BLACKLISTED: Function[bool] = Function("isBlacklisted(address)", "bool")
_AUTHORIZATION_STATE: Function[bool] = Function("authorizationState(address,bytes32)", "bool")
_BY_ACCOUNT: Function[None] = Function(f"{_AUTHORIZED},uint8,bytes32,bytes32)")
_BY_CONTRACT: Function[None] = Function(f"{_AUTHORIZED},bytes)")


def transfers_to(token: str, receiver: str) -> Question:
    """Transfers of an ERC-20 to this address. Their topics are the event, from and to."""
    return Question(token, ((TRANSFERRED,), None, (padded(receiver),)))


def transfers_from(token: str, sender: str) -> Question:
    """Transfers of an ERC-20 from this address."""
    return Question(token, ((TRANSFERRED,), (padded(sender),), None))


def payment_data(arguments: Sequence[object], signature: bytes, *, by_contract: bool) -> str:
    """A call of `transferWithAuthorization`; a contract's signature goes in as bytes, an account's as v, r and s."""
    if by_contract:
        return _BY_CONTRACT.call(*arguments, signature)
    return _BY_ACCOUNT.call(*arguments, signature[64], signature[:32], signature[32:64])


class Usdc:
    """The USDC contract of the node's chain. Raises as `Node` does, and `Reverted` where the contract is another."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.address = node.config.usdc

    def name_and_version(self) -> tuple[str, str]:
        """Of its signing domain (EIP-712)."""
        return self._node.view(self.address, _NAME), self._node.view(self.address, _VERSION)

    def domain_separator(self) -> bytes:
        """The hash of its signing domain."""
        return self._node.view(self.address, _DOMAIN_SEPARATOR)

    def balance(self, address: str, *, at: At = "latest") -> int:
        """In µUSDC, at a block."""
        return self._node.view(self.address, BALANCE_OF, address, at=at)

    def is_blocked(self, wallet: str) -> bool:
        """Whether it refuses this wallet. A token without such a list blocks nobody."""
        try:
            return self._node.view(self.address, _IS_BLACKLISTED, wallet)
        except Reverted:
            return False

    def is_authorization_spent(self, payer: str, nonce: bytes, *, at: At = "latest") -> bool:
        """Whether an authorization of this nonce was used or cancelled, by a block."""
        return self._node.view(self.address, _AUTHORIZATION_STATE, payer, nonce, at=at)
