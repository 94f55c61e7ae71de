"""`python -m staking.deploy`: put the contracts on a chain, and say where they are. See docs/contracts.md."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import Web3Exception, Web3RPCError
from web3.types import TxParams, Wei
from web3.utils.address import get_create_address

from ashao_site.chain.client import ChainUnavailable
from staking.artifacts import artifact
from staking.node import ChainError, connect

DEV_CHAIN_ID = 31337
RECEIPT_TIMEOUT_S = 300.0
RECEIPT_POLL_S = 0.2
GAS_MARGIN_PERCENT = 20
BASE_FEE_TIMES = 2  # a base fee can rise by an eighth a block: this covers five full ones
KEY_VARIABLE = "DEPLOYER_KEY"


@dataclass(frozen=True)
class DevRoles:
    """Who may mint DevUSDC, and who may change its blacklist."""

    faucet: ChecksumAddress
    blacklister: ChecksumAddress


@dataclass(frozen=True)
class Deployed:
    """Where the contracts are. Before `start_block` there is nothing of theirs on the chain."""

    chain_id: int
    start_block: int
    token: ChecksumAddress | None = None
    vault: ChecksumAddress | None = None
    usdc: ChecksumAddress | None = None  # DevUSDC, on a dev chain only

    def lines(self) -> list[str]:
        """As lines of an environment."""
        variables = {
            "CHAIN_ID": self.chain_id,
            "CHAIN_START_BLOCK": self.start_block,
            "ASHAO_TOKEN_ADDRESS": self.token,
            "STAKING_VAULT_ADDRESS": self.vault,
            "USDC_ADDRESS": self.usdc,
        }
        return [f"{name}={value}" for name, value in variables.items() if value is not None]


def deploy(
    rpc_url: str,
    deployer_key: str,
    *,
    chain_id: int,
    recipient: ChecksumAddress | None = None,
    dev: DevRoles | None = None,
    record: Path | None = None,
    receipt_timeout_s: float = RECEIPT_TIMEOUT_S,
) -> Deployed:
    """Deploy what `record` does not already name on this chain; the addresses of all.

    The whole supply of the token goes to `recipient` (without one, to the deployer). With `dev` there is a
    DevUSDC too. `record` is written before each contract is sent, so that a deployment that was cut off goes
    on where it stopped. Raises ChainError.
    """
    if dev and chain_id != DEV_CHAIN_ID:
        raise ChainError(f"DevUSDC is for the dev chain (id {DEV_CHAIN_ID}) only, not for chain {chain_id}.")
    web3 = connect(rpc_url, chain_id=chain_id)
    account = _account(deployer_key)
    try:
        done = _still_there(web3, _read(record, chain_id)) or Deployed(chain_id, web3.eth.block_number)
        if web3.eth.get_balance(account.address) == 0:
            raise ChainError(f"The deployer {account.address} has nothing to pay for gas with.")
        sender = _Sender(web3, account, receipt_timeout_s)
        if done.token is None:
            # A vault holds one token for ever: a new token has a new vault.
            done = _write(record, replace(done, token=sender.next_address(), vault=None))
            sender.create("AshaoToken", recipient or account.address)
        if done.vault is None:
            done = _write(record, replace(done, vault=sender.next_address()))
            sender.create("StakingVault", done.token)
        if dev and done.usdc is None:
            done = _write(record, replace(done, usdc=sender.next_address()))
            sender.create("DevUSDC", dev.faucet, dev.blacklister)
    except (ChainUnavailable, OSError, ValueError, Web3Exception) as error:
        raise ChainError(f"The deployment stopped: {_reason(error)}.") from None
    return done


class _Sender:
    """Sends the deployer's transactions, one after another."""

    def __init__(self, web3: Web3, account: LocalAccount, receipt_timeout_s: float) -> None:
        self._web3 = web3
        self._account = account
        self._receipt_timeout_s = receipt_timeout_s

    def next_address(self) -> ChecksumAddress:
        """Where the next contract will be. Raises ChainError while an earlier transaction still waits."""
        sender, eth = self._account.address, self._web3.eth
        nonce = eth.get_transaction_count(sender, "latest")
        if eth.get_transaction_count(sender, "pending") != nonce:
            raise ChainError("The deployer has a transaction that still waits for its block; try again then.")
        return get_create_address(sender, nonce)

    def create(self, name: str, *arguments: object) -> None:
        """Create a contract; returns once it is in a block and its code is what was compiled."""
        eth, sender, compiled = self._web3.eth, self._account.address, artifact(name)
        factory = eth.contract(abi=compiled.abi, bytecode=HexBytes(compiled.bytecode))
        draft = factory.constructor(*arguments).build_transaction(
            {"from": sender, "nonce": eth.get_transaction_count(sender), **self._fees()}
        )
        draft["gas"] = draft["gas"] * (100 + GAS_MARGIN_PERCENT) // 100
        signed = self._account.sign_transaction(dict(draft))
        sent = eth.send_raw_transaction(signed.raw_transaction)
        receipt = eth.wait_for_transaction_receipt(sent, self._receipt_timeout_s, RECEIPT_POLL_S)
        address = receipt["contractAddress"]
        if receipt["status"] != 1 or address is None:
            raise ChainError(f"{name} was refused by the chain, in transaction {sent.to_0x_hex()}.")
        if not compiled.is_code(bytes(eth.get_code(address, receipt["blockNumber"]))):
            raise ChainError(f"{name} at {address} has other code than was compiled.")

    def _fees(self) -> TxParams:
        """What to offer for gas: as of EIP-1559 where the chain has a base fee, else its gas price."""
        base_fees = self._web3.eth.fee_history(1, "latest")["baseFeePerGas"]
        if not any(base_fees):
            return {"gasPrice": self._web3.eth.gas_price}
        tip = self._web3.eth.max_priority_fee
        return {"maxPriorityFeePerGas": tip, "maxFeePerGas": Wei(base_fees[-1] * BASE_FEE_TIMES + tip)}


def _account(key: str) -> LocalAccount:
    try:
        account: LocalAccount = Account.from_key(key)
    except ValueError:
        raise ChainError("The deployer's key must be 32 bytes in hexadecimal.") from None
    return account


def _still_there(web3: Web3, recorded: Deployed | None) -> Deployed | None:
    """The record without the contracts that are not on this chain (a dev chain may have begun anew)."""
    if recorded is None:
        return None
    left = replace(
        recorded,
        token=_if_there(web3, "AshaoToken", recorded.token),
        vault=_if_there(web3, "StakingVault", recorded.vault),
        usdc=_if_there(web3, "DevUSDC", recorded.usdc),
    )
    return left if left.token or left.vault or left.usdc else None


def _if_there(web3: Web3, name: str, address: ChecksumAddress | None) -> ChecksumAddress | None:
    return address if address and artifact(name).is_code(bytes(web3.eth.get_code(address))) else None


def _read(record: Path | None, chain_id: int) -> Deployed | None:
    if record is None or not record.exists():
        return None
    recorded = Deployed(**json.loads(record.read_text()))
    if recorded.chain_id != chain_id:
        raise ChainError(f"{record} is the record of chain {recorded.chain_id}, not of {chain_id}.")
    return recorded


def _write(record: Path | None, done: Deployed) -> Deployed:
    if record is not None:
        part = record.with_name(f"{record.name}.part")
        part.write_text(json.dumps(asdict(done), indent=2) + "\n")
        part.replace(record)
    return done


def _reason(error: Exception) -> str:
    """A node's own words where it gave some; the words of an HTTP client name the URL, which may be secret."""
    if isinstance(error, Web3RPCError) and error.rpc_response:
        details = error.rpc_response.get("error", "")
        return str(details["message"] if isinstance(details, dict) else details).rstrip(".")
    return (
        str(error).rstrip(".")
        if isinstance(error, Web3Exception | ChainUnavailable)
        else type(error).__name__
    )


def main(argv: list[str], env: Mapping[str, str]) -> int:
    """Deploy as the command line and the environment say; the exit code."""
    options = _parser().parse_args(argv)
    try:
        done = deploy(
            _variable(env, "CHAIN_RPC_URL"),
            _variable(env, KEY_VARIABLE),
            chain_id=options.chain_id,
            recipient=options.recipient,
            dev=_dev_roles(options) if options.dev else None,
            record=options.record,
        )
    except ChainError as error:
        sys.stderr.write(f"ashao: {error}\n")
        return 1
    sys.stdout.write("\n".join(done.lines()) + "\n")
    return 0


def _variable(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        raise ChainError(f"{name} is not set.")
    return env[name]


def _dev_roles(options: argparse.Namespace) -> DevRoles:
    if not (options.faucet and options.blacklister):
        raise ChainError("--dev needs --faucet and --blacklister.")
    return DevRoles(options.faucet, options.blacklister)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m staking.deploy",
        description=f"Deploy the contracts to the chain at CHAIN_RPC_URL with the key in {KEY_VARIABLE}.",
    )
    parser.add_argument("--chain-id", type=int, required=True, help="refuse any other chain")
    parser.add_argument("--recipient", type=_address, help="receives the supply (the deployer)")
    parser.add_argument(
        "--record", type=Path, help="a file of addresses: what it names is not deployed again"
    )
    parser.add_argument("--dev", action="store_true", help="DevUSDC too, on the dev chain only")
    parser.add_argument("--faucet", type=_address, help="with --dev: may mint DevUSDC")
    parser.add_argument("--blacklister", type=_address, help="with --dev: may change its blacklist")
    return parser


def _address(text: str) -> ChecksumAddress:
    if not Web3.is_address(text):
        raise argparse.ArgumentTypeError(f"{text} is no address")
    return Web3.to_checksum_address(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
