"""What staff do with money of unknown senders, and what explains what left the treasury."""

from typing import Any

import pytest

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, Conflict, NotFound
from ledger.books import chart
from ledger.books import queries as books
from ledger.deposits.models import Booked, Direction, TreasuryTransfer
from ledger.deposits.suspense import assign_deposit, fund_from_suspense, return_from_suspense
from ledger.payouts.models import Payout
from ledger.reconciliation.actions import clear_alarm
from ledger.treasury.explaining import match_outgoing
from ledger.treasury.models import Booking
from tests.indexer.support import follow

from .support import DEEP, USD, World, credits_of, person, suspense, treasury_micros

pytestmark = pytest.mark.usefixtures("networked")
CHAIN = 31337


@pytest.fixture
def staff(db) -> User:
    return User.objects.create_user("dora")


@pytest.fixture
def unknown(world: World) -> TreasuryTransfer:
    """Five dollars from nobody knows whom."""
    world.pay(world.rich(), 5 * USD)
    world.confirm()
    return TreasuryTransfer.objects.get(booked=Booked.SUSPENSE)


def test_assigned_once(world: World, unknown: TreasuryTransfer, staff: User):
    user, other = person(world.chain.person()), person(world.chain.person())
    for _ in range(2):
        row = assign_deposit(
            staff=staff, transfer_id=unknown.pk, user_public_id=user.public_id, note="her mail"
        )
        assert (row.booked, row.user_id, row.ledger_key) == (Booked.ASSIGNED, user.pk, unknown.ledger_key)
    assert (credits_of(user), suspense(), treasury_micros()) == (5 * USD, 0, 5 * USD)
    with pytest.raises(Conflict, match="not in suspense"):
        assign_deposit(staff=staff, transfer_id=unknown.pk, user_public_id=other.public_id, note="no, his")
    with pytest.raises(Conflict):
        fund_from_suspense(staff=staff, transfer_id=unknown.pk, note="no, ours")
    with pytest.raises(Conflict):
        return_from_suspense(transfer_id=unknown.pk)
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.action) == ("dora", "deposit.assign")
    assert entry.detail == f"$5.00 to {user.public_id}. her mail"
    assert books.check_books() == []


def test_funded_once(unknown: TreasuryTransfer, staff: User):
    for _ in range(2):
        fund_from_suspense(staff=staff, transfer_id=unknown.pk, note="for free credits")
    assert (books.balance(chart.PROMO_BUDGET), suspense()) == (5 * USD, 0)
    assert AuditEntry.objects.get().action == "deposit.fund"


def test_what_the_chain_took_back_is_given_to_nobody(world: World, unknown: TreasuryTransfer, staff: User):
    user = person(world.chain.person())
    world.reorg(DEEP + 1)
    follow()
    clear_alarm(staff=staff, note="it is gone")
    world.pay(world.rich(), 5 * USD)  # sent again
    world.confirm()
    for give in (
        lambda: assign_deposit(
            staff=staff, transfer_id=unknown.pk, user_public_id=user.public_id, note="her mail"
        ),
        lambda: fund_from_suspense(staff=staff, transfer_id=unknown.pk, note="ours"),
    ):
        with pytest.raises(Conflict, match="not on the chain"):
            give()
    again = TreasuryTransfer.objects.get(booked=Booked.SUSPENSE, on_chain=True)
    assign_deposit(staff=staff, transfer_id=again.pk, user_public_id=user.public_id, note="her mail")
    assert (credits_of(user), suspense(), world.held()) == (5 * USD, 5 * USD, 5 * USD)


def test_returned(unknown: TreasuryTransfer):
    assert return_from_suspense(transfer_id=unknown.pk).booked == Booked.RETURNED
    assert suspense() == 5 * USD  # until the refund is booked


def test_what_is_refused(world: World, unknown: TreasuryTransfer, staff: User):
    user = person(world.chain.person())
    with pytest.raises(BadInput):
        assign_deposit(staff=staff, transfer_id=unknown.pk, user_public_id=user.public_id, note="  ")
    with pytest.raises(NotFound):
        assign_deposit(staff=staff, transfer_id=unknown.pk, user_public_id="usr_nobody", note="who is it")
    with pytest.raises(NotFound):
        assign_deposit(staff=staff, transfer_id=unknown.pk, user_public_id=staff.public_id, note="no wallet")
    with pytest.raises(NotFound):
        fund_from_suspense(staff=staff, transfer_id=0, note="nothing there")
    world.pay(world.treasury, 1 * USD, to=world.chain.person().address)
    world.confirm()
    out = TreasuryTransfer.objects.get(direction=Direction.OUT)
    with pytest.raises(Conflict):
        fund_from_suspense(staff=staff, transfer_id=out.pk, note="it has left")
    assert suspense() == 5 * USD


# What left


def left(tx: str, wallet: str, micros: int, log_index: int = 0) -> TreasuryTransfer:
    return TreasuryTransfer.objects.create(
        chain_id=CHAIN,
        tx_hash=tx,
        log_index=log_index,
        block=1,
        block_at=now(),
        direction=Direction.OUT,
        counterparty=wallet,
        amount_micros=micros,
        booked=Booked.OPEN,
    )


def payout(tx: str, wallet: str, micros: int, state: str = "final") -> Payout:
    number = Payout.objects.count()
    return Payout.objects.create(
        user_id=1,
        wallet=wallet,
        amount_micros=micros,
        key=f"k{number}",
        nonce=f"0x{number}",
        state=state,
        requested_at=now(),
        tx_hash=tx,
    )


def booking(tx: str, micros: int, kind: str) -> Booking:
    return Booking.objects.create(
        kind=kind,
        chain_id=CHAIN,
        tx_hash=tx,
        amount_micros=micros,
        staff_id=1,
        ledger_key=f"booking:{CHAIN}:{tx}",
    )


def explained(*rows: TreasuryTransfer) -> list[Any]:
    found = TreasuryTransfer.objects.in_bulk([row.pk for row in rows])
    return [(found[row.pk].booked, found[row.pk].ledger_key) for row in rows]


def test_payouts_explain_one_transfer_each(db):
    alice, bob = "0xA", "0xB"
    twice = [left("0x1", alice, 5, 0), left("0x1", alice, 5, 1), left("0x1", alice, 5, 2)]
    others = [left("0x2", alice, 5), left("0x3", bob, 5), left("0x4", bob, 6), left("0x5", bob, 7)]
    paid = [payout("0x1", alice, 5), payout("0x1", alice, 5, "included")]
    payout("0x2", bob, 5)
    payout("0x3", bob, 4)
    payout("0x4", bob, 6, "broadcast")
    assert match_outgoing(chain_id=CHAIN) == 2
    keys = [("payout", f"payout_final:{found.public_id}") for found in paid]
    assert explained(*twice) == [*keys, ("open", "")]
    assert explained(*others) == [("open", "")] * 4
    assert match_outgoing(chain_id=CHAIN) == 0


def test_a_payout_that_a_reorganisation_moved_explains_its_new_transaction(db):
    old = left("0x1", "0xA", 5)
    paid = payout("0x1", "0xA", 5, "included")
    assert match_outgoing(chain_id=CHAIN) == 1
    TreasuryTransfer.objects.filter(pk=old.pk).update(on_chain=False)
    Payout.objects.filter(pk=paid.pk).update(tx_hash="0x2")
    new = left("0x2", "0xA", 5)
    assert match_outgoing(chain_id=CHAIN) == 1
    assert explained(new) == [("payout", f"payout_final:{paid.public_id}")]


def test_bookings_explain_what_together_is_their_amount(db):
    swap = [left("0x1", "0xA", 5, 0), left("0x1", "0xB", 6, 1)]
    cloud = [left("0x2", "0xA", 5, 0), left("0x2", "0xB", 6, 1)]
    refund, wrong = left("0x3", "0xA", 5), left("0x4", "0xA", 5)
    booking("0x1", 11, "buyback")
    booking("0x2", 6, "cloud")
    booking("0x3", 5, "refund")
    booking("0x4", 4, "refund")
    assert match_outgoing(chain_id=CHAIN) == 4
    assert explained(*swap) == [("buyback", f"booking:{CHAIN}:0x1")] * 2
    assert explained(*cloud) == [("open", ""), ("cloud", f"booking:{CHAIN}:0x2")]
    assert explained(refund, wrong) == [("refund", f"booking:{CHAIN}:0x3"), ("open", "")]
    assert match_outgoing(chain_id=CHAIN) == 0
