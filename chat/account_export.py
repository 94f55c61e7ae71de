"""All that is held of a person as one file, written piece by piece: it is never in memory as a whole.

No secret is in it, neither a key nor a token, nor a hash of one.
"""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from ashao_site.accounts.models import ApiKey, SignIn, User
from ashao_site.accounts.session import Viewer
from ashao_site.lib.aio import in_db
from ashao_site.lib.clock import iso
from chat.export import Format, export
from ledger.payouts.models import Payout, PayoutWallet
from staking.account.queries import begin_export, export_entries, export_lines
from staking.indexer.models import Direction, SentDeposit, TreasuryTransfer
from staking.indexer.sent import CREDITED
from workers.queries import exported_worker, workers_ever_of

ROWS_AT_ONCE = 500

Json = dict[str, Any]
Pages = AsyncGenerator[Sequence[Json], None]
M = TypeVar("M", bound=Model)


async def export_account(user: User) -> AsyncGenerator[str, None]:
    """The pieces of the file: `AccountExportSerializer` says what is in it."""
    yield f'{{"person": {_json(_person(user))}'
    for name, pages in _lists(user):
        yield f', "{name}": ['
        between = ""
        async for page in pages:
            if page:
                yield between + ", ".join(_json(row) for row in page)
                between = ", "
        yield "]"
    opening = "{"  # the conversations are an object of their own, which goes on with this one
    async for piece in export(viewer=Viewer(user_id=user.pk), only=None, written_as=Format.JSON):
        yield ", " + piece.removeprefix(opening) if opening else piece
        opening = ""


def _lists(user: User) -> list[tuple[str, Pages]]:
    mine = {"user_id": user.pk}
    credited = TreasuryTransfer.objects.filter(direction=Direction.IN, booked__in=CREDITED, **mine)
    return [
        ("keys", _pages(ApiKey.objects.filter(**mine), _key)),
        ("sessions", _pages(SignIn.objects.live().filter(**mine), _session)),
        ("workers", _pages(workers_ever_of(user), exported_worker)),
        ("payoutWallets", _pages(PayoutWallet.objects.filter(**mine), _payout_wallet)),
        ("payouts", _pages(Payout.objects.filter(**mine), _payout)),
        ("deposits", _pages(credited, _deposit)),
        ("announcedDeposits", _pages(SentDeposit.objects.filter(**mine), _announced)),
        ("statement", _statement(user)),
    ]


async def _pages(rows: QuerySet[M], told: Callable[[M], Json]) -> Pages:
    """The rows from the first that was made on, each as it is told."""
    after = 0
    while batch := await in_db(_batch, rows, after):
        yield [told(row) for row in batch]
        after = batch[-1].pk


def _batch(rows: QuerySet[M], after: int) -> list[M]:
    return list(rows.filter(pk__gt=after).order_by("pk")[:ROWS_AT_ONCE])


async def _statement(user: User) -> Pages:
    """Every entry of the person's, or the newest of very many, as the statement's CSV has them."""
    about = await in_db(begin_export, user)
    balances, after = dict(about.opening), about.after_id
    while entries := await in_db(export_entries, about, after):
        yield [{**line, "at": iso(line["at"])} for line in export_lines(about, balances, entries)]
        after = entries[-1].pk


def _person(user: User) -> Json:
    return {
        "id": user.public_id,
        "wallet": user.wallet,
        "staffName": user.staff_name,
        "createdAt": iso(user.created_at),
        "lastSignInAt": iso(user.last_login) if user.last_login else None,
    }


def _key(row: ApiKey) -> Json:
    return {
        "id": row.public_id,
        "name": row.name,
        "hint": row.hint,
        "scopes": row.scopes,
        "createdAt": iso(row.created_at),
        "lastUsedAt": iso(row.last_used_at) if row.last_used_at else None,
        "revokedAt": iso(row.revoked_at) if row.revoked_at else None,
    }


def _session(row: SignIn) -> Json:
    return {
        "id": row.public_id,
        "device": row.device,
        "createdAt": iso(row.created_at),
        "lastUsedAt": iso(row.last_used_at),
    }


def _payout_wallet(row: PayoutWallet) -> Json:
    return {"wallet": row.wallet, "confirmedAt": iso(row.confirmed_at), "usableAt": iso(row.usable_at)}


def _payout(row: Payout) -> Json:
    return {
        "id": row.public_id,
        "amount": row.amount_micros,
        "wallet": row.wallet,
        "state": row.state,
        "txHash": row.tx_hash or None,
        "requestedAt": iso(row.requested_at),
        "finalAt": iso(row.final_at) if row.final_at else None,
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


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
