"""How Ethereum writes things: addresses, hashes, words, selectors, bytes in hexadecimal digits, and amounts. Pure."""

import re
from string import hexdigits

from eth_hash.auto import keccak

ADDRESS_CHARS = 42
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
NOBODY = "0x" + "0" * 40
HASH_CHARS = 66
HASH = re.compile(r"0x[0-9a-f]{64}")
"""Of a transaction or block, in the lower case in which it is kept here."""
HASH_PATTERN = "0x[0-9a-fA-F]{64}"
"""As people may write one."""
WORD_BYTES = 32
WEI_PER_ASHAO = WEI_PER_ETHER = 10**18
"""Amounts are written in wei, without a point; both have 18 decimals."""

_DIGITS = frozenset(hexdigits)


def checksummed(address: str) -> str:
    """The address with the capital letters that EIP-55 gives it."""
    digits = address[2:].lower()
    marks = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if mark >= "8" else digit for digit, mark in zip(digits, marks, strict=False)
    )


def is_mistyped(address: str) -> bool:
    """Whether an address of both cases has not the ones that EIP-55 gives it: some character is wrong."""
    digits = address[2:]
    return address != checksummed(address) and digits not in (digits.lower(), digits.upper())


def padded(address: str) -> str:
    """An address as a topic or an argument: a word of 32 bytes."""
    return "0x" + address[2:].lower().rjust(2 * WORD_BYTES, "0")


def hash_of(signature: str) -> str:
    """keccak256 of a text: the topic of an event, or the nonce of a payout."""
    return "0x" + keccak(signature.encode()).hex()


def bytes_of(text: str, *, max_bytes: int) -> bytes | None:
    """The bytes that `text` writes as 0x and digits; None where it is anything else, or more than `max_bytes`."""
    if len(text) % 2 or len(text) > 2 + 2 * max_bytes or not text.startswith("0x"):
        return None
    digits = text[2:]
    return bytes.fromhex(digits) if _DIGITS.issuperset(digits) else None
