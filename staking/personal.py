"""What is held here of a person who pays in: handed in for the file of all that is held of them."""

from ashao_site.accounts.models import User
from ashao_site.lib.clock import iso
from ashao_site.lib.pieces import Json, Pieces, json_rows
from staking.indexer.models import Direction, SentDeposit, TreasuryTransfer
from staking.indexer.sent import CREDITED


def exported(user: User) -> dict[str, Pieces]:
    """The deposits that became credits, and those that the person said they had sent."""
    credited = TreasuryTransfer.objects.filter(direction=Direction.IN, booked__in=CREDITED, user_id=user.pk)
    return {
        "deposits": json_rows(credited, _deposit),
        "announcedDeposits": json_rows(SentDeposit.objects.filter(user_id=user.pk), _announced),
    }


def _deposit(row: TreasuryTransfer) -> Json:
    return {
        "txHash": row.tx_hash,
        "wallet": row.counterparty,
        "amount": row.amount_micros,
        "creditedAt": iso(row.created_at),
    }


def _announced(row: SentDeposit) -> Json:
    return {"txHash": row.tx_hash, "amount": row.amount_micros, "sentAt": iso(row.sent_at)}
