"""Wallets that are contracts (EIP-1271) sign in, on a real chain; nothing that a contract does gets in."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from accounts_browser import Browser, sign
from eth_account import Account

import tests.chain.conftest as chain_fixtures
from ashao_site.accounts.models import User
from ashao_site.accounts.sign_in.contract_signature import CONTRACT_GAS
from ashao_site.accounts.sign_in.signature import SIGNATURE_MAX_CHARS, verify_signature
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.notation import checksummed
from ashao_site.chain.settings import ChainSettings
from ashao_site.embedded.anvil import CHAIN_ID, DevChain
from ashao_site.lib.db import NetworkInTransaction
from tests.chain.nodes import LONG_S, SHORT_S, dead_url, node, result, say, silent_node
from tests.contracts.support import Chain

dev = chain_fixtures.dev

MAGIC = "631626ba7e60e01b600052"  # memory[0:32] = the magic value
RETURN_32 = "60206000f3"
MAGIC_WORD = f"{CHAIN_ID:062x}01"  # what our instructions return for yes, on this chain

GOOD_ANSWER = MAGIC + RETURN_32
BAD_CONTRACTS = {
    "says nothing": "00",
    "reverts": "60006000fd",
    "reverts with the magic value": MAGIC + "60206000fd",
    "reverts with a megabyte": MAGIC + "620f42406000fd",
    "returns a megabyte": MAGIC + "620f42406000f3",
    "returns two words": MAGIC + "60406000f3",
    "returns only the four bytes": MAGIC + "60046000f3",
    "returns 31 bytes": MAGIC + "601f6000f3",
    "returns true": "6001600052" + RETURN_32,
    "returns the magic value as a number": "631626ba7e600052" + RETURN_32,
    "returns something behind it": "631626ba7e60e01b600117600052" + RETURN_32,
    "returns 0xffffffff": "63ffffffff60e01b600052" + RETURN_32,
    "returns the question": "366000600037" + RETURN_32,
    "burns all gas": "5b600056",
    "is no code": "fe",
    "writes first": "60016000" + "55" + GOOD_ANSWER,
    "calls itself without an end": "5b" + "6000600060006000600030" + "5af1" + "50600056",
}


@pytest.fixture(scope="session")
def chain(dev: DevChain) -> Chain:
    return Chain(dev)


@pytest.fixture
def config(dev: DevChain, settings: Any) -> ChainSettings:
    """That chain, as the site's. Only its node and its id matter here."""
    token, vault, usdc, treasury = (checksummed("0x" + digits * 20) for digits in ("a1", "b2", "c3", "d4"))
    settings.CHAIN = ChainSettings(
        rpc_url=dev.url,
        chain_id=CHAIN_ID,
        confirmations=2,
        start_block=0,
        timeout_s=LONG_S,
        token=token,
        vault=vault,
        usdc=usdc,
        treasury=treasury,
    )
    return settings.CHAIN


@pytest.fixture
def wallet(chain: Chain, alice: Browser) -> str:
    """A contract that accepts what alice signs."""
    return str(chain.deploy("testing/ContractWallet", alice.wallet).address)


@pytest.fixture
def put(chain: Chain) -> Callable[[str], str]:
    """Puts code at a new address."""

    def put(code: str) -> str:
        address = str(Account.create().address)
        chain.rpc("anvil_setCode", address, "0x" + code)
        return address

    return put


@pytest.mark.django_db(transaction=True)
def test_a_contract_signs_in_by_its_owner(
    config: ChainSettings, wallet: str, alice: Browser, bob: Browser
) -> None:
    by_another = bob.message(bob.nonce(), wallet=wallet)
    refused = bob.verify(by_another)
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_signature")
    of_another = alice.message(alice.nonce(), wallet=wallet)
    refused = alice.verify(of_another, sign(alice.account, of_another + " "))
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_signature")
    assert not User.objects.exists()

    message = alice.message(alice.nonce(), wallet=wallet)
    signed_in = alice.verify(message)
    assert signed_in.status_code == 200
    assert signed_in.json()["user"]["wallet"] == wallet == User.objects.get().wallet
    assert alice.verify(message).json()["code"] == "bad_nonce"
    assert alice.get("/api/keys").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_contract_confirms_that_it_receives_payouts(
    config: ChainSettings, wallet: str, alice: Browser
) -> None:
    user = alice.sign_in().json()["user"]
    says = f"Receive the payouts of ashao account {user['id']}."
    message = alice.message(alice.nonce(), wallet=wallet).replace("Sign in to ashao.", says)
    agrees = f"Let {wallet} receive the payouts of ashao account {user['id']}."
    own = alice.message(alice.nonce()).replace("Sign in to ashao.", agrees)
    proof = {
        "message": message,
        "signature": sign(alice.account, message),
        "ownMessage": own,
        "ownSignature": sign(alice.account, own),
    }
    confirmed = alice.post("/api/payouts/wallets", proof)
    assert (confirmed.status_code, confirmed.json()["wallet"]) == (200, wallet)


@pytest.mark.django_db(transaction=True)
def test_a_contract_agrees_that_another_receives_its_payouts(
    config: ChainSettings, wallet: str, alice: Browser
) -> None:
    user = alice.verify(alice.message(alice.nonce(), wallet=wallet)).json()["user"]
    says = f"Receive the payouts of ashao account {user['id']}."
    message = alice.message(alice.nonce()).replace("Sign in to ashao.", says)
    agrees = f"Let {alice.account.address} receive the payouts of ashao account {user['id']}."
    own = alice.message(alice.nonce(), wallet=wallet).replace("Sign in to ashao.", agrees)
    proof = {
        "message": message,
        "signature": sign(alice.account, message),
        "ownMessage": own,
        "ownSignature": sign(alice.account, own),
    }
    assert alice.post("/api/payouts/wallets", proof).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_while_the_chain_is_away(config: ChainSettings, wallet: str, alice: Browser, settings: Any) -> None:
    settings.CHAIN = replace(config, rpc_url=dead_url(), timeout_s=1)
    undecided = alice.verify(alice.message(alice.nonce(), wallet=wallet))
    assert (undecided.status_code, undecided.json()["code"]) == (503, "chain_unavailable")
    assert undecided.headers["Retry-After"]
    assert "hunter2" not in undecided.content.decode()
    assert not User.objects.exists()
    assert alice.sign_in().json()["user"]["wallet"] == alice.wallet  # a key needs no chain

    settings.CHAIN = config
    assert alice.verify(alice.message(alice.nonce(), wallet=wallet)).status_code == 200


@pytest.mark.django_db
def test_without_a_chain_there_are_no_contracts(wallet: str, alice: Browser, settings: Any) -> None:
    settings.CHAIN = None
    refused = alice.verify(alice.message(alice.nonce(), wallet=wallet))
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_signature")


def test_a_wallet_without_code(config: ChainSettings, alice: Browser, bob: Browser) -> None:
    assert verify_signature(alice.wallet, "hello", sign(alice.account, "hello"))
    for signature in (sign(bob.account, "hello"), "0x", "0x1626ba7e", "0x" + "ab" * 2047):
        assert not verify_signature(alice.wallet, "hello", signature)
    for number in range(1, 18):  # the precompiled contracts
        assert not verify_signature(checksummed(f"0x{number:040x}"), "hello", "0x")


def test_a_contract_s_signature_is_of_any_form(config: ChainSettings, put: Callable[[str], str]) -> None:
    yes = put(GOOD_ANSWER)
    longest = "0x" + "ab" * ((SIGNATURE_MAX_CHARS - 2) // 2)
    assert len(longest) == SIGNATURE_MAX_CHARS
    for signature in ("0x", "0xAb", longest):
        assert verify_signature(yes, "hello", signature)


def test_what_is_no_signature_asks_nobody(config: ChainSettings, alice: Browser, settings: Any) -> None:
    settings.CHAIN = replace(config, rpc_url=dead_url())
    for signature in (
        "",
        "0",
        "0x0",
        "ab",
        "0xzz",
        "0X00",
        "0x00\n",
        " 0x00",
        "0x" + "é" * 2,
        "0x" + "a" * 4096,
    ):
        assert not verify_signature(alice.wallet, "hello", signature)


@pytest.mark.parametrize("name", BAD_CONTRACTS)
def test_a_bad_contract_is_a_bad_signature(
    config: ChainSettings, put: Callable[[str], str], alice: Browser, name: str
) -> None:
    assert not verify_signature(put(BAD_CONTRACTS[name]), "hello", sign(alice.account, "hello"))


def test_a_contract_has_its_gas_and_no_more(config: ChainSettings, put: Callable[[str], str]) -> None:
    def says_yes_with(least_gas: int) -> str:
        """Code that burns everything if it has less gas than that."""
        return f"62{least_gas:06x}5a11600a57fe5b" + GOOD_ANSWER

    assert verify_signature(put(says_yes_with(CONTRACT_GAS - 100)), "hello", "0x")
    assert not verify_signature(put(says_yes_with(CONTRACT_GAS + 1)), "hello", "0x")


def test_a_key_s_account_with_code_signs_by_its_key(
    config: ChainSettings, chain: Chain, bob: Browser, settings: Any
) -> None:
    """EIP-7702: an account may have code beside its key. Whatever that says, the key counts."""
    charlie = Browser(Account.create())
    chain.rpc("anvil_setCode", charlie.wallet, "0x" + BAD_CONTRACTS["reverts"])
    assert verify_signature(charlie.wallet, "hello", sign(charlie.account, "hello"))
    assert not verify_signature(charlie.wallet, "hello", sign(bob.account, "hello"))
    settings.CHAIN = replace(config, rpc_url=dead_url())
    assert verify_signature(charlie.wallet, "hello", sign(charlie.account, "hello"))


def failure(code: int) -> Any:
    error = {"code": code, "message": "execution reverted: hunter2", "data": "0x"}
    return say(json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode())


@pytest.mark.parametrize(
    "answer",
    [
        result("0x"),
        result(None),
        result(True),
        result({}),
        result("0x" + "00" * 32),
        result("0x1626ba7e" + "00" * 28),
        result(f"0x{CHAIN_ID:062x}02"),
        result(f"0x{1:062x}01"),  # another chain's yes
        result("0x" + MAGIC_WORD + "00"),
        result(MAGIC_WORD),
        failure(-32005),
        failure(3),
        say(b"[]"),
        say(b"{}"),
        say(b"hunter2", 429),
    ],
)
def test_a_node_that_makes_no_sense_decides_nothing(
    config: ChainSettings, settings: Any, answer: Any
) -> None:
    with node(answer) as url:
        settings.CHAIN = replace(config, rpc_url=url)
        with pytest.raises(ChainUnavailable) as raised:
            verify_signature(config.treasury, "hello", "0x")
    assert "hunter2" not in raised.value.message


def test_the_node_is_called_once_and_not_waited_for_long(config: ChainSettings, settings: Any) -> None:
    calls: list[dict[str, Any]] = []

    def answer(handler: Any, call: dict[str, Any]) -> None:
        calls.append(call)
        result("0x" + MAGIC_WORD)(handler, call)

    with node(answer) as url:
        settings.CHAIN = replace(config, rpc_url=url)
        assert verify_signature(config.treasury, "hello", "0x")
    assert [(call["method"], call["params"][1]) for call in calls] == [("eth_call", "latest")]
    with silent_node() as url:
        settings.CHAIN = replace(config, rpc_url=url, timeout_s=SHORT_S)
        with pytest.raises(ChainUnavailable):
            verify_signature(config.treasury, "hello", "0x")


@pytest.mark.django_db
def test_no_contract_is_asked_in_a_transaction(config: ChainSettings) -> None:
    with pytest.raises(NetworkInTransaction):
        verify_signature(config.treasury, "hello", "0x")
