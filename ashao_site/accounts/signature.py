"""Whether a wallet signed a message: the one place that knows kinds of wallets."""

import re

from eth_account import Account
from eth_account.messages import encode_defunct

_SIGNATURE = re.compile(r"0x[0-9a-fA-F]{130}")
_SECP256K1_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
SIGNATURE_MAX_CHARS = 4096


def verify_signature(wallet: str, message: str, signature: str) -> bool:
    """Whether `signature` (0x and hex) over `message` is this wallet's. Never raises for a bad signature.

    `wallet` is EIP-55 checksummed. Today: keys of one's own, by EIP-191 `personal_sign`. A contract's
    signature (EIP-1271: its `isValidSignature` is called on chain) needs the chain client and comes behind
    this same function, for a signature that is not an account's own.
    """
    return _is_account_signature(wallet, message, signature)


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
