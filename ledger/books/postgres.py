"""The ledger's rows: keys claimed once, accounts created, sorted, locked. Used by `ledger.books.actions` alone.

Locks are always taken in the same order, so that two actions never wait for each other in a circle: the
hold's row, then the transfer's key, then new accounts by address, then guarded accounts by id. Unguarded
accounts (pools, treasury) are never locked: nobody queues at an account that everybody's money flows into.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from ashao_site.lib.errors import Conflict, NotFound
from ledger.books import chart
from ledger.books.models import Account, Hold, HoldLine, Transfer


def input_hash(*parts: Any) -> str:
    """SHA-256 in hex of an action's input: what a repeated key is compared by."""
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def require_same_input(stored: str, given: str) -> None:
    """Raise `Conflict` if a key that is in the books was used again for something else."""
    if stored != given:
        raise Conflict("This key was used before with different input.", code="idempotency_conflict")


def claim_transfer(
    *, key: str, digest: str, kind: str, reference: str, note: str, reverses_id: int | None
) -> tuple[int, bool]:
    """Insert the transfer's row, or find the one that has this key: its id, and whether it is new.

    A concurrent call with the same key waits here for the first one's end.
    """
    new_id = _insert_new(
        "INSERT INTO ledger_transfer (key, input_hash, kind, reference, note, reverses_id)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (key, digest, kind, reference, note, reverses_id),
    )
    if new_id is not None:
        return new_id, True
    first = Transfer.objects.filter(key=key).only("id", "input_hash").first()
    if first is None:  # the other unique column stood in the way
        raise Conflict("This transfer has been reversed before.", code="already_reversed")
    require_same_input(first.input_hash, digest)
    return first.pk, False


def claim_hold(
    *, key: str, digest: str, reference: str, amount_micros: int, expires_at: datetime
) -> tuple[int, bool]:
    """Insert the hold's row, or find the one that has this key: its id, and whether it is new."""
    new_id = _insert_new(
        "INSERT INTO ledger_hold (key, input_hash, reference, amount_micros, expires_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (key, digest, reference, amount_micros, expires_at),
    )
    if new_id is not None:
        return new_id, True
    first = Hold.objects.only("id", "input_hash").get(key=key)
    require_same_input(first.input_hash, digest)
    return first.pk, False


def locked_hold(hold_key: str) -> Hold:
    """The hold, locked until the transaction's end. Raises `NotFound`."""
    hold = Hold.objects.select_for_update(no_key=True).filter(key=hold_key).first()
    if hold is None:
        raise NotFound("There is no such hold.", code="hold_not_found")
    return hold


def hold_lines(hold_id: int) -> tuple[tuple[str, int], ...]:
    """What a hold has set aside, as (address, µUSDC), in the order in which it is drawn on."""
    lines = HoldLine.objects.filter(hold_id=hold_id).order_by("id")
    return tuple(lines.values_list("account__address", "amount_micros"))


def locked_accounts(addresses: Collection[str]) -> dict[str, Account]:
    """The accounts by address, created if missing; the guarded ones are locked, in the order of their ids."""
    accounts = _by_address(addresses)
    missing = sorted(set(addresses) - accounts.keys())
    if missing:
        # Sorted: two transactions that create the same accounts wait for each other in one order only.
        Account.objects.bulk_create(
            [Account(address=address, guarded=chart.is_guarded(address)) for address in missing],
            ignore_conflicts=True,
        )
        accounts |= _by_address(missing)
    return accounts | lock_existing(address for address, account in accounts.items() if account.guarded)


def lock_existing(addresses: Iterable[str]) -> dict[str, Account]:
    """Lock those of these guarded accounts that exist, and return them as they are now, by address."""
    return _lock_guarded(Account.objects.filter(address__in=list(addresses)))


def lock_held(hold_ids: Sequence[int]) -> None:
    """Lock the accounts that these holds have set money aside on."""
    lines = HoldLine.objects.filter(hold_id__in=hold_ids)
    _lock_guarded(Account.objects.filter(pk__in=lines.values("account_id")))


def _lock_guarded(accounts: QuerySet[Account]) -> dict[str, Account]:
    # no_key: entries of other transactions refer to these rows, and referring is not waiting.
    in_order = accounts.filter(guarded=True).order_by("id").select_for_update(no_key=True)
    return {account.address: account for account in in_order}


def _by_address(addresses: Iterable[str]) -> dict[str, Account]:
    return {account.address: account for account in Account.objects.filter(address__in=list(addresses))}


def _insert_new(sql: str, values: tuple[Any, ...]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return None if row is None else int(row[0])
