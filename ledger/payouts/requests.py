"""Asking for a payout: the money is set aside in the transaction that writes the row."""

import hashlib

from django.conf import settings
from django.db import transaction

from ashao_site.accounts.models import User
from ashao_site.chain.notation import ADDRESS, NOBODY, checksummed, is_mistyped
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib import clock
from ashao_site.lib.errors import BadInput, Conflict, InsufficientCredits, RateLimited
from ashao_site.lib.text import new_id
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.books.money import MAX_AMOUNT_MICROS, format_usd
from ledger.payouts.authorization import nonce_of
from ledger.payouts.models import Payout
from ledger.payouts.queries import left_today, new_wallets_of, wallets_of


def request_payout(*, user: User, amount_micros: int, wallet: str | None, key: str | None) -> Payout:
    """Ask for a payment of earnings to one's own wallet, or to a confirmed one.

    `key` is the caller's idempotency key: with the same wallet and amount the first payout comes back. Raises
    `BadInput` (below_minimum, bad_wallet, wallet_not_confirmed), `InsufficientCredits` (insufficient_earnings),
    `RateLimited` (payout_limit) and `Conflict` (idempotency_conflict, wallet_too_new).
    """
    at, public_id = clock.now(), new_id("pay")
    own_key = f"{user.pk}:{hashlib.sha256(key.encode()).hexdigest() if key else public_id}"
    with transaction.atomic():
        # One request of a person at a time, so that no two of them are both the last of the day.
        person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if key and (first := Payout.objects.filter(key=own_key).first()):
            return _same(first, amount_micros, wallet or person.wallet or "")
        destination = _destination(person, wallet)
        _check_limits(person, amount_micros)
        payout = Payout.objects.create(
            public_id=public_id,
            user_id=person.pk,
            wallet=destination,
            amount_micros=amount_micros,
            key=own_key,
            nonce=nonce_of(public_id),
            requested_at=at,
        )
        _set_aside(payout)
    return payout


def may_receive(wallet: str) -> bool:
    """Whether payouts may go to this address: not to nobody, nor to ashao or one of its contracts."""
    config: ChainSettings | None = settings.CHAIN
    ours = (config.treasury, config.usdc, config.token, config.vault) if config else ()
    return wallet not in (NOBODY, *ours)


def as_wallet(text: str) -> str:
    """An address in its checksummed form. Raises `BadInput` (bad_wallet)."""
    if ADDRESS.fullmatch(text) is None:
        raise BadInput("wallet must be 0x and 40 hexadecimal digits.", code="bad_wallet")
    if is_mistyped(text):
        raise BadInput("wallet has a wrong checksum: a character is mistyped.", code="bad_wallet")
    return checksummed(text)


def _same(first: Payout, amount_micros: int, wallet: str) -> Payout:
    if (first.amount_micros, first.wallet.lower()) != (amount_micros, wallet.lower()):
        raise Conflict(
            "This Idempotency-Key was used for another payout before.", code="idempotency_conflict"
        )
    return first


def _destination(user: User, wallet: str | None) -> str:
    if wallet is None and user.wallet is None:
        raise BadInput("You have no wallet: confirm one first.", code="wallet_not_confirmed")
    chosen = as_wallet(wallet or user.wallet or "")
    waiting = {new.wallet: new.usable_at for new in new_wallets_of(user)}
    if chosen in waiting and chosen != user.wallet:
        raise Conflict(
            f"This wallet was added a short time ago: it can be paid from {waiting[chosen]:%Y-%m-%d %H:%M} UTC on.",
            code="wallet_too_new",
        )
    if chosen not in wallets_of(user):
        raise BadInput(
            "This wallet is not confirmed: it has to sign that it receives your payouts.",
            code="wallet_not_confirmed",
        )
    if not may_receive(chosen):
        raise BadInput("Payouts cannot go to this address.", code="bad_wallet")
    return chosen


def _check_limits(user: User, amount_micros: int) -> None:
    least = max(1, settings.MONEY.payout_min_micros)
    if not least <= amount_micros <= MAX_AMOUNT_MICROS:
        raise BadInput(f"A payout is at least {format_usd(least)}.", code="below_minimum")
    if left_today(user) < 1:
        limit = settings.MONEY.payouts_per_day
        raise RateLimited(
            f"You can ask for {limit} payout{'' if limit == 1 else 's'} a day (UTC).",
            code="payout_limit",
            retry_after_s=clock.day_left_s(clock.now()),
        )


def _set_aside(payout: Payout) -> None:
    legs = [
        Leg(chart.user_earnings(payout.user_id), -payout.amount_micros),
        Leg(chart.payout(payout.public_id), payout.amount_micros),
    ]
    try:
        post_transfer(
            key=f"payout:{payout.public_id}", kind="payout_request", legs=legs, reference=payout.public_id
        )
    except InsufficientCredits:
        raise InsufficientCredits("You have not earned that much.", code="insufficient_earnings") from None
