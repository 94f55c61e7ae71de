"""The EIP-3009 authorization of a payout: what is signed, and whether it was the treasury that signed it.

https://eips.ethereum.org/EIPS/eip-3009. The nonce is keccak256 of the payout's public id: one for its whole
life. USDC accepts each nonce of a payer once, so that however many authorizations of one payout are signed, at
most one of them is ever executed.
"""

import functools
import re
from typing import Any

from django.conf import settings
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_hash.auto import keccak

from ashao_site.chain.abi import Function
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.node import Reverted, configured_chain, node_of
from ashao_site.chain.notation import hash_of
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.usdc import Usdc
from ashao_site.chain.view import ChainView
from ashao_site.lib import clock
from ledger.payouts.models import MAX_SIGNATURE_CHARS, Payout

VALID_AFTER = 0
"""Always: a moment ago, by our clock, may not have come yet for the chain."""
TYPE = "TransferWithAuthorization"
_MEMBERS = ("from address", "to address", "value uint256", "validAfter uint256", "validBefore uint256")
_DOMAIN_MEMBERS = ("name string", "version string", "chainId uint256", "verifyingContract address")
_SIGNATURE = re.compile(r"0x(?:[0-9a-fA-F]{2})+")
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_IS_VALID_SIGNATURE: Function[bytes] = Function("isValidSignature(bytes32,bytes)", "bytes4")
_VALID = bytes.fromhex("1626ba7e")
"""What a contract answers to it for yes (EIP-1271)."""


def nonce_of(public_id: str) -> str:
    """The authorization nonce of a payout, bytes32 as 0x and hex: keccak256 of its public id in ASCII."""
    return hash_of(public_id)


def typed_data(payout: Payout, *, valid_before: int) -> dict[str, Any]:
    """What a wallet is asked to sign (EIP-712, for eth_signTypedData_v4): numbers as texts, as wallets read them.

    The first call of a process asks the chain for USDC's signing domain. Raises `ChainUnavailable`.
    """
    config = configured_chain()
    return {
        "types": {"EIP712Domain": _members(*_DOMAIN_MEMBERS), TYPE: _members(*_MEMBERS, "nonce bytes32")},
        "primaryType": TYPE,
        "domain": dict(_domain(config)),
        "message": {
            "from": config.treasury,
            "to": payout.wallet,
            "value": str(payout.amount_micros),
            "validAfter": str(VALID_AFTER),
            "validBefore": str(valid_before),
            "nonce": payout.nonce,
        },
    }


def signable(payout: Payout, *, valid_before: int) -> SignableMessage:
    """The same as `typed_data`, for signing with a key and for recovering who signed."""
    full: dict[str, Any] = typed_data(payout, valid_before=valid_before)
    numbers = {name: int(full["message"][name]) for name in ("value", "validAfter", "validBefore")}
    return encode_typed_data(full_message={**full, "message": {**full["message"], **numbers}})


def digest_of(message: SignableMessage) -> bytes:
    """The 32 bytes that are signed."""
    return keccak(b"\x19" + message.version + message.header + message.body)


def arguments_of(payout: Payout) -> tuple[object, ...]:
    """What `transferWithAuthorization` takes before the signature, for a signed payout."""
    nonce = bytes.fromhex(payout.nonce[2:])
    return (payout.payer, payout.wallet, payout.amount_micros, VALID_AFTER, payout.valid_before, nonce)


def end_of_authorization(view: ChainView) -> int:
    """The second in which an authorization made now ends, by whichever clock is further."""
    return max(int(clock.now().timestamp()), view.latest.timestamp) + int(settings.MONEY.authorization_s)


def is_treasurys(view: ChainView, payout: Payout, *, valid_before: int, signature: str) -> bool:
    """Whether this is the treasury's signature for exactly this payout. Asks the chain.

    An account's own: 65 bytes, with the s and v that USDC accepts. A contract's is judged by the contract.
    """
    if len(signature) > MAX_SIGNATURE_CHARS or _SIGNATURE.fullmatch(signature) is None:
        return False
    message, treasury = signable(payout, valid_before=valid_before), view.config.treasury
    raw = bytes.fromhex(signature[2:])
    if view.node.has_code(treasury):
        try:
            return view.node.view(treasury, _IS_VALID_SIGNATURE, digest_of(message), raw) == _VALID
        except Reverted:
            return False
    if len(raw) != 65 or raw[64] not in (27, 28) or int.from_bytes(raw[32:64]) > _HALF_ORDER:
        return False
    try:
        return bool(Account.recover_message(message, signature=raw) == treasury)
    except Exception:  # the libraries below raise many kinds for a point that is not on the curve
        return False


@functools.cache
def _domain(config: ChainSettings) -> dict[str, Any]:
    """USDC's signing domain on this chain: its own name and version, checked against its DOMAIN_SEPARATOR."""
    usdc = Usdc(node_of(config))
    try:
        name, version = usdc.name_and_version()
        separator = usdc.domain_separator()
    except Reverted:
        raise ChainUnavailable("The contract at USDC_ADDRESS has no signing domain (EIP-712).") from None
    domain = {
        "name": name,
        "version": version,
        "chainId": config.chain_id,
        "verifyingContract": config.usdc,
    }
    message = encode_typed_data(domain, {TYPE: _members("from address")}, {"from": config.treasury})
    if message.header != separator:
        raise ChainUnavailable("The signing domain of the contract at USDC_ADDRESS is not what it should be.")
    return domain


def _members(*declared: str) -> list[dict[str, str]]:
    return [dict(zip(("name", "type"), one.split(" "), strict=True)) for one in declared]
