"""What staff record of the treasury's payments: as the chain says, once, or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from eth_account.signers.local import LocalAccount

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from ashao_site.lib.errors import AppError
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.books.models import Transfer
from ledger.books.queries import balance, check_books
from ledger.deposits.models import Booked, TreasuryTransfer
from ledger.payouts.models import Payout
from ledger.treasury.bookings import book_payment
from ledger.treasury.models import Booking, BookingKind
from tests.indexer.support import USD, World, follow, suspense

pytestmark = pytest.mark.usefixtures("networked")
ASHAO = 10**18


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("charlie")


@pytest.fixture
def pools(db: None) -> None:
    """What jobs have left in the pools."""
    legs = [
        Leg(chart.TREASURY_USDC, -90 * USD),
        Leg(chart.POOL_BUYBACK, 50 * USD),
        Leg(chart.POOL_CLOUD, 40 * USD),
    ]
    post_transfer(key="pools", kind="job", legs=legs)


@pytest.fixture
def seller(world: World) -> LocalAccount:
    """Somebody who sells $ASHAO for USDC; the treasury has some of both."""
    faucet = world.chain.role("faucet")
    world.chain.send(faucet, world.usdc.functions.mint(world.treasury.address, 1_000 * USD))
    world.chain.send(faucet, world.token.functions.transfer(world.treasury.address, 100 * ASHAO))
    return world.chain.person()


Book = Callable[..., Booking]


@pytest.fixture
def book(staff: User, pools: None) -> Book:
    def call(tx_hash: str, burn: str = "", kind: str = "buyback", **more: Any) -> Booking:
        return book_payment(
            staff=staff, kind=BookingKind(kind), tx_hash=tx_hash, burn_tx_hash=burn, note="A note.", **more
        )

    return call


def refused(call: Callable[[], object]) -> str:
    """The code with which it was refused; and that nothing was written."""
    before = (Booking.objects.count(), Transfer.objects.count(), AuditEntry.objects.count())
    with pytest.raises(AppError) as error:
        call()
    assert before == (Booking.objects.count(), Transfer.objects.count(), AuditEntry.objects.count())
    assert error.value.message.endswith(".")
    return error.value.code


def burn(world: World, wei: int = 5 * ASHAO) -> str:
    receipt = world.chain.send(world.treasury, world.token.functions.burn(wei))
    return str(receipt["transactionHash"].to_0x_hex())


def test_a_buyback_is_booked_once_with_its_burn(
    world: World, seller: LocalAccount, book: Book, staff: User
) -> None:
    paid, burned = world.pay(world.treasury, 30 * USD, seller.address), burn(world)
    world.confirm()
    booking = book(paid, burned)
    assert (booking.amount_micros, booking.burned_wei) == (30 * USD, 5 * ASHAO)
    assert balance(chart.POOL_BUYBACK) == 20 * USD
    assert balance(chart.TREASURY_USDC) == -60 * USD - suspense()
    row = TreasuryTransfer.objects.get(tx_hash=paid)
    assert (row.booked, row.ledger_key) == (Booked.BUYBACK, booking.ledger_key)
    entry = AuditEntry.objects.get(action="treasury.buyback")
    assert (entry.actor, entry.subject) == (staff, f"tx:{paid}")
    assert book(paid.upper().replace("0X", "0x"), burned).pk == booking.pk
    assert Booking.objects.count() == AuditEntry.objects.count() == 1
    assert refused(lambda: book(paid, kind="cloud")) == "already_booked"
    other = world.pay(world.treasury, USD, seller.address)
    world.confirm()
    assert refused(lambda: book(other, burned)) == "burn_booked"
    assert check_books() == []
    body = Client().get("/api/treasury").json()
    assert (body["boughtBack"], body["burned"]) == (30 * USD, str(5 * ASHAO))
    assert body["burns"][0] | {"at": ""} == {
        "txHash": burned,
        "url": None,
        "burned": str(5 * ASHAO),
        "usdc": 30 * USD,
        "at": "",
    }


def test_what_is_no_evidence_is_refused_with_a_sentence(
    world: World, seller: LocalAccount, book: Book
) -> None:
    paid = world.pay(world.treasury, 30 * USD, seller.address)
    burned = burn(world)
    assert refused(lambda: book(paid, burned)) in ("not_confirmed", "not_read_yet")
    world.mine()
    assert refused(lambda: book(paid, burned)) == "not_read_yet"
    follow()
    assert refused(lambda: book("0x12", burned)) == "bad_input"
    assert refused(lambda: book("0x" + "12" * 32, burned)) == "transaction_not_found"
    assert refused(lambda: book(burned, burned)) == "no_payment"
    assert refused(lambda: book(paid)) == "no_burn"  # the same transaction is meant, and burned nothing
    assert refused(lambda: book(paid, "0x" + "12" * 32)) == "transaction_not_found"
    assert refused(lambda: book(paid, burned, kind="cloud")) == "bad_input"
    assert refused(lambda: book(paid, kind="refund")) == "not_in_suspense"
    failing = world.chain.send(seller, world.usdc.functions.transfer(seller.address, 10**15), status=0)
    world.confirm()
    failed = failing["transactionHash"].to_0x_hex()
    assert refused(lambda: book(failed, burned)) == "transaction_failed"
    assert book(paid, burned).amount_micros == 30 * USD


def test_a_pool_pays_no_more_than_it_has(world: World, seller: LocalAccount, book: Book) -> None:
    paid, burned = world.pay(world.treasury, 51 * USD, seller.address), burn(world)
    world.confirm()
    assert refused(lambda: book(paid, burned)) == "pool_too_small"
    assert TreasuryTransfer.objects.get(tx_hash=paid).booked == Booked.OPEN


def test_the_clouds_bill(world: World, seller: LocalAccount, book: Book) -> None:
    paid = world.pay(world.treasury, 15 * USD, seller.address)
    world.confirm()
    assert book(paid, kind="cloud").burn_tx_hash == ""
    assert balance(chart.POOL_CLOUD) == 25 * USD


def test_a_refund_goes_to_the_sender_of_what_waits(world: World, seller: LocalAccount, book: Book) -> None:
    unknown = world.rich()
    world.pay(unknown, 7 * USD)
    world.pay(unknown, 7 * USD)
    wrong, right = (world.pay(world.treasury, 7 * USD, to.address) for to in (seller, unknown))
    less = world.pay(world.treasury, 6 * USD, unknown.address)
    world.confirm()
    assert suspense() == 14 * USD + 1_000 * USD
    assert refused(lambda: book(wrong, kind="refund")) == "not_in_suspense"
    assert refused(lambda: book(less, kind="refund")) == "not_in_suspense"
    second = TreasuryTransfer.objects.filter(counterparty=unknown.address, direction="in").order_by("pk")[1]
    book(right, kind="refund", suspense_id=second.pk)
    second.refresh_from_db()
    assert (second.booked, suspense()) == (Booked.RETURNED, 7 * USD + 1_000 * USD)
    again = world.pay(world.treasury, 7 * USD, unknown.address)
    world.confirm()
    assert refused(lambda: book(again, kind="refund", suspense_id=second.pk)) == "not_in_suspense"
    book(again, kind="refund")
    assert suspense() == 1_000 * USD


def test_a_refund_is_for_what_is_on_the_chain_first(world: World, book: Book) -> None:
    """A deep reorganisation took the first deposit away; the one that is there must not be given twice."""
    unknown = world.rich()
    for _ in range(2):
        world.pay(unknown, 7 * USD)
    paid = world.pay(world.treasury, 7 * USD, unknown.address)
    world.confirm()
    gone, there = TreasuryTransfer.objects.filter(direction="in").order_by("pk")
    TreasuryTransfer.objects.filter(pk=gone.pk).update(on_chain=False)
    book(paid, kind="refund")
    there.refresh_from_db()
    assert there.booked == Booked.RETURNED


def test_a_payout_is_not_booked_as_something_else(world: World, seller: LocalAccount, book: Book) -> None:
    paid = world.pay(world.treasury, 3 * USD, seller.address)
    world.confirm()
    Payout.objects.create(
        user_id=1,
        wallet=seller.address,
        amount_micros=3 * USD,
        key="1:k",
        nonce="0x" + "01" * 32,
        requested_at=now(),
    )
    assert refused(lambda: book(paid, kind="cloud")) == "is_payout"
    other = world.pay(world.treasury, 2 * USD, seller.address)
    world.confirm()
    assert book(other, kind="cloud").amount_micros == 2 * USD
