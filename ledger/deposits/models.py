"""What was read from the chain about the treasury's USDC, and what people announced.

A row of an event is unique by (transaction, log index) on its chain, so that reading a block again adds nothing.
"""

from django.db import models
from django.db.models import Q

from ashao_site.chain.notation import ADDRESS_CHARS, HASH_CHARS


class Direction(models.TextChoices):
    """Of USDC, as the treasury sees it."""

    IN = "in"
    OUT = "out"


class Booked(models.TextChoices):
    """What a transfer of the treasury's is in the books."""

    DEPOSIT = "deposit"
    SUSPENSE = "suspense"
    """In: from a sender nobody knows; the money is on `suspense:deposits`."""
    ASSIGNED = "assigned"
    """In: it was in suspense, and staff gave it to a person."""
    FUNDING = "funding"
    """In: it was in suspense, and staff booked it as ashao's own money."""
    RETURNED = "returned"
    """In: it was in suspense, and staff sent it back (the payment out is booked as `refund`)."""
    OPEN = "open"
    """Out: nothing in the books explains it yet."""
    PAYOUT = "payout"
    BUYBACK = "buyback"
    CLOUD = "cloud"
    REFUND = "refund"


class TreasuryTransfer(models.Model):
    """A `Transfer` event of USDC to or from the treasury, in a block with enough confirmations."""

    chain_id = models.BigIntegerField()
    tx_hash = models.CharField(max_length=HASH_CHARS)
    log_index = models.PositiveIntegerField()
    on_chain = models.BooleanField(default=True)
    """False after a reorganisation deeper than the confirmations took it out of the chain, until it is read
    again. What it is in the books stays: staff decide."""
    block = models.BigIntegerField()
    block_at = models.DateTimeField()
    direction = models.CharField(max_length=3, choices=Direction.choices)
    counterparty = models.CharField(max_length=ADDRESS_CHARS)
    amount_micros = models.BigIntegerField()
    booked = models.CharField(max_length=10, choices=Booked.choices)
    user_id = models.BigIntegerField(null=True, blank=True)
    """The person whose credits it became."""
    ledger_key = models.CharField(max_length=200, blank=True)
    """The key of the ledger's transfer that explains it on `treasury:usdc`."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "staking_treasurytransfer"
        ordering = ["-block", "-log_index"]
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "tx_hash", "log_index"],
                name="treasury_transfer_once",
                condition=Q(on_chain=True),
            ),
            models.CheckConstraint(name="treasury_transfer_positive", condition=Q(amount_micros__gt=0)),
        ]
        indexes = [
            models.Index(fields=["chain_id", "tx_hash"], name="treasury_transfer_by_tx"),
            models.Index(fields=["user_id", "-id"], name="treasury_transfer_by_user"),
            models.Index(fields=["chain_id", "block_at"], name="treasury_transfer_by_time"),
            models.Index(
                fields=["id"],
                name="treasury_transfer_unsettled",
                condition=Q(booked__in=["suspense", "open"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.tx_hash} {self.log_index}"


class SentDeposit(models.Model):
    """A transaction that a person says they sent to buy credits: followed until it is booked, never trusted."""

    chain_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    tx_hash = models.CharField(max_length=HASH_CHARS)
    amount_micros = models.BigIntegerField()
    """What they said they would send. What is credited is what the chain says."""
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "staking_sentdeposit"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "tx_hash", "user_id"], name="sent_deposit_once")
        ]
        indexes = [models.Index(fields=["user_id", "-id"], name="sent_deposit_by_user")]

    def __str__(self) -> str:
        return self.tx_hash
