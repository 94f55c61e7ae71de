"""What sets escrow free, and what staff decide about it."""

import uuid

import structlog
from django.db import transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ashao_site.lib.db import only_one
from ashao_site.lib.errors import BadInput, Forbidden, NotFound
from workers.trust.models import MAX_NOTE_CHARS, OwnerTrust, TrustDecision
from workers.trust.queries import Standing, meets_rule, owners_to_check, owners_to_release, standing_of
from workers.trust.release import release

log = structlog.get_logger("ashao.trust")

RELEASED_AT_ONCE_MAX = 1_000
CHECKED_AT_ONCE_MAX = 1_000
PERMISSION = "workers.decide_trust"


def release_escrow() -> int:
    """Move what owners whom staff trust may have of their escrow to their earnings; how many owners that were.

    Within the limits of `release`, day after day. Those who meet the rule are noted, for staff to decide. One
    process at a time, and a limited number of owners each time: the next call goes on. Killed at any
    moment, it has released an owner's escrow or not, never a part of it, never twice.
    """
    with only_one("release_escrow") as mine:
        if not mine:
            return 0
        for owner_id in owners_to_check(limit=CHECKED_AT_ONCE_MAX):
            if meets_rule(owner_id):
                _propose(owner_id)
        return sum(_release(owner_id) for owner_id in owners_to_release(limit=RELEASED_AT_ONCE_MAX))


def decide_trust(*, staff: User, owner_public_id: str, decision: TrustDecision, note: str) -> Standing:
    """Decide about an owner: trusted or not, whatever the rule says, or that nothing is decided any more.

    What has left escrow stays where it is. Raises `Forbidden` without the permission or about oneself,
    `NotFound`, and `BadInput` without a note.
    """
    note = note.strip()
    if not staff.has_perm(PERMISSION):
        raise Forbidden("You may not decide who is trusted.")
    if not note or len(note) > MAX_NOTE_CHARS:
        raise BadInput(f"Say why, in at most {MAX_NOTE_CHARS} characters.")
    owner = User.objects.filter(public_id=owner_public_id).first()
    if owner is None:
        raise NotFound("There is no such person.")
    if owner.pk == staff.pk:
        raise Forbidden("Somebody else must decide about you.", code="own_trust")
    with transaction.atomic():
        trust = _locked_trust(owner.pk)
        trust.decision, trust.note = decision, note
        trust.decided_by, trust.decided_at = staff, clock.now()
        trust.save(update_fields=["decision", "note", "decided_by", "decided_at"])
        audit(actor=staff, action="trust.decide", subject=owner.public_id, detail=f"{decision}: {note}")
    return standing_of(owner)


def _locked_trust(owner_id: int) -> OwnerTrust:
    """The owner's row, made if there is none, locked so that a decision and a release wait for each other."""
    OwnerTrust.objects.bulk_create([OwnerTrust(owner_id=owner_id)], ignore_conflicts=True)
    return OwnerTrust.objects.select_for_update(no_key=True, of=("self",)).get(owner_id=owner_id)


def _propose(owner_id: int) -> None:
    with transaction.atomic():
        _locked_trust(owner_id)
        now = clock.now()
        if OwnerTrust.objects.filter(owner_id=owner_id, proposed_at=None).update(proposed_at=now) == 1:
            audit(actor=None, action="trust.rule_met", subject=User.objects.get(pk=owner_id).public_id)


def _release(owner_id: int) -> bool:
    """Release of one owner's escrow what may leave it, if staff still trust the owner; whether anything moved."""
    with transaction.atomic():
        if _locked_trust(owner_id).decision != TrustDecision.TRUSTED:
            return False
        amount_micros = release(owner_id, key=f"escrow:{owner_id}:{uuid.uuid4().hex}")
    if amount_micros:
        log.info("escrow_released", owner=owner_id, amount_micros=amount_micros)
    return amount_micros > 0
