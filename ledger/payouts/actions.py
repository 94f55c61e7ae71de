"""Everything that people and staff do to payouts. What the server does by itself is in `advance`.

Staff's actions write a `PayoutDecision` and the audit log in the transaction that changes the payout; whether
this person may do it at all is asked by the caller. Those that ask the chain must not be called in a
transaction, and raise `ChainUnavailable`. All raise `NotFound` for an unknown payout and `Conflict` where the
state does not allow it.

    request_payout(*, user, amount_micros, wallet, key) -> Payout
    confirm_wallet(*, user, proof: Proof, own: Proof | None, session_key, site, address) -> PayoutWallet
    remove_wallet(*, user, wallet) -> None
    forget_wallets(*, user) -> None
    approve_payout(*, staff, public_id, note="") -> Payout
    reject_payout(*, staff, public_id, note) -> Payout          asks the chain if it was ever handed to a signer
    retry_payout(*, staff, public_id, note) -> Payout
    fail_payout(*, staff, public_id, note) -> Payout            asks the chain
    prepare_for_wallet(*, staff, public_ids) -> list[SigningRequest]       asks the chain; before every signing
    sign_with_wallet(*, staff, signed: Sequence[WalletSignature]) -> list[SigningResult]    asks the chain
    start_safe_batch(*, staff, public_ids) -> list[Payout]      asks the chain
    record_safe_execution(*, staff, public_ids, tx_hash) -> list[Payout]    asks the chain
    abandon_safe_batch(*, staff, public_ids, note) -> list[Payout]          asks the chain
"""

from ledger.payouts.decisions import approve_payout, fail_payout, reject_payout, retry_payout
from ledger.payouts.requests import request_payout
from ledger.payouts.signers.safe import abandon_safe_batch, record_safe_execution, start_safe_batch
from ledger.payouts.signers.wallet import (
    SigningRequest,
    SigningResult,
    WalletSignature,
    prepare_for_wallet,
    sign_with_wallet,
)
from ledger.payouts.wallets import Proof, confirm_wallet, forget_wallets, remove_wallet

__all__ = [
    "Proof",
    "SigningRequest",
    "SigningResult",
    "WalletSignature",
    "abandon_safe_batch",
    "approve_payout",
    "confirm_wallet",
    "fail_payout",
    "forget_wallets",
    "prepare_for_wallet",
    "record_safe_execution",
    "reject_payout",
    "remove_wallet",
    "request_payout",
    "retry_payout",
    "sign_with_wallet",
    "start_safe_batch",
]
