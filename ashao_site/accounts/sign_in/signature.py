"""Whether a wallet signed a message: the one place that knows kinds of wallets.

A key's signature is looked at here, and asks nobody. Whatever is none, the wallet may accept if it is a contract: see
`contract_signature`.
"""

from django.conf import settings
from eth_account import Account
from eth_account.messages import defunct_hash_message, encode_defunct

from ashao_site.accounts.sign_in.contract_signature import accepts, is_known_to_refuse, unwrapped
from ashao_site.chain.notation import bytes_of
from ashao_site.lib import limits

SIGNATURE_MAX_CHARS = 4096
"""Of a signature itself: several keys' in one, or a passkey's."""
UNDEPLOYED_SIGNATURE_MAX_CHARS = 16_384
"""With what would deploy the wallet beside it (ERC-6492): a factory's call, which can hold the whole code."""
_PLAIN_BYTES, _COMPACT_BYTES = 65, 64
_SECP256K1_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


def verify_signature(wallet: str, message: str, signature: str, *, address: str | None = None) -> bool:
    """Whether `signature` (0x and hex) over `message` is this wallet's. `wallet` is EIP-55 checksummed.

    A key's own signature is one by EIP-191 `personal_sign`: 65 bytes that end in 27, 28, 0 or 1, or 64 bytes
    (ERC-2098). Nothing else is asked about it. Any other is put to the contract at the wallet on the configured
    chain, as of its latest block, if there is one, or if the signature brings what deploys one there (ERC-6492).
    Where there was none, the chain is not asked again for some minutes, and a wallet that is deployed meanwhile gets in
    after them. Where no chain is configured there are no contracts. Never raises for a bad signature, whatever a
    contract does. Raises `ChainUnavailable` when the chain would have to say and does not, and `RateLimited` where too
    many such questions came from this network `address`; a key's own signature is never counted. Not to be called in a
    transaction.
    """
    raw = bytes_of(signature, max_bytes=UNDEPLOYED_SIGNATURE_MAX_CHARS // 2 - 1)
    if raw is None:
        return False
    if _is_account_signature(wallet, message, raw):
        return True
    if settings.CHAIN is None:
        return False
    asked = unwrapped(raw)
    if asked is None or len(asked.signature) > SIGNATURE_MAX_CHARS // 2 - 1:
        return False
    if is_known_to_refuse(wallet, asked):
        return False
    limits.spend_now(limits.CONTRACT_WALLET, address=address)
    return accepts(wallet, bytes(defunct_hash_message(text=message)), asked)


def _is_account_signature(wallet: str, message: str, signature: bytes) -> bool:
    plain = _plain(signature)
    # Of the two values that s may have, the low one (EIP-2), which is what wallets give.
    if plain is None or int.from_bytes(plain[32:64]) > _SECP256K1_HALF_ORDER:
        return False
    try:
        recovered = Account.recover_message(encode_defunct(text=message), signature=plain)
    except Exception:  # the libraries below raise many kinds for a point that is not on the curve
        return False
    return str(recovered) == wallet


def _plain(signature: bytes) -> bytes | None:
    """The signature in its longest form, r, s and 27 or 28; None for what has another form.

    That one signature has several forms replays nothing: a message is good once, by its nonce.
    """
    if len(signature) == _PLAIN_BYTES and signature[64] in (0, 1, 27, 28):
        return signature[:64] + bytes([27 + signature[64] % 27])
    if len(signature) == _COMPACT_BYTES:
        odd = signature[32] >> 7
        return signature[:32] + bytes([signature[32] & 0x7F]) + signature[33:] + bytes([27 + odd])
    return None
