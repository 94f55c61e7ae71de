"""Wallets beside one's own that receive payouts: each has signed that it does, and one's own that it agrees."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from ashao_site.accounts.models import User
from ashao_site.accounts.sign_in.actions import accept_message
from ashao_site.accounts.sign_in.signature import verify_signature
from ashao_site.accounts.sign_in.site import Site
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict, NotFound, NotSignedIn
from ledger.payouts.models import PayoutWallet
from ledger.payouts.requests import as_wallet, may_receive

MAX_WALLETS = 10
USABLE_AFTER = timedelta(days=1)
"""So long nothing is paid to a wallet that was added: time to see it and to take it away."""
_STATEMENT_LINE = 3
"""Of an EIP-4361 message with a statement: it stands alone between two empty lines."""


@dataclass(frozen=True)
class Proof:
    """An EIP-4361 message, and what a wallet signed of it."""

    message: str
    signature: str


def statement_of(user: User) -> str:
    """What the other wallet's message must say."""
    return f"Receive the payouts of ashao account {user.public_id}."


def consent_to(wallet: str, user: User) -> str:
    """What the message of the person's own wallet must say."""
    return f"Let {wallet} receive the payouts of ashao account {user.public_id}."


def confirm_wallet(
    *, user: User, proof: Proof, own: Proof | None, session_key: str | None, site: Site, address: str
) -> PayoutWallet:
    """Let another wallet receive this person's payouts, from a day later on: it signed that it does, and their own
    wallet that it agrees. So a session alone, which can be stolen, redirects nothing.

    Each nonce is one of `/api/auth/nonce`, of this session, and is used up. A person without a wallet of their own
    needs no `own`. Raises what signing in does, `BadInput` (bad_statement, bad_wallet, own_signature_needed) and
    `Conflict` (too_many_wallets). Not to be called in a transaction: undoing that would bring the nonce back.
    """
    if own is None and user.wallet is not None:
        raise BadInput(
            "Your own wallet has to sign, too: send ownMessage and ownSignature.", code="own_signature_needed"
        )
    signer = _Signer(user, session_key, site, address)
    wallet = signer.of(proof, statement_of(user))
    if (
        own is not None
        and user.wallet is not None
        and signer.of(own, consent_to(wallet, user)) != user.wallet
    ):
        raise NotSignedIn("This was signed by another wallet than your own.", code="bad_signature")
    if not may_receive(wallet):
        raise BadInput("Payouts cannot go to this address.", code="bad_wallet")
    return _keep(user, wallet)


@dataclass(frozen=True)
class _Signer:
    """Whose wallet signed something, in this session of this person."""

    user: User
    session_key: str | None
    site: Site
    address: str

    def of(self, proof: Proof, statement: str) -> str:
        """The wallet that signed a message with this statement. Raises as `confirm_wallet` does."""
        parsed = accept_message(proof.message, session_key=self.session_key, site=self.site)
        lines = proof.message.split("\n")
        if lines[_STATEMENT_LINE - 1 : _STATEMENT_LINE + 2] != ["", statement, ""]:
            raise BadInput(f'The message must say "{statement}"', code="bad_statement")
        if not verify_signature(parsed.wallet, proof.message, proof.signature, address=self.address):
            raise NotSignedIn(
                "The signature is not this wallet's signature of this message.", code="bad_signature"
            )
        return parsed.wallet


def remove_wallet(*, user: User, wallet: str) -> None:
    """Let a wallet receive no further payouts. Raises `NotFound` for one that is not confirmed."""
    try:
        chosen = as_wallet(wallet)
    except BadInput:
        chosen = ""
    deleted, _ = PayoutWallet.objects.filter(user_id=user.pk, wallet=chosen).delete()
    if deleted != 1:
        raise NotFound("There is no such wallet.", code="wallet_not_found")


def forget_wallets(*, user: User) -> None:
    """Let no wallet but the person's own receive further payouts."""
    PayoutWallet.objects.filter(user_id=user.pk).delete()


def _keep(user: User, wallet: str) -> PayoutWallet:
    at = clock.now()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # so that no two are both the last
        if wallet == user.wallet:
            return PayoutWallet(user_id=user.pk, wallet=wallet, confirmed_at=at, usable_at=at)
        mine = PayoutWallet.objects.filter(user_id=user.pk)
        known = mine.filter(wallet=wallet).first()
        if known is not None:
            return known
        if mine.count() >= MAX_WALLETS:
            raise Conflict(
                f"You have {MAX_WALLETS} wallets already. Please remove one first.", code="too_many_wallets"
            )
        return PayoutWallet.objects.create(
            user_id=user.pk, wallet=wallet, confirmed_at=at, usable_at=at + USABLE_AFTER
        )
