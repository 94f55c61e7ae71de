"""A real chain for tests: sends, signs, and says why something was refused."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from hexbytes import HexBytes
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractCustomError, ContractLogicError
from web3.types import RPCEndpoint

from ashao_site.embedded.anvil import CHAIN_ID, DevChain
from staking.artifacts import artifact

ETHER = 10**18
GAS = 1_000_000
GAS_TO_DEPLOY = 5_000_000
FAR = 2**40

PERMIT = ["owner:address", "spender:address", "value:uint256", "nonce:uint256", "deadline:uint256"]
AUTHORIZATION = [
    "from:address",
    "to:address",
    "value:uint256",
    "validAfter:uint256",
    "validBefore:uint256",
    "nonce:bytes32",
]
CANCEL = ["authorizer:address", "nonce:bytes32"]


@dataclass
class Chain:
    """A started dev chain. Nonces are counted here: all of an account's transactions go through `send`."""

    dev: DevChain
    web3: Web3 = field(init=False)
    nonces: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web3 = Web3(HTTPProvider(self.dev.url, request_kwargs={"timeout": 10}))

    def rpc(self, method: str, *params: object) -> Any:
        answer = self.web3.provider.make_request(RPCEndpoint(method), list(params))
        assert "error" not in answer, answer
        return answer["result"]

    def role(self, name: str) -> LocalAccount:
        account: LocalAccount = Account.from_key(self.dev.accounts[name].private_key)
        return account

    def person(self) -> LocalAccount:
        """A new account with ether for gas."""
        account: LocalAccount = Account.create()
        self.rpc("anvil_setBalance", account.address, hex(100 * ETHER))
        return account

    def deploy(self, name: str, *arguments: object) -> Contract:
        compiled = artifact(name)
        factory = self.web3.eth.contract(abi=compiled.abi, bytecode=HexBytes(compiled.bytecode))
        receipt = self._transact(
            self.role("deployer"), data=factory.constructor(*arguments).data_in_transaction
        )
        assert receipt["status"] == 1
        deployed: Contract = self.web3.eth.contract(receipt["contractAddress"], abi=compiled.abi)
        return deployed

    def send(self, sender: LocalAccount, call: ContractFunction, *, status: int = 1) -> Any:
        """Send it for real; its receipt. `status=0` asserts that the chain refused it."""
        receipt = self._transact(sender, to=call.address, data=call._encode_transaction_data())
        assert receipt["status"] == status, call
        return receipt

    def _transact(self, sender: LocalAccount, **fields: Any) -> Any:
        address = sender.address
        nonce = self.nonces.setdefault(address, self.web3.eth.get_transaction_count(address))
        fees: dict[str, Any] = {"gasPrice": 2 * 10**9, "gas": GAS if "to" in fields else GAS_TO_DEPLOY}
        signed = sender.sign_transaction({**fields, **fees, "nonce": nonce, "chainId": CHAIN_ID, "value": 0})
        self.nonces[address] = nonce + 1
        sent = self.web3.eth.send_raw_transaction(signed.raw_transaction)
        return self.web3.eth.wait_for_transaction_receipt(sent, timeout=60, poll_latency=0.005)

    def now(self) -> int:
        return self.web3.eth.get_block("latest")["timestamp"]

    def refuses(self, sender: LocalAccount, call: ContractFunction, reason: str) -> None:
        """Tried, the call fails for this reason (an error's name, or a sentence); sent, the chain refuses it."""
        with pytest.raises((ContractLogicError, ContractCustomError)) as failure:
            call.call({"from": sender.address})
        assert matches(failure.value, reason), (reason, failure.value)
        self.send(sender, call, status=0)


def matches(failure: ContractLogicError, reason: str) -> bool:
    if " " in reason:
        return reason in str(failure.message)
    interfaces = (artifact(name).abi for name in ("AshaoToken", "StakingVault"))
    known = (part for abi in interfaces for part in abi if part["type"] == "error")
    errors = [part for part in known if part["name"] == reason]
    assert errors, f"{reason} is in no contract's interface"
    text = f"{reason}({','.join(part['type'] for part in errors[0]['inputs'])})"
    return str(failure.data).startswith(Web3.keccak(text=text)[:4].to_0x_hex())


def sign(
    token: Contract, signer: LocalAccount, kind: str, members: list[str], values: list[object], version: str
) -> tuple[int, bytes, bytes]:
    """(v, r, s) of typed data in the token's domain."""
    names = [member.split(":") for member in members]
    domain = {
        "name": token.functions.name().call(),
        "version": version,
        "chainId": CHAIN_ID,
        "verifyingContract": token.address,
    }
    types = {kind: [{"name": name, "type": type_} for name, type_ in names]}
    message = dict(zip((name for name, _ in names), values, strict=True))
    signed = signer.sign_message(encode_typed_data(domain, types, message))
    return signed.v, signed.r.to_bytes(32), signed.s.to_bytes(32)


def permit(
    token: Contract, owner: LocalAccount, spender: str, value: int, deadline: int = FAR, version: str = "1"
) -> tuple[int, bytes, bytes]:
    nonce = token.functions.nonces(owner.address).call()
    return sign(token, owner, "Permit", PERMIT, [owner.address, spender, value, nonce, deadline], version)


def packed(signature: tuple[int, bytes, bytes]) -> bytes:
    v, r, s = signature
    return r + s + bytes([v])


def wait_for(check: Callable[[], object], timeout_s: float = 60.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
