"""Everything that changes the books. Each action is one transaction, or a savepoint within the caller's.

Every action is idempotent by its key: the same key with the same input gives the first result again, with
other input `Conflict(code="idempotency_conflict")`. A call with impossible input (legs that do not sum to
zero, an address that is not in the chart) is a bug of the caller and raises `ValueError`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ashao_site.lib.errors import Conflict, InsufficientCredits, NotFound
from ledger.books import chart, postgres
from ledger.books.models import (
    MAX_KEY_CHARS,
    MAX_NOTE_CHARS,
    Account,
    Entry,
    Hold,
    HoldLine,
    HoldStatus,
    Transfer,
)
from ledger.books.money import MAX_AMOUNT_MICROS

MAX_LEGS = 200
MAX_SOURCES = 8
MAX_KIND_CHARS = 40
MAX_EXPIRED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a transfer: the account's address and what is added to it (negative: taken from it)."""

    address: str
    amount_micros: int


@dataclass(frozen=True, slots=True)
class TransferRecord:
    """A transfer in the books. `created` is False when this call repeated an earlier one."""

    id: int
    created: bool


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """A hold and the accounts it takes from, in the order in which they are drawn on.

    `created` is False when this call repeated an earlier one.
    """

    id: int
    lines: tuple[tuple[str, int], ...]
    created: bool


def post_transfer(
    *, key: str, kind: str, legs: Sequence[Leg], reference: str = "", note: str = ""
) -> TransferRecord:
    """Move money: the legs, which sum to zero, become one transfer.

    Raises `InsufficientCredits` if a guarded account cannot pay, and then nothing was written.
    """
    merged = _merged(legs)
    digest = postgres.input_hash("transfer", kind, merged, reference, note)
    with transaction.atomic():
        return _post(key=key, digest=digest, kind=kind, legs=merged, reference=reference, note=note)


def reverse_transfer(*, key: str, transfer_id: int, note: str) -> TransferRecord:
    """Take a transfer back by a new one with every entry's opposite. A transfer is reversed at most once.

    Raises `NotFound`, `Conflict` (already_reversed, under another key) and `InsufficientCredits` if what was
    paid in is spent.
    """
    with transaction.atomic():
        wrong = Transfer.objects.filter(pk=transfer_id).first()
        if wrong is None:
            raise NotFound("There is no such transfer.", code="transfer_not_found")
        entries = Entry.objects.filter(transfer=wrong).values_list("account__address", "amount_micros")
        return _post(
            key=key,
            digest=postgres.input_hash("reverse", transfer_id, note),
            kind="reversal",
            legs={address: -amount_micros for address, amount_micros in entries},
            reference=wrong.reference,
            note=note,
            reverses_id=wrong.pk,
        )


def hold(
    *, key: str, reference: str, sources: Sequence[str], amount_micros: int, expires_at: datetime
) -> HoldRecord:
    """Set money aside on `sources`, drawing on each in turn as far as it goes.

    Raises `InsufficientCredits` if together they have not enough, and then nothing was written. `expires_at`
    is no part of the input that a repeat is compared by: a caller that retries computes a later one.
    """
    _require_texts(key=key, reference=reference)
    _require_amount(amount_micros)
    if not 0 < len(set(sources)) == len(sources) <= MAX_SOURCES:
        raise ValueError(f"A hold takes from one to {MAX_SOURCES} different accounts.")
    if not all(chart.is_guarded(chart.require_valid(address)) for address in sources):
        raise ValueError("Only guarded accounts can be held.")
    digest = postgres.input_hash("hold", reference, list(sources), amount_micros)
    with transaction.atomic():
        hold_id, created = postgres.claim_hold(
            key=key, digest=digest, reference=reference, amount_micros=amount_micros, expires_at=expires_at
        )
        if not created:
            return HoldRecord(hold_id, postgres.hold_lines(hold_id), created=False)
        accounts = postgres.lock_existing(sources)
        available = [(address, _available(accounts[address])) for address in sources if address in accounts]
        lines = _draw(available, amount_micros)
        HoldLine.objects.bulk_create(
            HoldLine(hold_id=hold_id, account=accounts[address], amount_micros=micros)
            for address, micros in lines
        )
        return HoldRecord(hold_id, lines, created=True)


def post_hold(
    *,
    hold_key: str,
    key: str,
    kind: str,
    legs: Sequence[Leg],
    amount_micros: int | None = None,
    reference: str,
    note: str = "",
) -> TransferRecord:
    """Pay out of a hold, the whole or `amount_micros` of it; what is left of it is free again.

    `legs` say who receives: all positive, summing to the amount. Who pays follows from the hold's lines, in
    their order. A hold past its time can be posted until `expire_holds` has taken it: the work was done.
    Raises `NotFound`, and `Conflict`: hold_resolved if it was voided, expired or posted under another key,
    hold_too_small if the amount is more than was held.
    """
    if not legs or min(leg.amount_micros for leg in legs) <= 0:
        raise ValueError("Those who receive from a hold receive more than zero.")
    paid_micros = sum(leg.amount_micros for leg in legs)
    receivers = sorted((leg.address, leg.amount_micros) for leg in legs)
    digest = postgres.input_hash("post_hold", hold_key, kind, receivers, reference, note)
    with transaction.atomic():
        held = postgres.locked_hold(hold_key)
        if held.status != HoldStatus.PENDING:
            return _posted_before(held, key=key, digest=digest)
        if paid_micros != (held.amount_micros if amount_micros is None else amount_micros):
            raise ValueError("What is received must be what is taken from the hold.")
        if paid_micros > held.amount_micros:
            raise Conflict("More was to be paid than the hold has set aside.", code="hold_too_small")
        lines = postgres.hold_lines(held.pk)
        payers = [Leg(address, -micros) for address, micros in _draw(lines, paid_micros)]
        return _post(
            key=key,
            digest=digest,
            kind=kind,
            legs=_merged([*payers, *legs]),
            reference=reference,
            note=note,
            settled=(held, dict(lines)),
        )


def void_hold(*, hold_key: str) -> bool:
    """Release a hold. True if this call did it, False if it was released before (voided or expired).

    Raises `NotFound`, and `Conflict` (hold_resolved) if the hold was posted.
    """
    with transaction.atomic():
        held = postgres.locked_hold(hold_key)
        if held.status == HoldStatus.POSTED:
            raise Conflict("This hold has been posted.", code="hold_resolved")
        if held.status != HoldStatus.PENDING:
            return False
        postgres.lock_held([held.pk])
        return _resolve([held.pk], HoldStatus.VOIDED) == 1


def expire_holds(*, now: datetime, limit: int = 500) -> int:
    """Release pending holds whose time is over, at most `limit` of them, and say how many.

    Any number of processes may run it at once: each hold is released by one of them.
    """
    with transaction.atomic():
        due = Hold.objects.filter(status=HoldStatus.PENDING, expires_at__lte=now).order_by("expires_at")
        locked = due.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
        hold_ids = list(locked[: min(limit, MAX_EXPIRED_AT_ONCE)])
        postgres.lock_held(hold_ids)
        return _resolve(hold_ids, HoldStatus.EXPIRED)


def fund_promo(*, key: str, amount_micros: int, note: str, staff: str) -> TransferRecord:
    """Book USDC that ashao has put into its treasury for free credits.

    `note` is the evidence and `staff` names who did it (kept as the reference).
    """
    _require_amount(amount_micros)
    legs = [Leg(chart.TREASURY_USDC, -amount_micros), Leg(chart.PROMO_BUDGET, amount_micros)]
    return post_transfer(key=key, kind="promo_funding", legs=legs, reference=staff, note=note)


def grant(*, key: str, user_id: int | str, amount_micros: int) -> bool:
    """Give free credits out of the promotion budget. False, and nothing written, if it cannot pay it all."""
    _require_amount(amount_micros)
    legs = [Leg(chart.PROMO_BUDGET, -amount_micros), Leg(chart.user_granted(user_id), amount_micros)]
    try:
        post_transfer(key=key, kind="grant", legs=legs)
    except InsufficientCredits:
        return False
    return True


def _post(
    *,
    key: str,
    digest: str,
    kind: str,
    legs: Mapping[str, int],
    reference: str,
    note: str,
    reverses_id: int | None = None,
    settled: tuple[Hold, Mapping[str, int]] | None = None,
) -> TransferRecord:
    """Write a transfer and its entries: only here. `settled` is a hold that it posts, with its lines."""
    _require_texts(key=key, reference=reference, kind=kind, note=note)
    transfer_id, created = postgres.claim_transfer(
        key=key, digest=digest, kind=kind, reference=reference, note=note, reverses_id=reverses_id
    )
    if not created:
        return TransferRecord(transfer_id, created=False)
    released: Mapping[str, int] = settled[1] if settled else {}
    accounts = postgres.locked_accounts(legs.keys() | released.keys())
    for address, micros in legs.items():
        account = accounts[address]
        if account.guarded and _available(account) + released.get(address, 0) + micros < 0:
            raise InsufficientCredits("There are not enough credits for this.")
    if settled:
        _resolve([settled[0].pk], HoldStatus.POSTED, transfer_id=transfer_id)
    in_order = sorted(legs.items(), key=lambda leg: accounts[leg[0]].pk)
    Entry.objects.bulk_create(
        Entry(transfer_id=transfer_id, account=accounts[address], amount_micros=micros)
        for address, micros in in_order
    )
    return TransferRecord(transfer_id, created=True)


def _posted_before(held: Hold, *, key: str, digest: str) -> TransferRecord:
    """The first result, if a resolved hold was posted under this key."""
    posted = held.transfer
    if posted is None or posted.key != key:
        raise Conflict(f"This hold is already {held.status}.", code="hold_resolved")
    postgres.require_same_input(posted.input_hash, digest)
    return TransferRecord(posted.pk, created=False)


def _resolve(hold_ids: Sequence[int], status: HoldStatus, *, transfer_id: int | None = None) -> int:
    """Resolve pending holds. They and their accounts are locked; the database frees what they held."""
    pending = Hold.objects.filter(pk__in=hold_ids, status=HoldStatus.PENDING)
    count = pending.update(status=status, transfer_id=transfer_id)
    assert count == len(hold_ids), "a locked pending hold was resolved by somebody else"
    return count


def _draw(available: Iterable[tuple[str, int]], amount_micros: int) -> tuple[tuple[str, int], ...]:
    """Take the amount from accounts in turn, each as far as it goes. Raises `InsufficientCredits`."""
    drawn: list[tuple[str, int]] = []
    for address, micros in available:
        take_micros = min(micros, amount_micros)
        if take_micros > 0:
            drawn.append((address, take_micros))
            amount_micros -= take_micros
    if amount_micros > 0:
        raise InsufficientCredits("There are not enough credits for this.")
    return tuple(drawn)


def _available(account: Account) -> int:
    return account.balance_micros - account.held_micros


def _merged(legs: Sequence[Leg]) -> dict[str, int]:
    """The legs by address, in the order of addresses: checked, one for each account, none of them zero."""
    if len(legs) > MAX_LEGS or any(abs(leg.amount_micros) > MAX_AMOUNT_MICROS for leg in legs):
        raise ValueError("A transfer has a limited number of legs, and each a limited amount.")
    sums: dict[str, int] = {}
    for leg in legs:
        chart.require_valid(leg.address)
        sums[leg.address] = sums.get(leg.address, 0) + leg.amount_micros
    merged = {address: sums[address] for address in sorted(sums) if sums[address] != 0}
    if sum(merged.values()) != 0 or len(merged) < 2:
        raise ValueError("The legs of a transfer must sum to zero and move something.")
    return merged


def _require_amount(amount_micros: int) -> None:
    if not 0 < amount_micros <= MAX_AMOUNT_MICROS:
        raise ValueError("The amount must be more than zero and within the limit.")


def _require_texts(*, key: str, reference: str, kind: str = "-", note: str = "") -> None:
    limits = (
        (key, 1, MAX_KEY_CHARS),
        (reference, 0, MAX_KEY_CHARS),
        (kind, 1, MAX_KIND_CHARS),
        (note, 0, MAX_NOTE_CHARS),
    )
    if not all(least <= len(text) <= most for text, least, most in limits):
        raise ValueError("A key, reference, kind or note is empty or too long.")
