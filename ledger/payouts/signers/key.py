"""The configured key signs by itself, up to its daily limit."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from eth_account import Account
from eth_account.signers.local import LocalAccount

from ashao_site.accounts.audit import audit
from ashao_site.chain.view import ChainView
from ashao_site.lib import clock
from ledger.books.money import format_usd
from ledger.payouts.authorization import end_of_authorization, signable
from ledger.payouts.models import Payout
from ledger.payouts.moves import UNSIGNED, authorize, move, note_problem
from ledger.payouts.queries import key_signed_today
from ledger.payouts.signers.base import AuthorizationSigner
from ledger.payouts.states import PayoutState, SignedBy


@dataclass(frozen=True)
class KeySignature:
    """An authorization that the key has signed, 0x and hex. It is in this process alone until it is accepted."""

    valid_before: int
    signature: str


class KeySigner(AuthorizationSigner):
    """Signs as the treasury, where the server has its key."""

    way = SignedBy.KEY

    def account(self) -> LocalAccount | None:
        """The configured key's account, if there is one."""
        key: str = settings.MONEY.signer_key
        return Account.from_key(key) if key else None

    def signs_for(self, treasury: str) -> bool:
        """Whether there is a key, and it is this treasury's."""
        account = self.account()
        return account is not None and account.address == treasury

    def prepare(self, view: ChainView, payout: Payout) -> KeySignature | None:
        """Sign an approved payout; None, and the reason written down, where today's limit does not allow it."""
        account = self.account()
        assert account is not None, "the key was there when the round began"
        if problem := _limit_problem(payout):
            note_problem(payout, problem)
            return None
        until = end_of_authorization(view)
        signed = account.sign_message(signable(payout, valid_before=until))
        return KeySignature(until, "0x" + bytes(signed.signature).hex())

    def accept(self, view: ChainView, payout: Payout, signed: KeySignature) -> bool:
        """Keep the signature, before anything is sent. False if the payout was changed meanwhile."""
        at = clock.now()
        with transaction.atomic():
            if not authorize(payout, until=signed.valid_before, view=view):
                return False
            kept = move(
                payout,
                PayoutState.SIGNED,
                signed_by=self.way,
                signed_at=at,
                key_signed_at=at,
                valid_before=signed.valid_before,
                signature=signed.signature,
            )
            assert kept, "a payout was changed under its lock"
            audit(actor=None, action="payout.sign", subject=payout.public_id, detail="by the configured key")
        return True

    def has_ended(self, view: ChainView, payout: Payout, reason: str) -> None:
        """The key signs it again by itself."""
        if self.signs_for(view.config.treasury):
            move(payout, PayoutState.APPROVED, **UNSIGNED)
        else:
            super().has_ended(view, payout, reason)


KEY = KeySigner()


def _limit_problem(payout: Payout) -> str:
    """Why the key may not sign it today, "" where it may. A limit of nothing turns the key off."""
    limit = settings.MONEY.signer_daily_micros
    if limit == 0:
        return (
            "The configured key is off (TREASURY_SIGNER_DAILY_USD is 0): it waits for the treasury's wallet."
        )
    if payout.amount_micros > limit:
        return f"It is more than the key signs in a day ({format_usd(limit)}): it waits for the treasury's wallet."
    if key_signed_today() + payout.amount_micros > limit:
        return (
            f"The key's limit of {format_usd(limit)} a day is reached: it is signed on another day (UTC), "
            "or by the treasury's wallet."
        )
    return ""
