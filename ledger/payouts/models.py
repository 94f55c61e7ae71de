"""The rows of payouts. Each kind is written in one place.

A payout is made in `requests` and changed in `moves`, which also writes down who decided it; wallets are in `wallets`,
the relayer's transactions in `relayer`, and what keeps all of them from going on in `advance`.

A person is a number here (`user_id`), as in the addresses of the chart: the ledger has no foreign key outward.
"""

from django.db import models
from django.db.models import Q

from ashao_site.chain.notation import ADDRESS_CHARS, HASH_CHARS
from ashao_site.chain.wei import WeiField
from ashao_site.lib import clock
from ashao_site.lib.text import new_id
from ledger.payouts.states import OPEN, PayoutState, SignedBy

MAX_SENTENCE_CHARS = 300
MAX_SIGNATURE_CHARS = 4_096  # a contract's signature can be that of many owners


def _payout_id() -> str:
    return new_id("pay")


class PayoutWallet(models.Model):
    """A wallet beside a person's own that receives payouts: it proved by a signature that somebody holds it."""

    user_id = models.BigIntegerField()
    wallet = models.CharField(max_length=ADDRESS_CHARS)
    confirmed_at = models.DateTimeField()
    usable_at = models.DateTimeField(default=clock.now)
    """From then on it can be paid: until then whoever did not want it can take it away."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "wallet"], name="payout_wallet_once")]

    def __str__(self) -> str:
        return self.wallet


class Payout(models.Model):
    """A payment of earnings. Its id, person, wallet, amount and nonce never change: a trigger sees to it."""

    public_id = models.CharField(max_length=40, unique=True, default=_payout_id, editable=False)
    user_id = models.BigIntegerField()
    wallet = models.CharField(max_length=ADDRESS_CHARS)
    amount_micros = models.BigIntegerField()
    key = models.CharField(max_length=120, unique=True)
    """The request's idempotency key, with the person it belongs to."""
    nonce = models.CharField(max_length=HASH_CHARS, unique=True)
    """bytes32 as hex: keccak256 of the public id. EIP-3009 lets the treasury use each nonce once."""
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in PayoutState], default=PayoutState.REQUESTED
    )
    requested_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)

    signed_by = models.CharField(max_length=6, blank=True, choices=[(s, s) for s in SignedBy])
    signed_at = models.DateTimeField(null=True, blank=True)
    valid_before = models.BigIntegerField(null=True, blank=True)
    """Second of the chain's time from which the signed authorization is void."""
    signature = models.CharField(max_length=MAX_SIGNATURE_CHARS, blank=True)
    key_signed_at = models.DateTimeField(null=True, blank=True)
    """When the configured key last signed it, whoever signed it since: what the daily limit is counted by."""
    authorized_until = models.BigIntegerField(null=True, blank=True)
    """The latest `valid_before` that a signer was ever handed, never less than before. Until the chain is past it
    the payout may still be paid, whatever its state says: the money must not go anywhere else."""
    chain_id = models.BigIntegerField(null=True, blank=True)
    token = models.CharField(max_length=ADDRESS_CHARS, blank=True)
    payer = models.CharField(max_length=ADDRESS_CHARS, blank=True)
    """The chain, the USDC contract and the treasury that were first asked to pay it, for ever: the same nonce
    could be used once more with another one of them."""
    unpaid_block = models.BigIntegerField(null=True, blank=True)
    """Up to this block the chain is known not to have paid it."""
    searched_block = models.BigIntegerField(null=True, blank=True)
    """How far a search for what used its nonce, or executed its file, has come; the next one goes on behind it."""

    tx_hash = models.CharField(max_length=HASH_CHARS, blank=True)
    """The transaction that paid it, from `included` on."""
    block = models.BigIntegerField(null=True, blank=True)
    block_hash = models.CharField(max_length=HASH_CHARS, blank=True)
    log_index = models.BigIntegerField(null=True, blank=True)
    """Of the `Transfer` event that paid it."""
    included_at = models.DateTimeField(null=True, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=MAX_SENTENCE_CHARS, blank=True)
    """What it waits for, or why it failed, in a sentence for staff and the earner."""
    problem_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("approve_payout", "Can approve and reject payouts"),
            ("sign_payout", "Can sign payouts and record what was executed"),
            ("reconcile", "Can see the reconciliation, and assign what is in suspense"),
            ("book_treasury", "Can record buybacks, burns and the treasury's other payments"),
        ]
        constraints = [
            models.CheckConstraint(name="payout_amount_positive", condition=Q(amount_micros__gt=0)),
            models.CheckConstraint(
                name="payout_known_state", condition=Q(state__in=[str(s) for s in PayoutState])
            ),
            models.UniqueConstraint(
                fields=["tx_hash", "log_index"],
                name="payout_event_once",
                condition=Q(log_index__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["user_id", "-id"], name="payout_by_user"),
            models.Index(
                fields=["state", "id"],
                name="payout_open",
                condition=Q(state__in=sorted(str(s) for s in OPEN)),
            ),
            models.Index(fields=["tx_hash"], name="payout_by_transaction"),
            models.Index(
                fields=["key_signed_at"], name="payout_key_signed", condition=Q(key_signed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class PayoutDecision(models.Model):
    """What somebody of the staff decided about a payout. Two approvals of one person count once."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="decisions")
    staff_id = models.BigIntegerField()
    decision = models.CharField(
        max_length=10, choices=[(d, d) for d in ("approve", "reject", "sign", "retry", "fail")]
    )
    note = models.CharField(max_length=MAX_SENTENCE_CHARS, blank=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payout", "staff_id"],
                name="payout_approved_once_each",
                condition=Q(decision="approve"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.payout_id}"


class RelayerTransaction(models.Model):
    """One nonce of the relayer's account, and the payout it is used for. Its attempts take each other's place.

    Written before anything is sent: after a crash the same transaction is sent again.
    """

    chain_id = models.BigIntegerField()
    relayer = models.CharField(max_length=ADDRESS_CHARS)
    nonce = models.BigIntegerField()
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, null=True, related_name="transactions")
    """None for a transaction to oneself that only frees a nonce that is stuck."""
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    """When one of its attempts, or another use of its nonce, was found final on the chain."""
    used_block = models.BigIntegerField(null=True, blank=True)
    """The latest block when the chain was first seen to have used its nonce."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "relayer", "nonce"], name="relayer_nonce_once"),
        ]
        indexes = [
            models.Index(
                fields=["chain_id", "relayer", "nonce"],
                name="relayer_unsettled",
                condition=Q(settled_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.relayer} {self.nonce}"


class RelayerAttempt(models.Model):
    """A signed transaction as it was, or is about to be, sent."""

    transaction = models.ForeignKey(RelayerTransaction, on_delete=models.PROTECT, related_name="attempts")
    tx_hash = models.CharField(max_length=HASH_CHARS, unique=True)
    raw = models.TextField()
    gas = models.BigIntegerField(default=0)
    max_fee_wei = WeiField()
    priority_fee_wei = WeiField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.tx_hash


class RelayerStatus(models.Model):
    """One row: what keeps the relayer as a whole from working, and where its next round begins."""

    problem = models.CharField(max_length=MAX_SENTENCE_CHARS, blank=True)
    problem_at = models.DateTimeField(null=True, blank=True)
    after_id = models.BigIntegerField(default=0)
    """The last payout that was looked at: with more than fit into one run, the next goes on behind it."""

    def __str__(self) -> str:
        return self.problem
