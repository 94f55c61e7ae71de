"""The rows of the books. The rules that keep them right are triggers: `ledger/migrations/sql/books.sql`.

Only `ledger.books.actions` writes here. Columns that the database fills in itself say so.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

MAX_KEY_CHARS = 200
MAX_NOTE_CHARS = 500


class Account(models.Model):
    """A named balance.

    A guarded account keeps its balance and what is held of it in its row, moved by triggers, so that a CHECK
    can refuse the overdraft. An unguarded one (pools, treasury) keeps none: its balance is the sum of its
    entries, so that no settlement waits for another at a row that all of them would have to write.
    """

    address = models.CharField(max_length=100, unique=True)
    guarded = models.BooleanField()
    balance_micros = models.BigIntegerField(db_default=0, editable=False)
    held_micros = models.BigIntegerField(db_default=0, editable=False)

    class Meta:
        permissions = [("fund_promo", "Can fund the promotion budget")]
        constraints = [
            models.CheckConstraint(
                name="ledger_account_never_below_zero",
                condition=Q(guarded=False) | Q(held_micros__gte=0, balance_micros__gte=F("held_micros")),
            ),
            models.CheckConstraint(
                name="ledger_account_unguarded_keeps_no_balance",
                condition=Q(guarded=True) | Q(balance_micros=0, held_micros=0),
            ),
            models.CheckConstraint(
                name="ledger_account_guarded_by_address",
                condition=Q(guarded=True)
                | ~(
                    Q(address__startswith="user:")
                    | Q(address__startswith="payout:")
                    | Q(address__startswith="suspense:")
                    | Q(address="promo:budget")
                ),
            ),
            models.CheckConstraint(
                name="ledger_account_address_shape",
                condition=Q(address__regex=r"^[a-z]+(:[A-Za-z0-9_-]+)+$"),
            ),
        ]

    def __str__(self) -> str:
        return self.address


class Transfer(models.Model):
    """One movement of money, at least two entries that sum to zero. Never changed; a mistake is reversed."""

    key = models.CharField(max_length=MAX_KEY_CHARS)
    input_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=MAX_KEY_CHARS, blank=True)
    note = models.CharField(max_length=MAX_NOTE_CHARS, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    """Set by the database: the start of the transaction that made it."""
    posted_txid = models.BigIntegerField(db_default=0, editable=False)
    """Set by the database: entries can be added by that transaction and by no later one."""
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )

    class Meta:
        indexes = [models.Index(fields=["reference"], name="ledger_transfer_by_reference")]
        constraints = [models.UniqueConstraint(fields=["key"], name="ledger_transfer_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Entry(models.Model):
    """One line of a transfer: what it adds to an account, negative where it takes."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", db_index=False)
    amount_micros = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["account", "id"], name="ledger_entry_by_account")]
        constraints = [
            models.CheckConstraint(name="ledger_entry_not_zero", condition=~Q(amount_micros=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount_micros} µ"


class HoldStatus(models.TextChoices):
    """The life of a hold: pending, then exactly one of the others, for ever.

    pending → posted (a transfer took the money), voided (released), expired (released by time).
    """

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


class Hold(models.Model):
    """Money set aside on guarded accounts, to be taken by one transfer or released."""

    key = models.CharField(max_length=MAX_KEY_CHARS)
    input_hash = models.CharField(max_length=64)
    reference = models.CharField(max_length=MAX_KEY_CHARS, blank=True)
    status = models.CharField(max_length=10, choices=HoldStatus.choices, db_default=HoldStatus.PENDING)
    amount_micros = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    """Set by the database: the start of the transaction that made it."""
    created_txid = models.BigIntegerField(db_default=0, editable=False)
    """Set by the database: lines can be added by that transaction and by no later one."""
    expires_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Set by the database when the status changes."""
    transfer = models.OneToOneField(
        Transfer, on_delete=models.PROTECT, null=True, blank=True, related_name="hold"
    )

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="ledger_hold_pending", condition=Q(status="pending")),
            models.Index(fields=["reference"], name="ledger_hold_by_reference"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="ledger_hold_key"),
            models.CheckConstraint(name="ledger_hold_amount_positive", condition=Q(amount_micros__gt=0)),
            models.CheckConstraint(
                name="ledger_hold_known_status", condition=Q(status__in=HoldStatus.values)
            ),
            models.CheckConstraint(
                name="ledger_hold_posted_names_transfer",
                condition=Q(status="posted", transfer__isnull=False)
                | (~Q(status="posted") & Q(transfer__isnull=True)),
            ),
            models.CheckConstraint(
                name="ledger_hold_resolved_has_time",
                condition=Q(status="pending", resolved_at__isnull=True)
                | (~Q(status="pending") & Q(resolved_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class HoldLine(models.Model):
    """What one hold sets aside on one account. The order of ids is the order in which it is drawn on."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="lines", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="hold_lines")
    amount_micros = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "account"], name="ledger_holdline_once"),
            models.CheckConstraint(name="ledger_holdline_positive", condition=Q(amount_micros__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount_micros} µ"
