"""What the actions of payouts take and give back."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SigningRequest:
    """What the treasury's wallet is asked to sign for one payout: `typed_data` goes to eth_signTypedData_v4."""

    public_id: str
    valid_before: int
    typed_data: dict[str, Any]


@dataclass(frozen=True)
class WalletSignature:
    """What the treasury's wallet made of one `SigningRequest`. `signature` is 0x and hex."""

    public_id: str
    valid_before: int
    signature: str


@dataclass(frozen=True)
class SigningResult:
    """Whether one payout of a batch is signed now; `problem` says why not, in a sentence."""

    public_id: str
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is signed."""
        return not self.problem
