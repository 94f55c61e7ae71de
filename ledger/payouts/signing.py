"""Two ways to an authorization: the treasury's own wallet in the admin, or the configured key.

Before any signer gets to see what it signs, the payout's row says until when that can be used (`authorize`). From
then on the money goes nowhere else until the chain is known to be past it, whatever became of the signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from eth_account import Account
from eth_account.signers.local import LocalAccount

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.errors import AppError, BadInput, Conflict
from ledger.money import format_usd
from ledger.payouts.authorization import is_treasurys, signable, typed_data
from ledger.payouts.decisions import changed_meanwhile, decide
from ledger.payouts.evidence import Head, head_of
from ledger.payouts.models import Payout
from ledger.payouts.moves import authorize, give_back, is_bound_to, move, say
from ledger.payouts.onchain import Reader, Refused, reader
from ledger.payouts.queries import key_signed_today, outstanding_micros, payout_of
from ledger.payouts.records import SigningRequest, SigningResult, WalletSignature
from ledger.payouts.states import PayoutState, SignedBy

MAX_BATCH = 100
LEAST_VALID_S = 30
"""An authorization that ends sooner is not worth sending."""
BLOCKED = "USDC has blocked this wallet: it cannot be paid."
POOR = "The treasury has not enough USDC for this yet."
ELSEWHERE = "It was signed for another chain, token or treasury than the settings name now."


@dataclass
class Funds:
    """What the treasury can still sign away: its USDC less what is signed already."""

    free_micros: int

    @classmethod
    def of(cls, found: Reader, head: Head) -> "Funds":
        """As the chain and the rows say now."""
        held = int(found.view("balanceOf", found.config.treasury, at=head.latest.number))
        return cls(held - outstanding_micros(found.config))

    def take(self, payout: Payout) -> bool:
        """Whether it is enough for this one too; then it is taken."""
        if self.free_micros < payout.amount_micros:
            return False
        self.free_micros -= payout.amount_micros
        return True

    def put_back(self, payout: Payout) -> None:
        """What was taken for this one and not signed away."""
        self.free_micros += payout.amount_micros


def prepare_for_wallet(*, staff: User, public_ids: Sequence[str]) -> list[SigningRequest]:
    """What the treasury's wallet is to sign, for those of these payouts that can be signed now.

    A payout whose payee is blocked fails here, alone; one that the treasury cannot pay waits. Raises
    `ChainUnavailable`, `BadInput` for more than `MAX_BATCH`.
    """
    payouts = [payout_of(public_id) for public_id in _batch(public_ids)]
    found = reader()
    head = head_of(found)
    funds = Funds.of(found, head)
    offered = []
    for payout in payouts:
        if payout.state != PayoutState.APPROVED or problem_before_signing(found, payout, funds):
            continue
        until = valid_before(head)
        data = typed_data(payout, valid_before=until)
        with transaction.atomic():
            if not authorize(payout, until=until, config=found.config, block=head.settled.number):
                continue
            audit(actor=staff, action="payout.offer", subject=payout.public_id)
        offered.append(SigningRequest(payout.public_id, until, data))
    return offered


def sign_with_wallet(*, staff: User, signed: Sequence[WalletSignature]) -> list[SigningResult]:
    """Take what the treasury's wallet has signed; each is judged alone. Raises `ChainUnavailable`."""
    _batch([one.public_id for one in signed])
    results = []
    for one in signed:
        try:
            _sign_one(staff, one)
            results.append(SigningResult(one.public_id))
        except (Conflict, BadInput) as error:
            results.append(SigningResult(one.public_id, error.message))
        except AppError as error:
            if error.status != 404:
                raise
            results.append(SigningResult(one.public_id, error.message))
    return results


def problem_before_signing(found: Reader, payout: Payout, funds: Funds) -> str:
    """Why it is not to be signed now, "" where nothing is in the way. Written down; one that can never be paid fails.

    Nothing can have paid a payout that no signer was ever handed: that one's money goes back at once.
    """
    problem = ""
    if not is_bound_to(payout, found.config):
        problem = ELSEWHERE
    elif is_blocked(found, payout.wallet):
        problem = BLOCKED
        if payout.authorized_until is None:
            fail_alone(payout, BLOCKED)
            return BLOCKED
    elif not funds.take(payout):
        problem = POOR
    if problem:
        say(payout, problem)
    return problem


def sign_by_key(found: Reader, head: Head, payout: Payout, account: LocalAccount) -> bool:
    """Sign an approved payout by the configured key and keep the signature, if today's limit allows it.

    True if it is signed now. `account` is the treasury's own.
    """
    if problem := _limit_problem(payout):
        say(payout, problem)
        return False
    until = valid_before(head)
    signature = sign_authorization(payout, until, account)
    return store_signature(found, head, payout, until, signature)


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


def sign_authorization(payout: Payout, until: int, account: LocalAccount) -> str:
    """The key's signature, 0x and hex. It is in this process alone until it is stored."""
    return "0x" + bytes(account.sign_message(signable(payout, valid_before=until)).signature).hex()


def store_signature(found: Reader, head: Head, payout: Payout, until: int, signature: str) -> bool:
    """Keep the signature, before anything is sent. False if the payout was changed meanwhile."""
    at = clock.now()
    with transaction.atomic():
        if not authorize(payout, until=until, config=found.config, block=head.settled.number):
            return False
        kept = move(
            payout,
            PayoutState.SIGNED,
            signed_by=SignedBy.KEY,
            signed_at=at,
            key_signed_at=at,
            valid_before=until,
            signature=signature,
        )
        assert kept, "a payout was changed under its lock"
        audit(actor=None, action="payout.sign", subject=payout.public_id, detail="by the configured key")
    return True


def valid_before(head: Head) -> int:
    """The second in which an authorization made now ends, by whichever clock is further."""
    return max(int(clock.now().timestamp()), head.latest.timestamp) + int(settings.MONEY.authorization_s)


def is_blocked(found: Reader, wallet: str) -> bool:
    """Whether USDC refuses this wallet. A token without a blacklist blocks nobody."""
    try:
        return bool(found.view("isBlacklisted", wallet))
    except Refused:
        return False


def fail_alone(payout: Payout, reason: str) -> bool:
    """Give the money back by the server's own decision, audited."""
    with transaction.atomic():
        failed = give_back(payout, reason)
        if failed:
            audit(actor=None, action="payout.fail", subject=payout.public_id, detail=reason)
    return failed


def signer() -> LocalAccount | None:
    """The configured key's account, if there is one."""
    key: str = settings.MONEY.signer_key
    return Account.from_key(key) if key else None


def _sign_one(staff: User, one: WalletSignature) -> None:
    payout = payout_of(one.public_id)
    if payout.state != PayoutState.APPROVED:
        raise Conflict(f"This payout is {payout.state}, not approved.")
    found = reader()
    if not payout.payer or not is_bound_to(payout, found.config):
        raise Conflict("This payout was not prepared for signing here.")
    if (payout.authorized_until or 0) < one.valid_before:
        raise Conflict("What was signed is not what was handed out. Please prepare it again.")
    head = head_of(found)
    if one.valid_before < max(int(clock.now().timestamp()), head.latest.timestamp) + LEAST_VALID_S:
        raise Conflict("What was signed has ended. Please prepare it again.")
    if not is_treasurys(payout, valid_before=one.valid_before, signature=one.signature):
        raise BadInput("This is not the treasury's signature of this payout.")
    at = clock.now()
    with transaction.atomic():
        kept = move(
            payout,
            PayoutState.SIGNED,
            signed_by=SignedBy.WALLET,
            signed_at=at,
            valid_before=one.valid_before,
            signature=one.signature,
        )
        if not kept:
            raise changed_meanwhile()
        decide(staff, payout, "sign", "by the treasury's wallet")


def _batch(public_ids: Sequence[str]) -> Sequence[str]:
    if not 0 < len(public_ids) <= MAX_BATCH or len(set(public_ids)) != len(public_ids):
        raise BadInput(f"Choose between 1 and {MAX_BATCH} different payouts.")
    return public_ids
