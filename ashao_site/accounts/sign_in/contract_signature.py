"""Whether a wallet that is a contract accepts a signature (ERC-1271), deployed already or not yet (ERC-6492).

What a contract answers, or whether it answers at all, is up to whoever wrote it, so it is asked from within a few
instructions of ours that the node runs: they bound its gas, read 32 bytes of its answer and say yes or no. One call to
the node, whose answer has one size, and which goes wrong only when something is wrong with the node. Where there is no
code at the wallet, and the signature does not bring it, nobody is asked; and as that is known from then on, the node is
not asked about that wallet again for some minutes.
https://eips.ethereum.org/EIPS/eip-1271 https://eips.ethereum.org/EIPS/eip-6492
"""

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address

from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.node import node
from ashao_site.chain.notation import WORD_BYTES, bytes_of

CONTRACT_GAS = 3_000_000
"""What a contract may use: several keys checked in Solidity (a passkey's takes some 400,000), no more than that."""
FACTORY_GAS = 6_000_000
"""What deploying a wallet may use: the largest code that a chain takes costs some 5 million."""
_OWN_GAS = 1_000_000
NO_CODE_S = 300.0
"""For how long a wallet that had no code is taken to have none: one that is deployed meanwhile gets in after it."""
NO_CODE_MAX = 20_000
"""How many of these a process remembers; the oldest make room."""
_NO, _YES, _NO_CODE = 0, 1, 3
"""What our instructions say of a wallet."""
_CALLER = "0x9a1f0c3e5b7d2846a0c9e1d3f5b7281946ecda03"
"""Who asks. Nobody has its key. Some contracts take the zero address, which a node would put here, for a rehearsal of
theirs in which every signature is good."""
_UNDEPLOYED = bytes.fromhex("6492" * 16)  # what such a signature ends with
_IS_VALID_SIGNATURE = bytes.fromhex("1626ba7e")  # the selector of isValidSignature, and its answer for yes


@dataclass(frozen=True)
class ContractSignature:
    """What a contract is asked about, and what would deploy it: `factory` (checksummed) called with `deploy`."""

    signature: bytes
    factory: str | None = None
    deploy: bytes = b""


def unwrapped(raw: bytes) -> ContractSignature | None:
    """A signature as it came, taken out of what ERC-6492 puts around it; None if that cannot be read."""
    if not raw.endswith(_UNDEPLOYED):
        return ContractSignature(raw)
    try:
        factory, deploy, signature = abi_decode(["address", "bytes", "bytes"], raw[: -len(_UNDEPLOYED)])
    except (DecodingError, OverflowError):
        return None
    return ContractSignature(signature, to_checksum_address(factory), deploy)


class _WithoutCode:
    """The wallets that had no code a little while ago, by this process's own looking."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: OrderedDict[tuple[int, str], float] = OrderedDict()

    def add(self, wallet: tuple[int, str]) -> None:
        with self._lock:
            self._until[wallet] = time.monotonic() + NO_CODE_S
            self._until.move_to_end(wallet)
            while len(self._until) > NO_CODE_MAX:
                self._until.popitem(last=False)

    def __contains__(self, wallet: tuple[int, str]) -> bool:
        with self._lock:
            return self._until.get(wallet, -math.inf) > time.monotonic()

    def __len__(self) -> int:
        return len(self._until)


_without_code = _WithoutCode()


def is_known_to_refuse(wallet: str, asked: ContractSignature) -> bool:
    """Whether `accepts` would say no without asking the node: the wallet had no code, and the signature brings none."""
    return asked.factory is None and (node().config.chain_id, wallet) in _without_code


def accepts(wallet: str, digest: bytes, asked: ContractSignature) -> bool:
    """Whether the contract at `wallet` (checksummed) accepts the signature of this hash, as of the latest block.

    Nothing on the chain changes. False where there is no code, also after the factory was called; a wallet that has
    code is asked as it is, and no factory is called. Raises `ChainUnavailable` when the chain does not say.
    """
    if is_known_to_refuse(wallet, asked):
        return False
    question = _IS_VALID_SIGNATURE + abi_encode(["bytes32", "bytes"], [digest, asked.signature])
    chain_id, said = divmod(_run(_program(wallet, question, asked), deploys=asked.factory is not None), 256)
    if chain_id != node().config.chain_id or said not in (_NO, _YES, _NO_CODE):
        raise _undecided()
    if said == _NO_CODE and asked.factory is None:
        _without_code.add((chain_id, wallet))
    return said == _YES


def _program(wallet: str, question: bytes, asked: ContractSignature) -> bytes:
    """Instructions that put the `question` to the wallet, deploying it before if they can and must; and their data.

    They return one word: the chain's id, then a byte: `_YES` if the answer was the magic value in 32 bytes, `_NO_CODE`
    where the wallet has none, otherwise `_NO`. The question's call is static: it changes nothing.
    """
    deploying = b"" if asked.factory is None else _deploying(wallet, asked.factory, len(asked.deploy))
    asking_bytes = len(_asking(wallet, len(question), 0))
    data_at = len(deploying) + asking_bytes
    if asked.factory is not None:
        deploying = _deploying(wallet, asked.factory, len(asked.deploy), data_at + len(question))
    return deploying + _asking(wallet, len(question), data_at) + question + asked.deploy


def _deploying(wallet: str, factory: str, size: int, data_at: int = 0) -> bytes:
    """Call the factory with `size` bytes of the program from `data_at` on, unless the wallet has code."""
    call = _code(
        # memory[0:] = the call's data: CODECOPY(0, data_at, size)
        f"61{size:04x} 61{data_at:04x} 6000 39"
        # CALL(gas, factory, no value, in 0 size, out nowhere); whether it worked shows in the wallet's code
        f"6000 6000 61{size:04x} 6000 6000 73{factory[2:]} 62{FACTORY_GAS:06x} f1 50"
    )
    head_bytes = 25
    head = _code(f"73{wallet[2:]} 3b 60{head_bytes + len(call):02x} 57")  # EXTCODESIZE, JUMPI
    assert len(head) == head_bytes
    return head + call + _code("5b")  # JUMPDEST


def _asking(wallet: str, size: int, data_at: int) -> bytes:
    """Put `size` bytes of the program from `data_at` on to the wallet, and return what it said."""
    return _code(
        # memory[0:] = the question: CODECOPY(0, data_at, size)
        f"61{size:04x} 61{data_at:04x} 6000 39"
        # STATICCALL(gas, wallet, in 0 size, out 0 32): is it a success,
        f"6020 6000 61{size:04x} 6000 73{wallet[2:]} 62{CONTRACT_GAS:06x} fa"
        # and RETURNDATASIZE == 32,
        "3d 6020 14 16"
        # and memory[0:32] == the magic value << 224?
        f"6000 51 63{_IS_VALID_SIGNATURE.hex()} 60e0 1b 14 16"
        # | (EXTCODESIZE(wallet) == 0) * 3
        f"73{wallet[2:]} 3b 15 6003 02 17"
        # memory[0:32] = CHAINID << 8 | that; RETURN(0, 32)
        "46 6008 1b 17 6000 52 6020 6000 f3"
    )


def _code(written: str) -> bytes:
    return bytes.fromhex(written)


def _run(code: bytes, *, deploys: bool) -> int:
    """The word that the code returns, run by the node as a contract's creation that stays undone."""
    gas = CONTRACT_GAS + _OWN_GAS + (FACTORY_GAS if deploys else 0)
    call = {"from": _CALLER, "data": "0x" + code.hex(), "gas": hex(gas)}
    try:
        word = node().ask("eth_call", call, "latest")
    except ChainUnavailable as error:
        raise _undecided() from error
    raw = bytes_of(word, max_bytes=WORD_BYTES) if isinstance(word, str) else None
    if raw is None or len(raw) != WORD_BYTES:
        raise _undecided()
    return int.from_bytes(raw)


def _undecided() -> ChainUnavailable:
    return ChainUnavailable(
        "This is not the signature of the wallet's own key, and the chain, which knows whether the wallet is a"
        " contract that accepts it, does not answer. Please try again."
    )
