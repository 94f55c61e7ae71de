"""How far the chain has been read."""

from django.db import models

from ashao_site.chain.notation import HASH_CHARS

MAX_SENTENCE_CHARS = 300
MAX_ADDRESSES_CHARS = 200


class ChainCursor(models.Model):
    """How far one chain has been read: everything up to and with `block`. One row a chain.

    With an `alarm` nothing is read or credited any more, until staff have looked and taken it off.
    """

    chain_id = models.BigIntegerField(unique=True)
    genesis_hash = models.CharField(max_length=HASH_CHARS)
    """Of block 0: another one is another chain with the same id."""
    addresses = models.CharField(max_length=MAX_ADDRESSES_CHARS, blank=True)
    """Whose events have been read: USDC, treasury, vault and token. Others would leave a gap behind them."""
    block = models.BigIntegerField()
    block_hash = models.CharField(max_length=HASH_CHARS)
    block_at = models.DateTimeField()
    """The block's own time: everything on the chain before it is known here."""
    read_at = models.DateTimeField()
    range_blocks = models.PositiveIntegerField()
    """How many blocks are asked for at once: halved when the node refuses, grown again when it does not."""
    problem = models.CharField(max_length=MAX_SENTENCE_CHARS, blank=True)
    """Why nothing could be read the last time; it is tried again by itself, and cleared when it works."""
    problem_at = models.DateTimeField(null=True, blank=True)
    """Since when there is one."""
    alarm = models.CharField(max_length=MAX_SENTENCE_CHARS, blank=True)
    alarm_at = models.DateTimeField(null=True, blank=True)
    recheck = models.BooleanField(default=False)
    """Staff have taken an alarm off: go back to the highest checkpoint that is still in the chain."""

    class Meta:
        db_table = "staking_chaincursor"

    def __str__(self) -> str:
        return f"chain {self.chain_id} up to {self.block}"


class ChainCheckpoint(models.Model):
    """A block that was read and its hash: where reading can go on after a deep reorganisation."""

    chain_id = models.BigIntegerField()
    block = models.BigIntegerField()
    block_hash = models.CharField(max_length=HASH_CHARS)

    class Meta:
        db_table = "staking_chaincheckpoint"
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "block"], name="chain_checkpoint_once"),
        ]

    def __str__(self) -> str:
        return f"chain {self.chain_id} block {self.block}"
