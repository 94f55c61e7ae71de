"""The chain as payouts see it: USDC, its events, blocks and the relayer's account. Reads only, but for `send_raw`.

Everything that a node can answer is either what was asked for, `Refused` (a call that would revert) or
`ChainUnavailable`. Nothing here may be called in a database transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from eth_typing import ChecksumAddress
from hexbytes import HexBytes
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import ContractLogicError, TransactionNotFound, Web3Exception

from ashao_site.chain_settings import ChainSettings
from ashao_site.lib.chain import Chain, ChainUnavailable, chain

Found = TypeVar("Found")
NONSENSE = (Web3Exception, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What web3 raises for answers that are no node's."""
ERC1271_VALID = bytes.fromhex("1626ba7e")
USED = Web3.keccak(text="AuthorizationUsed(address,bytes32)")
CANCELED = Web3.keccak(text="AuthorizationCanceled(address,bytes32)")
TRANSFER = Web3.keccak(text="Transfer(address,address,uint256)")
AUTHORIZATION = "address,address,uint256,uint256,uint256,bytes32"
_VIEWS = {
    "name": ("", "string"),
    "version": ("", "string"),
    "DOMAIN_SEPARATOR": ("", "bytes32"),
    "balanceOf": ("address", "uint256"),
    "isBlacklisted": ("address", "bool"),
    "authorizationState": ("address,bytes32", "bool"),
    "isValidSignature": ("bytes32,bytes", "bytes4"),
}


class Refused(Exception):
    """The chain would revert this call now."""


@dataclass(frozen=True)
class Block:
    """A block's place on the chain."""

    number: int
    hash: str
    timestamp: int


@dataclass(frozen=True)
class Event:
    """A log of the USDC contract. Hashes are 0x and hex."""

    tx_hash: str
    log_index: int
    block: int
    block_hash: str
    topics: tuple[bytes, ...]
    data: bytes

    @property
    def kind(self) -> bytes:
        """The hash of the event's signature."""
        return self.topics[0] if self.topics else b""


@dataclass(frozen=True)
class Receipt:
    """What became of a transaction, with the USDC contract's events in it."""

    tx_hash: str
    block: int
    block_hash: str
    succeeded: bool
    events: tuple[Event, ...]


class Reader:
    """Asks one chain."""

    def __init__(self, found: Chain) -> None:
        self.config: ChainSettings = found.config
        self._eth = found.web3.eth
        self._usdc: Contract = found.web3.eth.contract(address_of(found.config.usdc), abi=_abi())

    def chain_id(self) -> int:
        """Which chain the node says it is."""
        return _ask(lambda: int(self._eth.chain_id))

    def block(self, which: int | None = None) -> Block:
        """A block by number, or the latest one. Raises `ChainUnavailable` for one that the node does not have."""

        def ask() -> Block:
            found = self._eth.get_block("latest" if which is None else which)
            return Block(int(found["number"]), _hex(found["hash"]), int(found["timestamp"]))

        return _ask(ask)

    def has_code(self, address: str) -> bool:
        """Whether there is a contract."""
        return _ask(lambda: len(self._eth.get_code(address_of(address))) > 0)

    def view(self, name: str, *arguments: object, at: int | None = None) -> Any:
        """A read call of the USDC contract, at a block. Raises `Refused` where it reverts."""
        where = "latest" if at is None else at
        call = self._usdc.get_function_by_name(name)(*arguments)
        return _ask(lambda: call.call({}, where))

    def accepts_signature(self, wallet: str, digest: bytes, signature: bytes) -> bool:
        """Whether the contract at `wallet` takes this for its signature (EIP-1271)."""
        contract = self._eth.contract(address_of(wallet), abi=_abi())
        call = contract.get_function_by_name("isValidSignature")(digest, signature)
        try:
            return bool(_ask(lambda: bytes(call.call())) == ERC1271_VALID)
        except Refused:
            return False

    def payment_data(self, arguments: Sequence[object], signature: bytes, *, as_bytes: bool) -> str:
        """A call of `transferWithAuthorization`; with the signature as bytes, as a contract's must be."""
        tail = "bytes" if as_bytes else "uint8,bytes32,bytes32"
        form = self._usdc.get_function_by_signature(f"transferWithAuthorization({AUTHORIZATION},{tail})")
        parts = (signature,) if as_bytes else (signature[64], signature[:32], signature[32:64])
        return str(form(*arguments, *parts)._encode_transaction_data())

    def gas_of(self, sender: str, data: str) -> int:
        """What the call would cost against `pending`. Raises `Refused` where it would revert."""
        call: Any = {"from": address_of(sender), "to": self._usdc.address, "data": data}
        return _ask(lambda: int(self._eth.estimate_gas(call, "pending")))

    def ether(self, address: str) -> int:
        """An account's ether, in wei."""
        return _ask(lambda: int(self._eth.get_balance(address_of(address))))

    def used_nonces(self, address: str) -> int:
        """How many transactions of the account are in blocks, up to the latest."""
        return _ask(lambda: int(self._eth.get_transaction_count(address_of(address), "latest")))

    def fees(self) -> tuple[int, int]:
        """The base fee of the latest block and the tip that the node suggests, both in wei for each unit of gas."""

        def ask() -> tuple[int, int]:
            latest = self._eth.get_block("latest")
            return int(latest["baseFeePerGas"]), int(self._eth.max_priority_fee)

        return _ask(ask)

    def receipt(self, tx_hash: str) -> Receipt | None:
        """What became of a transaction; None while it is in no block, or not known."""

        def ask() -> Receipt | None:
            try:
                found = self._eth.get_transaction_receipt(HexBytes(tx_hash))
            except TransactionNotFound:
                return None
            ours = [log for log in found["logs"] if log["address"] == self._usdc.address]
            return Receipt(
                tx_hash=_hex(found["transactionHash"]),
                block=int(found["blockNumber"]),
                block_hash=_hex(found["blockHash"]),
                succeeded=found["status"] == 1,
                events=tuple(_event(log) for log in ours),
            )

        return _ask(ask)

    def knows(self, tx_hash: str) -> bool:
        """Whether the node has this transaction, in a block or waiting."""

        def ask() -> bool:
            try:
                return self._eth.get_transaction(HexBytes(tx_hash)) is not None
            except TransactionNotFound:
                return False

        return _ask(ask)

    def events(self, topics: Sequence[object], first: int, last: int) -> list[Event]:
        """The USDC contract's events with these topics, in a range of blocks."""
        query: Any = {"address": self._usdc.address, "topics": topics, "fromBlock": first, "toBlock": last}
        return _ask(lambda: [_event(log) for log in self._eth.get_logs(query)])

    def send_raw(self, raw: str) -> None:
        """Hand a signed transaction to the node. Raises `Refused` where the node says no."""
        try:
            self._eth.send_raw_transaction(HexBytes(raw))
        except ChainUnavailable:
            raise
        except NONSENSE:
            raise Refused from None


def reader() -> Reader:
    """The configured chain. Raises `ChainUnavailable` where none is configured."""
    return Reader(chain())


def address_of(text: str) -> ChecksumAddress:
    """An address in web3's type."""
    return Web3.to_checksum_address(text)


def topic_of(address: str) -> str:
    """An address as an event's topic."""
    return "0x" + address[2:].lower().rjust(64, "0")


def _ask(call: Callable[[], Found]) -> Found:
    with _understanding():
        return call()


@contextmanager
def _understanding() -> Iterator[None]:
    try:
        yield
    except ContractLogicError:
        raise Refused from None
    except NONSENSE:
        raise ChainUnavailable("The chain's node answers with something that is no chain's.") from None


def _event(log: Any) -> Event:
    return Event(
        tx_hash=_hex(log["transactionHash"]),
        log_index=int(log["logIndex"]),
        block=int(log["blockNumber"]),
        block_hash=_hex(log["blockHash"]),
        topics=tuple(bytes(topic) for topic in log["topics"]),
        data=bytes(log["data"]),
    )


def _hex(value: bytes) -> str:
    if len(value) != 32:
        raise ValueError("not a hash")
    return "0x" + bytes(value).hex()


def _abi() -> list[dict[str, Any]]:
    views = [_function(name, "view", taken, given) for name, (taken, given) in _VIEWS.items()]
    forms = (f"{AUTHORIZATION},uint8,bytes32,bytes32", f"{AUTHORIZATION},bytes")
    return [*views, *(_function("transferWithAuthorization", "nonpayable", taken, "") for taken in forms)]


def _function(name: str, kind: str, taken: str, given: str) -> dict[str, Any]:
    """One function of an interface, by the types that it takes and gives."""
    return {
        "type": "function",
        "name": name,
        "stateMutability": kind,
        "inputs": [{"name": "", "type": type_} for type_ in taken.split(",") if type_],
        "outputs": [{"name": "", "type": type_} for type_ in given.split(",") if type_],
    }
