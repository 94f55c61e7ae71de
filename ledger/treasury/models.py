"""$ASHAO that was burned, as the chain tells it, and what staff recorded of the treasury with evidence."""

from django.db import models
from django.db.models import Q

from ashao_site.chain.notation import ADDRESS_CHARS, HASH_CHARS
from ashao_site.chain.wei import WeiField

MAX_NOTE_CHARS = 500


class Burn(models.Model):
    """A `Transfer` of $ASHAO to the zero address, in a block with enough confirmations."""

    chain_id = models.BigIntegerField()
    tx_hash = models.CharField(max_length=HASH_CHARS)
    log_index = models.PositiveIntegerField()
    block = models.BigIntegerField()
    block_at = models.DateTimeField()
    wallet = models.CharField(max_length=ADDRESS_CHARS)
    amount_wei = WeiField()

    class Meta:
        db_table = "staking_burn"
        ordering = ["-block", "-log_index"]
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "tx_hash", "log_index"], name="burn_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tx_hash} {self.log_index}"


class BookingKind(models.TextChoices):
    """What the treasury paid for."""

    BUYBACK = "buyback"
    """USDC for $ASHAO, which was then burned: `pool:buyback` pays."""
    CLOUD = "cloud"
    """The cloud's bill: `pool:cloud` pays."""
    REFUND = "refund"
    """A deposit of an unknown sender, sent back: `suspense:deposits` pays."""


class Booking(models.Model):
    """A payment out of the treasury that staff recorded, verified on the chain before it was posted."""

    kind = models.CharField(max_length=8, choices=BookingKind.choices)
    chain_id = models.BigIntegerField()
    tx_hash = models.CharField(max_length=HASH_CHARS)
    """The transaction in which the USDC left the treasury."""
    amount_micros = models.BigIntegerField()
    burn_tx_hash = models.CharField(max_length=HASH_CHARS, blank=True)
    burned_wei = WeiField(default=0)
    staff_id = models.BigIntegerField()
    note = models.CharField(max_length=MAX_NOTE_CHARS, blank=True)
    ledger_key = models.CharField(max_length=200, unique=True)
    booked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "staking_booking"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "tx_hash"], name="booking_once"),
            models.UniqueConstraint(
                fields=["chain_id", "burn_tx_hash"], name="booking_burn_once", condition=~Q(burn_tx_hash="")
            ),
            models.CheckConstraint(name="booking_positive", condition=Q(amount_micros__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tx_hash}"
