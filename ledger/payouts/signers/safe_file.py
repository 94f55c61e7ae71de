"""A file for the Transaction Builder of a Safe: one transfer of USDC for each payout. Pure.

The format is the app's own (version 1.0), its checksum too: keccak256 over a serialisation with sorted keys in
which the file's name counts as null and there is no checksum yet. The app warns about a file whose checksum is
wrong, and nothing else protects one on its way to the Safe's owners.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eth_utils.crypto import keccak

FORMAT_VERSION = "1.0"
BUILDER_VERSION = "1.18.0"
MAX_TRANSFERS = 100
"""Of one file: the Safe executes all of them in one transaction, or none."""
TRANSFER = {
    "inputs": [
        {"internalType": "address", "name": "to", "type": "address"},
        {"internalType": "uint256", "name": "value", "type": "uint256"},
    ],
    "name": "transfer",
    "payable": False,
}


@dataclass(frozen=True)
class SafeTransfer:
    """What one payee gets."""

    wallet: str
    amount_micros: int


def build_safe_file(
    *,
    chain_id: int,
    safe: str,
    usdc: str,
    name: str,
    description: str,
    created_at: datetime,
    transfers: Sequence[SafeTransfer],
) -> str:
    """The file's text. `safe` is the treasury; a plain transfer can be executed twice, so it is recorded once.

    Raises ValueError for no transfers, or more than `MAX_TRANSFERS`.
    """
    if not 0 < len(transfers) <= MAX_TRANSFERS:
        raise ValueError(f"A file has between 1 and {MAX_TRANSFERS} transfers.")
    meta = {
        "name": name,
        "description": description,
        "txBuilderVersion": BUILDER_VERSION,
        "createdFromSafeAddress": safe,
        "createdFromOwnerAddress": "",
    }
    batch: dict[str, Any] = {
        "version": FORMAT_VERSION,
        "chainId": str(chain_id),
        "createdAt": int(created_at.timestamp() * 1000),
        "meta": meta,
        "transactions": [_transaction(usdc, one) for one in transfers],
    }
    signed = {**batch, "meta": {**meta, "checksum": checksum_of(batch)}}
    return json.dumps(signed, indent=2, ensure_ascii=False) + "\n"


def checksum_of(batch: Mapping[str, Any]) -> str:
    """The checksum of a batch as the app calculates it, whatever checksum it carries."""
    meta = {key: value for key, value in batch["meta"].items() if key != "checksum"}
    text = _serialised({**batch, "meta": {**meta, "name": None}})
    return "0x" + keccak(text=text).hex()


def _transaction(usdc: str, transfer: SafeTransfer) -> dict[str, Any]:
    return {
        "to": usdc,
        "value": "0",
        "data": None,
        "contractMethod": TRANSFER,
        "contractInputsValues": {"to": transfer.wallet, "value": str(transfer.amount_micros)},
    }


def _serialised(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{','.join(_serialised(one) for one in value)}]"
    if isinstance(value, Mapping):
        keys = sorted(value)
        fields = "".join(f"{_serialised(value[key])}," for key in keys)
        return f"{{{_as_javascript(keys)}{fields}}}"
    return _as_javascript(value)


def _as_javascript(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
