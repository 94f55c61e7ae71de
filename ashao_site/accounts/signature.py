"""Whether a wallet signed a message: the one place that knows kinds of wallets.

A wallet that is a contract answers by itself (EIP-1271). What it answers, or whether it answers at all, is up to
whoever wrote it, so it is asked from within a few instructions of ours that the node runs: they bound its gas,
read 32 bytes of its answer and say yes or no. One call to the node, whose answer has one size, and which goes wrong
only when something is wrong with the node. https://eips.ethereum.org/EIPS/eip-1271
"""

import re

from django.conf import settings
from eth_abi.abi import encode as abi_encode
from eth_account import Account
from eth_account.messages import defunct_hash_message, encode_defunct
from web3.types import RPCEndpoint

from ashao_site.lib.chain import ChainUnavailable, chain

SIGNATURE_MAX_CHARS = 4096
CONTRACT_GAS = 3_000_000
"""What a contract may use: several keys checked in Solidity (a passkey's takes some 400,000), no more than that."""
_OWN_GAS = 500_000
_SIGNATURE = re.compile(r"0x[0-9a-fA-F]{130}")
_BYTES = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_WORD = re.compile(r"0x[0-9a-fA-F]{64}")
_SECP256K1_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_IS_VALID_SIGNATURE = bytes.fromhex("1626ba7e")  # the selector of isValidSignature, and its answer for yes
_PROGRAM_BYTES = 75


def verify_signature(wallet: str, message: str, signature: str) -> bool:
    """Whether `signature` (0x and hex) over `message` is this wallet's. `wallet` is EIP-55 checksummed.

    A key's own signature is one by EIP-191 `personal_sign`; nothing else is asked about it. Any other is
    put to the contract at the wallet on the configured chain, as of its latest block. Where no chain is
    configured there are no contracts. Never raises for a bad signature, whatever a contract does. Raises
    `ChainUnavailable` when the chain would have to say and does not. Not to be called in a transaction.
    """
    if _is_account_signature(wallet, message, signature):
        return True
    if settings.CHAIN is None or len(signature) > SIGNATURE_MAX_CHARS or not _BYTES.fullmatch(signature):
        return False
    return _is_contract_signature(wallet, message, bytes.fromhex(signature[2:]))


def _is_account_signature(wallet: str, message: str, signature: str) -> bool:
    if _SIGNATURE.fullmatch(signature) is None:
        return False
    raw = bytes.fromhex(signature[2:])
    s, v = int.from_bytes(raw[32:64]), raw[64]
    # One signature has one form (EIP-2: low s; v as personal_sign returns it): no second form replays it.
    if v not in (27, 28) or s > _SECP256K1_HALF_ORDER:
        return False
    try:
        recovered = Account.recover_message(encode_defunct(text=message), signature=raw)
    except Exception:  # the libraries below raise many kinds for a point that is not on the curve
        return False
    return str(recovered) == wallet


def _is_contract_signature(wallet: str, message: str, signature: bytes) -> bool:
    digest = bytes(defunct_hash_message(text=message))
    question = _IS_VALID_SIGNATURE + abi_encode(["bytes32", "bytes"], [digest, signature])
    chain_id, accepted = divmod(_run(_program(wallet, question) + question), 256)
    if chain_id != chain().config.chain_id or accepted not in (0, 1):
        raise _undecided()
    return accepted == 1


def _program(wallet: str, question: bytes) -> bytes:
    """Instructions that put the `question`, which follows them, to the wallet.

    They return one word: the chain's id, then a byte that is 1 if the answer was the magic value in 32 bytes
    and 0 otherwise. An address without code answers with nothing. The call is static: it changes nothing.
    """
    size = f"61{len(question):04x}"  # PUSH2
    written = (
        # memory[0:] = the question: CODECOPY(0, where it begins, size)
        f"{size} 61{_PROGRAM_BYTES:04x} 6000 39"
        # STATICCALL(gas, wallet, in 0 size, out 0 32): is it a success,
        f"6020 6000 {size} 6000 73{wallet[2:]} 62{CONTRACT_GAS:06x} fa"
        # and RETURNDATASIZE == 32,
        "3d 6020 14 16"
        # and memory[0:32] == the magic value << 224?
        f"6000 51 63{_IS_VALID_SIGNATURE.hex()} 60e0 1b 14 16"
        # memory[0:32] = CHAINID << 8 | that; RETURN(0, 32)
        "46 6008 1b 17 6000 52 6020 6000 f3"
    )
    program = bytes.fromhex(written)
    assert len(program) == _PROGRAM_BYTES
    return program


def _run(code: bytes) -> int:
    """The word that the code returns, run by the node as a contract's creation that stays undone."""
    call = {"data": "0x" + code.hex(), "gas": hex(CONTRACT_GAS + _OWN_GAS)}
    try:
        answer = chain().web3.provider.make_request(RPCEndpoint("eth_call"), [call, "latest"])
    except ChainUnavailable as error:
        raise _undecided() from error
    word = answer.get("result")
    if not isinstance(word, str) or _WORD.fullmatch(word) is None:
        raise _undecided()
    return int(word, 16)


def _undecided() -> ChainUnavailable:
    return ChainUnavailable(
        "This is not the signature of the wallet's own key, and the chain, which knows whether the wallet is a"
        " contract that accepts it, does not answer. Please try again."
    )
