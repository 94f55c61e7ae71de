"""The relayer: an account with ether for gas that hands signed authorizations in, and can move nothing else.

Each of its transactions is a nonce of its account, written down with the signed bytes before anything is sent.
After a crash the same bytes are sent again; a transaction that waits too long is sent once more with the same
nonce and higher fees. That one nonce pays twice is impossible, and that a payout is handed in twice costs gas alone.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from eth_account import Account
from eth_account.signers.local import LocalAccount

from ashao_site.chain.client import ChainUnavailable, Nonsense, Refused
from ashao_site.chain.node import Reverted
from ashao_site.chain.usdc import payment_data
from ashao_site.chain.view import ChainView
from ashao_site.lib import clock
from ledger.payouts import fees
from ledger.payouts.authorization import arguments_of
from ledger.payouts.evidence import read_receipt
from ledger.payouts.models import Payout, RelayerAttempt, RelayerTransaction
from ledger.payouts.moves import BLOCKED, POOR, move, note_problem
from ledger.payouts.states import PayoutState

MAX_IN_FLIGHT = 16
"""Transactions of the relayer that wait for a block: nodes keep few of one account."""
MAX_FOLLOWED = 500
"""Of its transactions that are not final yet."""
GAS_MAX = 1_000_000
GAS_OF_NOTHING = 21_000
RESEND_AFTER = timedelta(seconds=10)
BUMP_AFTER = timedelta(seconds=60)
MAX_ATTEMPTS = 8
LATE_S = 10
"""What ends sooner than this is not sent any more."""
SENDABLE = (PayoutState.SIGNED, PayoutState.BROADCAST)
PAID = (PayoutState.INCLUDED, PayoutState.FINAL)
"""By a block that a reorganisation can still take, however deep: then the same transaction has to pay it again."""


@dataclass
class Relayer:
    """The account, on one chain, at one moment. `problem` is what keeps all of it from sending."""

    view: ChainView
    account: LocalAccount
    used: int
    wei: int
    by_contract: bool
    """Whether the treasury is a contract: it is paid from by the other form of the call."""
    problem: str = ""
    _fees: fees.Fees | None = field(default=None)

    @classmethod
    def at(cls, view: ChainView, account: LocalAccount) -> "Relayer":
        """Its nonces and its ether now."""
        return cls(
            view=view,
            account=account,
            used=view.node.used_nonces(account.address),
            wei=view.node.ether(account.address),
            by_contract=view.node.has_code(view.config.treasury),
        )

    def market(self) -> fees.Fees:
        """Today's fees, asked for once."""
        if self._fees is None:
            base_fee = self.view.node.latest().base_fee_per_gas
            if base_fee is None:
                raise ChainUnavailable("The chain has no base fee (EIP-1559).")
            self._fees = fees.market(base_fee, self.view.node.tip(base_fee))
        return self._fees

    def unsettled(self) -> list[RelayerTransaction]:
        """Its transactions that are not final, in the order of their nonces."""
        mine = RelayerTransaction.objects.filter(
            chain_id=self.view.config.chain_id, relayer=self.account.address, settled_at=None
        )
        return list(mine.select_related("payout").order_by("nonce")[:MAX_FOLLOWED])

    def reopen(self) -> None:
        """Follow again what was settled and the chain has lost: a gap in the nonces would stop all later ones."""
        lost = RelayerTransaction.objects.filter(
            chain_id=self.view.config.chain_id, relayer=self.account.address, nonce__gte=self.used
        )
        lost.exclude(settled_at=None).update(settled_at=None, used_block=None)


def relayer_account() -> LocalAccount | None:
    """The configured relayer, if there is one."""
    key: str = settings.MONEY.relayer_key
    return Account.from_key(key) if key else None


def follow_nonces(relayer: Relayer) -> None:
    """See which nonces are used, send again what the chain does not have, and free the one that is stuck."""
    relayer.reopen()
    unsettled = relayer.unsettled()
    _fill_gap(relayer, unsettled)
    for sent in unsettled:
        if sent.nonce < relayer.used:
            _note_used(relayer, sent)
            continue
        if sent.used_block is not None:  # its block is gone
            RelayerTransaction.objects.filter(pk=sent.pk).update(used_block=None)
        newest = sent.attempts.order_by("-id").first()
        assert newest is not None, "a nonce was allocated without an attempt"
        at = clock.now()
        if sent.nonce == relayer.used and at - newest.created_at >= BUMP_AFTER:
            _bump(relayer, sent, newest)
        elif newest.sent_at is None or at - newest.sent_at >= RESEND_AFTER:
            broadcast(relayer, sent, newest)


def relay(relayer: Relayer, payout: Payout) -> None:
    """Hand a signed payout in for the first time, or anew when the transaction that tried it came to nothing."""
    assert payout.state in SENDABLE
    in_flight = relayer.unsettled()
    if any(sent.payout_id == payout.pk for sent in in_flight):
        return  # `follow_nonces` looks after it
    if not _is_in_time(relayer, payout) or relayer.problem:
        return
    waiting = sum(sent.nonce >= relayer.used for sent in in_flight)
    if waiting >= MAX_IN_FLIGHT:
        return  # the next round sends it
    gas = _simulate(relayer, payout)
    if gas is None:
        return
    offered = relayer.market()
    if problem := fees.problem_with(offered, gas=gas, waiting=waiting, wei=relayer.wei):
        relayer.problem = problem
        return
    with transaction.atomic():
        sent = allocate_nonce(relayer, payout)
        attempt = store_attempt(relayer, sent, _payment_data(relayer, payout), gas, offered)
    broadcast(relayer, sent, attempt)


def allocate_nonce(relayer: Relayer, payout: Payout) -> RelayerTransaction:
    """The next nonce, written down: behind our own last one, and not one that the chain has seen."""
    config = relayer.view.config
    mine = RelayerTransaction.objects.filter(chain_id=config.chain_id, relayer=relayer.account.address)
    last = mine.aggregate(last=Max("nonce"))["last"]
    nonce = relayer.used if last is None else max(last + 1, relayer.used)
    return RelayerTransaction.objects.create(
        chain_id=config.chain_id, relayer=relayer.account.address, nonce=nonce, payout=payout
    )


def store_attempt(
    relayer: Relayer, sent: RelayerTransaction, data: str, gas: int, offered: fees.Fees
) -> RelayerAttempt:
    """Sign a transaction and keep its bytes. No data is a transfer of nothing to oneself."""
    config = relayer.view.config
    fields: dict[str, Any] = {
        "type": 2,
        "chainId": config.chain_id,
        "nonce": sent.nonce,
        "to": config.usdc if data else relayer.account.address,
        "value": 0,
        "data": data or "0x",
        "gas": gas,
        "maxFeePerGas": offered.max_wei,
        "maxPriorityFeePerGas": offered.tip_wei,
    }
    signed = relayer.account.sign_transaction(fields)
    return RelayerAttempt.objects.create(
        transaction=sent,
        tx_hash="0x" + bytes(signed.hash).hex(),
        raw="0x" + bytes(signed.raw_transaction).hex(),
        gas=gas,
        max_fee_wei=offered.max_wei,
        priority_fee_wei=offered.tip_wei,
        created_at=clock.now(),
    )


def broadcast(relayer: Relayer, sent: RelayerTransaction, attempt: RelayerAttempt) -> None:
    """Send it. "Already known" and "nonce too low" are no failures: what counts is what the chain then has."""
    node = relayer.view.node
    try:
        node.send(attempt.raw)
    except (Refused, Nonsense):
        if not (node.knows(attempt.tx_hash) or node.used_nonces(relayer.account.address) > sent.nonce):
            if sent.payout is not None:
                note_problem(sent.payout, "The chain's node does not take its transaction; it is sent again.")
            return
    _mark_sent(sent, attempt)


def send_again(payout: Payout) -> None:
    """Let what was sent for it be sent once more at once: its block is gone."""
    attempts = RelayerAttempt.objects.filter(transaction__payout=payout, transaction__settled_at=None)
    attempts.update(sent_at=None)


def _fill_gap(relayer: Relayer, unsettled: list[RelayerTransaction]) -> None:
    """Use nonces before ours that nobody uses any more, for nothing: they would stop all of ours for ever.

    A reorganisation leaves such a gap where the account was used for something else.
    """
    first = next((sent.nonce for sent in unsettled if sent.nonce >= relayer.used), relayer.used)
    for number, nonce in enumerate(range(relayer.used, min(first, relayer.used + MAX_IN_FLIGHT))):
        offered = relayer.market()
        if problem := fees.problem_with(offered, gas=GAS_OF_NOTHING, waiting=number, wei=relayer.wei):
            relayer.problem = problem
            return
        with transaction.atomic():
            sent = RelayerTransaction.objects.create(
                chain_id=relayer.view.config.chain_id, relayer=relayer.account.address, nonce=nonce
            )
            attempt = store_attempt(relayer, sent, "", GAS_OF_NOTHING, offered)
        broadcast(relayer, sent, attempt)


def _mark_sent(sent: RelayerTransaction, attempt: RelayerAttempt) -> None:
    RelayerAttempt.objects.filter(pk=attempt.pk).update(sent_at=clock.now())
    payout = sent.payout
    if payout is not None and payout.state == PayoutState.SIGNED and attempt.gas != GAS_OF_NOTHING:
        move(payout, PayoutState.BROADCAST)


def _note_used(relayer: Relayer, sent: RelayerTransaction) -> None:
    """Its nonce is in a block. Deep enough, that is for good."""
    rows = RelayerTransaction.objects.filter(pk=sent.pk)
    latest = relayer.view.latest.number
    if sent.used_block is None:
        rows.update(used_block=latest)
        if sent.payout is not None and sent.payout.state in SENDABLE and _has_reverted(relayer, sent):
            note_problem(
                sent.payout, "The chain refused its transaction. It is tried again when that is final."
            )
    elif latest - sent.used_block >= relayer.view.config.confirmations:
        rows.update(settled_at=clock.now())


def _has_reverted(relayer: Relayer, sent: RelayerTransaction) -> bool:
    for tx_hash in sent.attempts.order_by("-id").values_list("tx_hash", flat=True)[:MAX_ATTEMPTS]:
        receipt = read_receipt(relayer.view, tx_hash)
        if receipt is not None:
            return not receipt.succeeded
    return False


def _bump(relayer: Relayer, sent: RelayerTransaction, newest: RelayerAttempt) -> None:
    """The same nonce with higher fees: for the payout while that can still be paid, else for nothing."""
    offered = fees.higher(fees.Fees(newest.max_fee_wei, newest.priority_fee_wei), market=relayer.market())
    enough = sent.attempts.count() >= MAX_ATTEMPTS and newest.max_fee_wei >= relayer.market().max_wei
    if offered is None or enough:
        relayer.problem = (
            f"The relayer's transaction {sent.nonce} has waited since {sent.created_at:%Y-%m-%d %H:%M} UTC, "
            "and its fees cannot be raised any further. It is sent again until the chain takes it."
        )
        broadcast(relayer, sent, newest)
        return
    data, gas = "", GAS_OF_NOTHING
    if newest.gas != GAS_OF_NOTHING and sent.payout is not None and _is_payable(relayer, sent.payout):
        data, gas = _payment_data(relayer, sent.payout), newest.gas
    if offered.max_wei * gas > relayer.wei:
        relayer.problem = fees.too_poor(relayer.wei)
        return
    with transaction.atomic():
        attempt = store_attempt(relayer, sent, data, gas, offered)
    broadcast(relayer, sent, attempt)


def _is_payable(relayer: Relayer, payout: Payout) -> bool:
    """Whether its transaction would still pay it. One that was paid may have lost its block: the chain knows."""
    if payout.state not in SENDABLE + PAID or not payout.signature or not _is_in_time(relayer, payout):
        return False
    nonce = bytes.fromhex(payout.nonce[2:])
    usdc = relayer.view.usdc
    return not usdc.is_authorization_spent(payout.payer, nonce) and not usdc.is_blocked(payout.wallet)


def _is_in_time(relayer: Relayer, payout: Payout) -> bool:
    at = max(relayer.view.latest.timestamp, int(clock.now().timestamp()))
    return payout.valid_before is not None and at + LATE_S < payout.valid_before


def _payment_data(relayer: Relayer, payout: Payout) -> str:
    signature = bytes.fromhex(payout.signature[2:])
    return payment_data(arguments_of(payout), signature, by_contract=relayer.by_contract)


def _simulate(relayer: Relayer, payout: Payout) -> int | None:
    """The gas to give it; None, and the reason written down, where the chain would refuse it."""
    view, data = relayer.view, _payment_data(relayer, payout)
    try:
        needs = view.node.gas_of(relayer.account.address, view.config.usdc, data, at="pending")
    except Reverted:
        note_problem(payout, _why_refused(view, payout))
        return None
    if needs > GAS_MAX:
        note_problem(payout, "Its transaction needs more gas than is ever given to one.")
        return None
    return min(GAS_MAX, needs * 5 // 4 + 10_000)


def _why_refused(view: ChainView, payout: Payout) -> str:
    try:
        if view.usdc.is_blocked(payout.wallet):
            return f"{BLOCKED} The money goes back when its authorization has ended."
        if view.usdc.is_blocked(payout.payer):
            return "USDC has blocked the treasury: nothing can be paid."
        if view.usdc.balance(payout.payer) < payout.amount_micros:
            return POOR
    except Reverted:
        raise ChainUnavailable("The contract at USDC_ADDRESS does not answer as USDC does.") from None
    return "The chain would refuse this payment now; it is tried again."
