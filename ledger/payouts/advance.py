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

from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.node import Reverted
from ashao_site.chain.view import ChainView, view_chain
from ashao_site.lib import clock
from ashao_site.lib.db import OUTAGES, only_one
from ledger.payouts.evidence import Payment, Proof, Unpayable, look_for, read_receipt
from ledger.payouts.models import Payout, RelayerStatus, RelayerTransaction
from ledger.payouts.moves import (
    BLOCKED,
    ELSEWHERE,
    cut,
    fail_alone,
    include,
    is_bound_to,
    note_problem,
    post_final,
)
from ledger.payouts.queries import STATUS_ROW
from ledger.payouts.relayer import Relayer, follow_nonces, relay, relayer_account, send_again
from ledger.payouts.signers import RELAYED, signer_of
from ledger.payouts.signers.funds import Funds, problem_before_signing
from ledger.payouts.signers.key import KEY
from ledger.payouts.states import PayoutState

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

    view: ChainView
    relayer: Relayer | None = None
    key_signs: bool = False
    """Whether the configured key signs what is approved."""
    problems: list[str] = field(default_factory=list)
    block_hashes: dict[int, str] = field(default_factory=dict)
    failures: int = 0
    _funds: Funds | None = None

    def wrong(self, problem: str) -> None:
        """Note what kept one of them from going on."""
        self.problems.append(problem)
        self.failures += 1

    def funds(self) -> Funds:
        """What the treasury can still sign away, asked for once."""
        if self._funds is None:
            self._funds = Funds.of(self.view)
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
    signed = Q(state__in=(PayoutState.SIGNED, PayoutState.BROADCAST), signed_by__in=RELAYED)
    return Payout.objects.filter(handed_out | to_sign | signed | Q(state=PayoutState.INCLUDED))


def _unsettled() -> QuerySet[RelayerTransaction]:
    return RelayerTransaction.objects.filter(settled_at=None)


def _round() -> str:
    """One pass; what keeps all of them from going on, in a sentence, or ""."""
    round_ = _begin(view_chain())
    if round_.relayer:
        with _alone(round_, "the relayer"):
            follow_nonces(round_.relayer)
    _go_on(round_)
    if round_.relayer and round_.relayer.problem:
        round_.problems.append(round_.relayer.problem)
    return round_.problems[0] if round_.problems else ""


def _go_on(round_: Round) -> None:
    """Each payout of this round, while there is time and the node makes sense. The next round begins behind them."""
    deadline, batch, looked_at = time.monotonic() + ROUND_S, _batch(), 0
    for payout in batch:
        if time.monotonic() > deadline or round_.failures >= MAX_FAILURES:
            break
        with _alone(round_, payout.public_id):
            _steps(round_, payout)
        looked_at += 1
    all_of_them = looked_at == len(batch) < MAX_PAYOUTS
    if looked_at:
        _remember(0 if all_of_them else batch[looked_at - 1].pk)


@contextmanager
def _alone(round_: Round, what: str) -> Iterator[None]:
    """Whatever is wrong with one of them is not the end of the others."""
    try:
        yield
    except ChainUnavailable as error:
        round_.wrong(error.message)
    except Reverted:
        round_.wrong("The contract at USDC_ADDRESS does not answer as USDC does.")
    except OUTAGES:
        raise
    except Exception:
        log.exception("a payout could not go on", what=what)
        round_.wrong(f"Something is wrong with {what}: the log says what.")


def _begin(view: ChainView) -> Round:
    round_ = Round(view, key_signs=KEY.signs_for(view.config.treasury))
    if KEY.account() is not None and not round_.key_signs:
        round_.problems.append(
            "TREASURY_SIGNER_KEY is not the key of the treasury (TREASURY_ADDRESS): it signs nothing."
        )
    account = relayer_account()
    if account is None:
        round_.problems.append("There is no RELAYER_KEY: signed payouts are not sent.")
    else:
        round_.relayer = Relayer.at(view, account)
    return round_


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


def _steps(round_: Round, payout: Payout) -> None:
    """Go on with one payout until it stays where it is."""
    for _ in range(STEPS):
        before = payout.state
        _step(round_, payout)
        if payout.state == before or payout.state in (PayoutState.FINAL, PayoutState.FAILED):
            return


def _step(round_: Round, payout: Payout) -> None:
    if not is_bound_to(payout, round_.view.config):
        note_problem(payout, ELSEWHERE)
        return
    if payout.state == PayoutState.INCLUDED:
        _follow_included(round_, payout)
        return
    if payout.authorized_until is not None:
        match look_for(round_.view, payout):
            case Payment() as paid:
                _include(payout, paid)
                return
            case Unpayable() as unpayable:
                _give_up(round_, payout, unpayable)
                return
            case None:
                pass
    if payout.state == PayoutState.APPROVED:
        _sign(round_, payout)
    elif round_.relayer is not None:
        relay(round_.relayer, payout)


def _sign(round_: Round, payout: Payout) -> None:
    if not round_.key_signs or problem_before_signing(round_.view, payout, round_.funds()):
        return
    signed = KEY.prepare(round_.view, payout)
    if signed is None or not KEY.accept(round_.view, payout, signed):
        round_.funds().put_back(payout)


def _include(payout: Payout, paid: Payment) -> None:
    try:
        include(payout, paid.receipt, paid.log_index)
    except IntegrityError:
        log.error("a transfer on the chain pays two payouts", payout=payout.public_id)
        note_problem(
            payout, "The transfer that paid it is recorded for another payout: please compare the two."
        )


def _follow_included(round_: Round, payout: Payout) -> None:
    """Final, once its block is deep enough and still the one on the chain, with the payment in it; else back."""
    assert payout.block is not None
    view = round_.view
    if payout.block > view.latest.number:  # a shorter chain, or a node that is behind another one
        if read_receipt(view, payout.tx_hash) is None:
            _take_back(payout)
        return
    if payout.block not in round_.block_hashes:  # many payouts in one block ask for it once
        round_.block_hashes[payout.block] = view.node.known_block(payout.block).hash
    if round_.block_hashes[payout.block] != payout.block_hash:
        _take_back(payout)
        return
    if payout.block > view.settled.number:
        return
    receipt = read_receipt(view, payout.tx_hash)
    if (
        receipt is None
        or receipt.block_hash != payout.block_hash
        or not signer_of(payout).pays(receipt, payout)
    ):
        _take_back(payout)
        return
    post_final(payout)


def _take_back(payout: Payout) -> None:
    """Its block is no longer part of the chain."""
    send_again(payout)
    signer_of(payout).take_back(payout)


def _give_up(round_: Round, payout: Payout, unpayable: Unpayable) -> None:
    """The chain can never pay what was signed. Time alone is no reason to fail it: it can be signed again."""
    if unpayable.proof == Proof.CANCELLED:
        fail_alone(payout, unpayable.reason)
    elif unpayable.proof == Proof.SPENT:
        log.error("a payout's nonce was used for another payment", payout=payout.public_id)
        note_problem(payout, unpayable.reason)
    elif round_.view.usdc.is_blocked(payout.wallet):
        fail_alone(payout, BLOCKED)
    elif payout.state == PayoutState.APPROVED:
        _sign(round_, payout)
    else:
        signer_of(payout).has_ended(round_.view, payout, unpayable.reason)


def _tell(problem: str) -> None:
    """Keep the one sentence about all of them; written when it changes."""
    problem = cut(problem)
    known = RelayerStatus.objects.filter(pk=STATUS_ROW).values_list("problem", flat=True).first()
    if (known or "") == problem:
        return
    log.warning("payouts", problem=problem or "all is well again")
    at = clock.now() if problem else None
    RelayerStatus.objects.update_or_create(pk=STATUS_ROW, defaults={"problem": problem, "problem_at": at})
