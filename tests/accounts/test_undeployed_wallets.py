"""Smart wallets that are not on the chain yet sign in (ERC-6492), on a real chain; nothing stays there of it."""

import os
from dataclasses import replace
from typing import Any

import pytest
import test_contract_wallets as deployed
from accounts_browser import Browser, sign
from eth_abi.abi import encode
from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from ashao_site.accounts.sign_in.contract_signature import FACTORY_GAS
from ashao_site.accounts.sign_in.signature import UNDEPLOYED_SIGNATURE_MAX_CHARS, verify_signature
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.settings import ChainSettings
from tests.chain.nodes import dead_url
from tests.contracts.support import Chain

dev, chain, config = deployed.dev, deployed.chain, deployed.config

CREATE2 = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
"""A factory that dev chains have: called with a salt and a contract's creation code, it makes that contract."""
SUFFIX = bytes.fromhex("6492" * 16)
YES = deployed.GOOD_ANSWER
NO = "6000600052" + deployed.RETURN_32
SALT = b"\x01" * 32


def creation(runtime: str) -> bytes:
    """Code that makes a contract of this code."""
    code = bytes.fromhex(runtime)
    return bytes.fromhex(f"61{len(code):04x} 80 600c 6000 39 6000 f3") + code


def address_of(code: bytes, salt: bytes = SALT) -> str:
    raw = keccak(b"\xff" + bytes.fromhex(CREATE2[2:]) + salt + keccak(code))
    return str(to_checksum_address(raw[12:]))


def wrapped(deploy: bytes, *, factory: str = CREATE2, signature: bytes = b"\xab" * 65) -> str:
    return "0x" + (encode(["address", "bytes", "bytes"], [factory, deploy, signature]) + SUFFIX).hex()


def code_at(chain: Chain, address: str) -> Any:
    return chain.rpc("eth_getCode", address, "latest")


@pytest.mark.django_db(transaction=True)
def test_a_wallet_signs_in_before_it_is_deployed(config: ChainSettings, chain: Chain, alice: Browser) -> None:
    code, salt = creation(YES), os.urandom(32)
    wallet = address_of(code, salt)
    for _ in range(2):
        message = alice.message(alice.nonce(), wallet=wallet)
        signed_in = alice.verify(message, wrapped(salt + code))
        assert signed_in.status_code == 200, signed_in.json()
        assert signed_in.json()["user"]["wallet"] == wallet
        assert code_at(chain, wallet) == "0x"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "case", ["says no", "of another", "another's factory call", "factory fails", "no factory", "no frame"]
)
def test_what_is_refused(config: ChainSettings, alice: Browser, case: str) -> None:
    yes, no = creation(YES), creation(NO)
    wallet, signature = {
        "says no": (address_of(no), wrapped(SALT + no)),
        "of another": (alice.wallet, wrapped(SALT + yes)),
        "another's factory call": (address_of(yes), wrapped(SALT + no)),
        "factory fails": (address_of(b"\xfe"), wrapped(SALT + b"\xfe")),
        "no factory": (address_of(yes), wrapped(SALT + yes, factory=alice.wallet)),
        "no frame": (address_of(yes), "0x" + "ab" * 65 + SUFFIX.hex()),
    }[case]
    refused = alice.verify(alice.message(alice.nonce(), wallet=wallet), signature)
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_signature")


def test_a_deployed_wallet_is_asked_as_it_is(config: ChainSettings, chain: Chain, alice: Browser) -> None:
    """It may go on sending what would have deployed it; the call to the factory, which would fail now, is not made."""
    wallet = str(chain.deploy("testing/ContractWallet", alice.wallet).address)
    signature = bytes.fromhex(sign(alice.account, "hello")[2:])
    framed = wrapped(b"", factory=wallet, signature=signature)
    assert verify_signature(wallet, "hello", framed)
    assert not verify_signature(wallet, "hello!", framed)


def test_a_factory_has_its_gas_and_is_not_waited_for_long(config: ChainSettings, chain: Chain) -> None:
    burns = str(Account.create().address)
    chain.rpc("anvil_setCode", burns, "0x5b600056")
    assert FACTORY_GAS < 10_000_000
    assert not verify_signature(address_of(creation(YES)), "hello", wrapped(b"", factory=burns))


def test_a_call_to_the_factory_has_a_limit(config: ChainSettings, settings: Any) -> None:
    code = creation(YES)
    frame_bytes = len(bytes.fromhex(wrapped(b"")[2:]))
    room = (UNDEPLOYED_SIGNATURE_MAX_CHARS // 2 - 1 - frame_bytes) // 32 * 32
    longest = wrapped((SALT + code).ljust(room, b"\x00"))
    padded = code.ljust(room - len(SALT), b"\x00")
    assert verify_signature(address_of(padded), "hello", longest)
    settings.CHAIN = replace(config, rpc_url=dead_url())
    assert not verify_signature(address_of(padded), "hello", wrapped((SALT + code).ljust(room + 32, b"\x00")))
    assert not verify_signature(address_of(code), "hello", wrapped(SALT + code, signature=b"\xab" * 2048))


def test_while_the_chain_is_away(config: ChainSettings, settings: Any) -> None:
    settings.CHAIN = replace(config, rpc_url=dead_url(), timeout_s=1)
    code = creation(YES)
    with pytest.raises(ChainUnavailable):
        verify_signature(address_of(code), "hello", wrapped(SALT + code))


def test_a_contract_that_takes_the_zero_address_for_a_rehearsal(config: ChainSettings, chain: Chain) -> None:
    """Some say yes to anything where the transaction comes from nobody, as what a node is asked does by default."""
    address = str(Account.create().address)
    # ORIGIN, ISZERO, JUMPI past the STOP: the magic value if nobody asks, and nothing otherwise
    chain.rpc("anvil_setCode", address, "0x3215600657005b" + YES)
    assert not verify_signature(address, "hello", "0x")
