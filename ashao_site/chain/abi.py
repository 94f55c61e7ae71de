"""Functions of contracts by their signatures in Solidity: the data of a call, and what its answer says. Pure.

https://docs.soliditylang.org/en/latest/abi-spec.html
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from ashao_site.chain.client import Nonsense

SELECTOR_BYTES = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Function(Generic[T]):
    """A function, `balanceOf(address)`, and the one type that it returns; "" for nothing. Tuples are not known here."""

    signature: str
    returns: str = ""

    def call(self, *arguments: object) -> str:
        """The data of a call: 0x and hex. Raises ValueError for arguments of other types."""
        types = self.signature.partition("(")[2].rstrip(")")
        selector = keccak(self.signature.encode())[:SELECTOR_BYTES]
        return "0x" + (selector + encode(types.split(",") if types else [], arguments)).hex()

    def returned(self, answer: bytes) -> T:
        """What an answer says. Raises Nonsense."""
        try:
            (value,) = decode([self.returns], answer)
        except (DecodingError, OverflowError, ValueError):
            raise Nonsense from None
        result: T = value
        return result


# ERC-20, https://eips.ethereum.org/EIPS/eip-20
BALANCE_OF: Function[int] = Function("balanceOf(address)", "uint256")
ALLOWANCE: Function[int] = Function("allowance(address,address)", "uint256")
TRANSFER: Function[None] = Function("transfer(address,uint256)")
APPROVE: Function[None] = Function("approve(address,uint256)")
