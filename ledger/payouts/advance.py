"""What the server does with payouts by itself, every few seconds: take each as far as it can go now.

One process at a time. Killed anywhere, the next round goes on: everything that reaches the chain was written down
before, and what the chain says is asked again. A round is bounded in payouts, in calls for each, and in time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from eth_account.signers.local import LocalAccount

from ashao_site.lib import clock
from ashao_site.lib.chain import ChainUnavailable
from ashao_site.lib.db import OUTAGES, only_one
from ledger.payouts import follow, relayer, signing
from ledger.payouts.evidence import Head, Payment, Proof, Unpayable, head_of, look_for
from ledger.payouts.models import Payout, RelayerStatus, RelayerTransaction
from ledger.payouts.moves import UNSIGNED, cut, is_bound_to, move, say
from ledger.payouts.onchain import Reader, Refused, reader
from ledger.payouts.queries import STATUS_ROW
from ledger.payouts.states import PayoutState, SignedBy

MAX_PAYOUTS = 50
ROUND_S = 20.0
MAX_FAILURES = 3
"""How many payouts may get no sense out of the node before the round ends."""
STEPS = 4
"""Of one payout in one round, from approved to the end."""

log = structlog.get_logger("ashao.payouts")


@dataclass
class Round:
    """One pass over the payouts."""

    found: Reader
    head: Head
    relayer: relayer.Relayer | None
    signer: LocalAccount | None
    problems: list[str] = field(default_factory=list)
    block_hashes: dict[int, str] = field(default_factory=dict)
    failures: int = 0
    _funds: signing.Funds | None = None

    def wrong(self, problem: str) -> None:
        """Note what kept one of them from going on."""
        self.problems.append(problem)
        self.failures += 1

    def funds(self) -> signing.Funds:
        """What the treasury can still sign away, asked for once."""
        if self._funds is None:
            self._funds = signing.Funds.of(self.found, self.head)
        return self._funds


def advance_payouts() -> None:
    """Take every payout as far as it can go now. Nothing where another process does so, or there is no chain."""
    if settings.CHAIN is None:
        return
    with only_one("payouts") as mine:
        if not mine:
            return
        if not (_waiting().exists() or _unsettled().exists()):
            _tell("")
            return
        try:
            _tell(_round())
        except ChainUnavailable as error:
            _tell(error.message)


def _waiting() -> QuerySet[Payout]:
    """Those for which there may be something to do. What was given to a Safe waits for people."""
    handed_out = Q(state=PayoutState.APPROVED, authorized_until__isnull=False)
    to_sign = Q(state=PayoutState.APPROVED) if settings.MONEY.signer_key else Q(pk__in=())
    signed = Q(state__in=(PayoutState.SIGNED, PayoutState.BROADCAST)) & ~Q(signed_by=SignedBy.SAFE)
    return Payout.objects.filter(handed_out | to_sign | signed | Q(state=PayoutState.INCLUDED))


def _unsettled() -> QuerySet[RelayerTransaction]:
    return RelayerTransaction.objects.filter(settled_at=None)


def _round() -> str:
    """One pass; what keeps all of them from going on, in a sentence, or ""."""
    found = reader()
    this = _begin(found, head_of(found))
    if this.relayer:
        with _alone(this, "the relayer"):
            relayer.follow_nonces(this.relayer)
    _go_on(this)
    if this.relayer and this.relayer.problem:
        this.problems.append(this.relayer.problem)
    return this.problems[0] if this.problems else ""


def _go_on(this: Round) -> None:
    """Each payout of this round, while there is time and the node makes sense. The next round begins behind them."""
    deadline, batch, looked_at = time.monotonic() + ROUND_S, _batch(), 0
    for payout in batch:
        if time.monotonic() > deadline or this.failures >= MAX_FAILURES:
            break
        with _alone(this, payout.public_id):
            _steps(this, payout)
        looked_at += 1
    all_of_them = looked_at == len(batch) < MAX_PAYOUTS
    if looked_at:
        _remember(0 if all_of_them else batch[looked_at - 1].pk)


@contextmanager
def _alone(this: Round, what: str) -> Iterator[None]:
    """Whatever is wrong with one of them is not the end of the others."""
    try:
        yield
    except ChainUnavailable as error:
        this.wrong(error.message)
    except Refused:
        this.wrong("The contract at USDC_ADDRESS does not answer as USDC does.")
    except OUTAGES:
        raise
    except Exception:
        log.exception("a payout could not go on", what=what)
        this.wrong(f"Something is wrong with {what}: the log says what.")


def _begin(found: Reader, head: Head) -> Round:
    account, signer = relayer.relayer_account(), signing.signer()
    this = Round(found, head, None, signer)
    if signer is not None and signer.address != found.config.treasury:
        this.signer = None
        this.problems.append(
            "TREASURY_SIGNER_KEY is not the key of the treasury (TREASURY_ADDRESS): it signs nothing."
        )
    if account is None:
        this.problems.append("There is no RELAYER_KEY: signed payouts are not sent.")
    else:
        this.relayer = relayer.Relayer.at(found, head, account)
    return this


def _batch() -> list[Payout]:
    """The next payouts, in turn: with more than fit into a round, each round goes on behind the last one."""
    status = RelayerStatus.objects.filter(pk=STATUS_ROW).first()
    after = status.after_id if status else 0
    following = list(_waiting().filter(pk__gt=after).order_by("pk")[:MAX_PAYOUTS])
    rest = MAX_PAYOUTS - len(following)
    return following + (
        list(_waiting().filter(pk__lte=after).order_by("pk")[:rest]) if after and rest else []
    )


def _remember(after: int) -> None:
    """Where the next round begins; written when it changes."""
    known = RelayerStatus.objects.filter(pk=STATUS_ROW).values_list("after_id", flat=True).first()
    if (known or 0) != after:
        RelayerStatus.objects.update_or_create(pk=STATUS_ROW, defaults={"after_id": after})


def _steps(this: Round, payout: Payout) -> None:
    """Go on with one payout until it stays where it is."""
    for _ in range(STEPS):
        before = payout.state
        _step(this, payout)
        if payout.state == before or payout.state in (PayoutState.FINAL, PayoutState.FAILED):
            return


def _step(this: Round, payout: Payout) -> None:
    if not is_bound_to(payout, this.found.config):
        say(payout, signing.ELSEWHERE)
        return
    if payout.state == PayoutState.INCLUDED:
        follow.follow_included(this.found, this.head, payout, this.block_hashes)
        return
    if payout.authorized_until is not None:
        match look_for(this.found, this.head, payout):
            case Payment() as paid:
                _include(payout, paid)
                return
            case Unpayable() as over:
                _over(this, payout, over)
                return
            case None:
                pass
    if payout.state == PayoutState.APPROVED:
        _sign(this, payout)
    elif this.relayer is not None:
        relayer.relay(this.relayer, payout)


def _sign(this: Round, payout: Payout) -> None:
    if this.signer is None or signing.problem_before_signing(this.found, payout, this.funds()):
        return
    if not signing.sign_by_key(this.found, this.head, payout, this.signer):
        this.funds().put_back(payout)


def _include(payout: Payout, paid: Payment) -> None:
    try:
        follow.mark_included(payout, paid)
    except IntegrityError:
        log.error("a transfer on the chain pays two payouts", payout=payout.public_id)
        say(payout, "The transfer that paid it is recorded for another payout: please compare the two.")


def _over(this: Round, payout: Payout, over: Unpayable) -> None:
    """The chain can never pay what was signed. Time alone is no reason to fail it: it can be signed again."""
    if over.proof == Proof.CANCELLED:
        signing.fail_alone(payout, over.reason)
    elif over.proof == Proof.SPENT:
        log.error("a payout's nonce was used for another payment", payout=payout.public_id)
        say(payout, over.reason)
    elif signing.is_blocked(this.found, payout.wallet):
        signing.fail_alone(payout, signing.BLOCKED)
    elif payout.state == PayoutState.APPROVED:
        _sign(this, payout)
    elif payout.signed_by == SignedBy.KEY and this.signer is not None:
        move(payout, PayoutState.APPROVED, **UNSIGNED)
    else:
        say(payout, f"{over.reason} Retry it to have it signed again.")


def _tell(problem: str) -> None:
    """Keep the one sentence about all of them; written when it changes."""
    problem = cut(problem)
    known = RelayerStatus.objects.filter(pk=STATUS_ROW).values_list("problem", flat=True).first()
    if (known or "") == problem:
        return
    log.warning("payouts", problem=problem or "all is well again")
    at = clock.now() if problem else None
    RelayerStatus.objects.update_or_create(pk=STATUS_ROW, defaults={"problem": problem, "problem_at": at})
