import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.payouts.signers.safe_file import MAX_TRANSFERS, SafeTransfer, build_safe_file, checksum_of

NOBODY = "0x" + "0" * 40
SAFE, USDC, ALICE = ("0x" + digit * 40 for digit in "123")


def published() -> dict[str, Any]:
    """A file whose checksum others published: the test of the npm package @morpho-labs/gnosis-tx-builder."""
    return {
        "version": "1.0",
        "chainId": "1",
        "createdAt": 1665177409513,
        "meta": {
            "name": "Transactions Batch",
            "checksum": "0xcc15ad0f6efe4476b91fdb28019f8006198056434b8746f177b37f07bb3e86f8",
            "description": "Created from @morpho-labs/gnosis-tx-builder",
            "txBuilderVersion": "1.8.0",
            "createdFromSafeAddress": NOBODY,
            "createdFromOwnerAddress": "",
        },
        "transactions": [{"to": NOBODY, "operation": 1, "value": "1000000000000000000", "data": "0x"}],
    }


def built(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "chain_id": 8453,
        "safe": SAFE,
        "usdc": USDC,
        "name": "payouts of today",
        "description": "One payout.",
        "created_at": datetime(2026, 11, 21, tzinfo=UTC),
        "transfers": [SafeTransfer(ALICE, 5_000_000)],
    }
    found: dict[str, Any] = json.loads(build_safe_file(**{**given, **changes}))
    return found


def test_a_published_checksum() -> None:
    assert checksum_of(published()) == published()["meta"]["checksum"]


def test_what_is_serialised() -> None:
    """By hand: the keys as a list, then each value and a comma; the name is null, the checksum is not there."""
    from eth_utils.crypto import keccak

    text = '{["meta","transactions"]{["name"]null,},[{["to","value"]"0x1","0",},{["ok"]true,}],}'
    batch = {
        "transactions": [{"value": "0", "to": "0x1"}, {"ok": True}],
        "meta": {"checksum": "x", "name": "y"},
    }
    assert checksum_of(batch) == "0x" + keccak(text=text).hex()


def test_a_file_of_transfers() -> None:
    batch = built(transfers=[SafeTransfer(ALICE, 5_000_000), SafeTransfer(SAFE, 1)])
    assert batch["meta"]["checksum"] == checksum_of(batch)
    assert (batch["chainId"], batch["createdAt"]) == ("8453", 1795219200000)
    assert batch["meta"]["createdFromSafeAddress"] == SAFE
    first, second = batch["transactions"]
    assert (first["to"], first["value"], first["data"]) == (USDC, "0", None)
    assert first["contractInputsValues"] == {"to": ALICE, "value": "5000000"}
    assert [one["type"] for one in first["contractMethod"]["inputs"]] == ["address", "uint256"]
    assert second["contractInputsValues"]["value"] == "1"


@pytest.mark.parametrize(
    "change",
    [{"safe": USDC}, {"usdc": SAFE}, {"transfers": [SafeTransfer(ALICE, 5_000_001)]}, {"chain_id": 1}],
)
def test_the_checksum_covers_all_but_the_name(change: dict[str, Any]) -> None:
    assert checksum_of(built()) == checksum_of(built(name="another"))
    assert checksum_of(built()) != checksum_of(built(**change))


@pytest.mark.parametrize("count", [0, MAX_TRANSFERS + 1])
def test_a_file_is_neither_empty_nor_endless(count: int) -> None:
    with pytest.raises(ValueError, match="between"):
        built(transfers=[SafeTransfer(ALICE, 1)] * count)
