"""People with wallets on the stack's dev chain, who send what the API gives them to sign; and staff of the stack."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import HTTPProvider, Web3
from web3.contract import Contract

from ashao_site.embedded.config import DEV_CHAIN_ID, ROOT
from ashao_site.embedded.stack import Stack
from staking.artifacts import artifact
from tests.browser.people import Person

GAS = 300_000
GAS_PRICE_WEI = 3 * 10**9
POLL_S = 0.3


class StackChain:
    """The dev chain of a running stack, seen from outside."""

    def __init__(self, stack: Stack) -> None:
        self.where = stack.chain
        self.web3 = Web3(HTTPProvider(self.where["CHAIN_RPC_URL"], request_kwargs={"timeout": 10}))
        self.usdc = self._contract("DevUSDC", "USDC_ADDRESS")
        self.token = self._contract("AshaoToken", "ASHAO_TOKEN_ADDRESS")
        self.vault = self._contract("StakingVault", "STAKING_VAULT_ADDRESS")
        self.treasury = Web3.to_checksum_address(self.where["TREASURY_ADDRESS"])

    def _contract(self, name: str, variable: str) -> Contract:
        return self.web3.eth.contract(Web3.to_checksum_address(self.where[variable]), abi=artifact(name).abi)

    def usdc_of(self, address: str) -> int:
        """What an address holds, in µUSDC."""
        held: int = self.usdc.functions.balanceOf(address).call()
        return held

    def send(self, sender: LocalAccount, to: str, data: str) -> str:
        """Send a transaction, wait for its block; its hash."""
        fields = {"to": to, "data": data, "value": 0, "gas": GAS, "gasPrice": GAS_PRICE_WEI}
        nonce = self.web3.eth.get_transaction_count(sender.address, "pending")
        signed = sender.sign_transaction({**fields, "nonce": nonce, "chainId": DEV_CHAIN_ID})
        sent = self.web3.eth.send_raw_transaction(signed.raw_transaction)
        receipt = self.web3.eth.wait_for_transaction_receipt(sent, timeout=180, poll_latency=0.1)
        assert receipt["status"] == 1, (to, data)
        return sent.to_0x_hex()

    def call(self, sender: LocalAccount, call: Any) -> str:
        """Send a call of a contract."""
        return self.send(sender, call.address, call._encode_transaction_data())

    def key(self, variable: str) -> LocalAccount:
        """One of the dev chain's own accounts."""
        account: LocalAccount = Account.from_key(self.where[variable])
        return account

    def mine(self, blocks: int) -> None:
        """Make blocks now: an idle chain would wait a minute for its next one."""
        for _ in range(blocks):
            self.web3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]


class WalletPerson(Person):
    """Someone who signs in, and signs and sends the transactions that the API asks for."""

    def send_all(self, chain: StackChain, transactions: list[dict[str, Any]]) -> list[str]:
        """Sign and send each in turn; their hashes."""
        assert all(each["chainId"] == DEV_CHAIN_ID for each in transactions)
        return [chain.send(self.wallet, each["to"], each["data"]) for each in transactions]

    def test_money(self, chain: StackChain) -> None:
        """Ask the faucet, and wait until it is there."""
        for sent in self.post("/api/faucet")["transactions"]:
            chain.web3.eth.wait_for_transaction_receipt(sent, timeout=180, poll_latency=0.1)


def until(condition: Callable[[], Any], *, timeout_s: float, otherwise: str) -> Any:
    """Wait until something is so; what it was."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{otherwise} within {timeout_s:.0f} s"
        time.sleep(POLL_S)
    return found


def manage(stack: Stack, program: str) -> Any:
    """What a program prints as JSON, run as staff would run it in `manage.py shell` on the stack's machine."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", program],
        cwd=ROOT,
        env={**stack.env, **stack.chain},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])
