"""What is held here of a person who pays in and is paid: handed in for the file of all that is held, and forgotten.

The books themselves stay: what they say of a person is that person's statement.
"""

from collections.abc import AsyncGenerator, Sequence

from ashao_site.accounts.models import User
from ashao_site.lib.aio import in_db
from ashao_site.lib.clock import iso, iso_or_none
from ashao_site.lib.errors import Conflict
from ashao_site.lib.pieces import Json, Pieces, json_list, json_rows
from ledger.deposits.buying import CREDITED
from ledger.deposits.models import Direction, SentDeposit, TreasuryTransfer
from ledger.payouts.actions import forget_wallets
from ledger.payouts.models import Payout, PayoutWallet
from ledger.payouts.queries import payouts_of
from ledger.payouts.states import OPEN
from ledger.statement.rows import told
from ledger.statement.whole import begin_whole, rows_of


def exported(user: User) -> dict[str, Pieces]:
    """Confirmed wallets and payouts; deposits that became credits, or that were announced; the statement."""
    credited = TreasuryTransfer.objects.filter(direction=Direction.IN, booked__in=CREDITED, user_id=user.pk)
    return {
        "payoutWallets": json_rows(PayoutWallet.objects.filter(user_id=user.pk), _wallet),
        "payouts": json_rows(Payout.objects.filter(user_id=user.pk), _payout),
        "deposits": json_rows(credited, _deposit),
        "announcedDeposits": json_rows(SentDeposit.objects.filter(user_id=user.pk), _announced),
        "statement": json_list(_statement(user)),
    }


def forget(user: User) -> None:
    """Forget the wallets. Raises what `refuse_while_paid` does; the caller has locked the person's row."""
    refuse_while_paid(user)
    forget_wallets(user=user)


def refuse_while_paid(user: User) -> None:
    """Raise `Conflict` (payout_under_way) while a payout is on its way to this person."""
    if payouts_of(user).filter(state__in=OPEN).exists():
        raise Conflict(
            "A payout is on its way to you. Everything can be deleted once it has arrived.",
            code="payout_under_way",
        )


def _wallet(row: PayoutWallet) -> Json:
    return {"wallet": row.wallet, "confirmedAt": iso(row.confirmed_at), "usableAt": iso(row.usable_at)}


def _payout(row: Payout) -> Json:
    return {
        "id": row.public_id,
        "amount": row.amount_micros,
        "wallet": row.wallet,
        "state": row.state,
        "txHash": row.tx_hash or None,
        "requestedAt": iso(row.requested_at),
        "finalAt": iso_or_none(row.final_at),
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


async def _statement(user: User) -> AsyncGenerator[Sequence[Json], None]:
    """Every row from the oldest on, or the newest of very many, as the statement's CSV has them."""
    async for rows in rows_of(await in_db(begin_whole, user)):
        yield [{**told(row), "at": iso(row.created_at)} for row in rows]
