"""Wallets beside one's own that receive payouts: each has signed that it does."""

from django.db import transaction

from ashao_site.accounts.actions import accept_message
from ashao_site.accounts.models import User
from ashao_site.accounts.signature import verify_signature
from ashao_site.accounts.signin import Site
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict, NotFound, NotSignedIn
from ledger.payouts.models import PayoutWallet
from ledger.payouts.requests import as_wallet, may_receive

MAX_WALLETS = 10
_STATEMENT_LINE = 3
"""Of an EIP-4361 message with a statement: it stands alone between two empty lines."""


def statement_of(user: User) -> str:
    """What the other wallet's message must say."""
    return f"Receive the payouts of ashao account {user.public_id}."


def confirm_wallet(
    *, user: User, message: str, signature: str, session_key: str | None, site: Site, address: str
) -> str:
    """Let another wallet receive this person's payouts: it signed an EIP-4361 message that says so.

    The nonce is one of `/api/auth/nonce`, of this session, and is used up. Returns the wallet. Raises what
    signing in does, `BadInput` (bad_statement, bad_wallet) and `Conflict` (too_many_wallets). Not to be called
    in a transaction: undoing that would bring the nonce back.
    """
    parsed = accept_message(message, session_key=session_key, site=site)
    if message.split("\n")[_STATEMENT_LINE - 1 : _STATEMENT_LINE + 2] != ["", statement_of(user), ""]:
        raise BadInput(f'The message must say "{statement_of(user)}"', code="bad_statement")
    if not verify_signature(parsed.wallet, message, signature, address=address):
        raise NotSignedIn(
            "The signature is not this wallet's signature of this message.", code="bad_signature"
        )
    if not may_receive(parsed.wallet):
        raise BadInput("Payouts cannot go to this address.", code="bad_wallet")
    _keep(user, parsed.wallet)
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


def _keep(user: User, wallet: str) -> None:
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # so that no two are both the last
        mine = PayoutWallet.objects.filter(user_id=user.pk)
        if wallet == user.wallet or mine.filter(wallet=wallet).exists():
            return
        if mine.count() >= MAX_WALLETS:
            raise Conflict(
                f"You have {MAX_WALLETS} wallets already. Please remove one first.", code="too_many_wallets"
            )
        PayoutWallet.objects.create(user_id=user.pk, wallet=wallet, confirmed_at=clock.now())
