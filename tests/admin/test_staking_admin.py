"""Staff decide about suspense and trust, and look at all the rest; the chain itself is not needed for these."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.lib.clock import now
from ledger.books import chart
from ledger.books.models import Transfer
from ledger.books.queries import balance, check_books
from ledger.deposits.models import TreasuryTransfer
from ledger.treasury.models import Booking, Burn
from staking.rewards.models import Epoch, Reward, Stake, StakeChange
from workers.trust.models import OwnerTrust

from .money_world import CHAIN_ID, WALLET, World, dead_chain, no_chain, post, world
from .support import signed_in, staff_member, verified

__all__ = ["no_chain", "world"]
pytestmark = pytest.mark.django_db

SUSPENSE = "/admin/ledger/treasurytransfer/"
RECORD = "/admin/ledger/booking/record/"
TRUST = "/admin/workers/ownertrust/decide/"
NOTE = {"note": "They wrote to us in ticket 7."}


@pytest.fixture
def charlie() -> User:
    return staff_member(
        "charlie", "ledger.reconcile", "ledger.view_treasurytransfer", "chain.view_chaincursor"
    )


def reviewed(client: Client, url: str, form: dict[str, Any]) -> str:
    """The page that shows it again; it has done nothing yet, and sends the same form once more."""
    answer = client.post(url, form)
    page = str(answer.content.decode())
    assert answer.status_code == 200, page
    assert 'name="confirm"' in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert {name: hidden[name] for name in form} == {k: str(v) for k, v in form.items()}
    return page


@pytest.mark.parametrize("by", ["public_id", "wallet"])
def test_a_deposit_in_suspense_is_assigned_once_it_is_confirmed(world: World, charlie: User, by: str) -> None:
    row, client = world.suspense(5_000_000), verified(charlie)
    url = f"{SUSPENSE}{row.pk}/assign/"
    assert url in client.get(f"{SUSPENSE}{row.pk}/change/").content.decode()
    assert "$5.00" in client.get(url).content.decode()
    form = {"person": str(getattr(world.alice, by)).replace("0x", "0X" if by == "wallet" else "0x"), **NOTE}
    page = reviewed(client, url, form)
    assert world.alice.public_id in page
    assert balance(chart.SUSPENSE) == 5_000_000
    done = client.post(url, form | {"confirm": "yes"}, follow=True)
    assert f"$5.00 were credited to {world.alice.public_id}" in done.content.decode()
    assert balance(chart.user_credits(world.alice.pk)) == 5_000_000
    entry = AuditEntry.objects.get(action="deposit.assign")
    assert (entry.actor, NOTE["note"] in entry.detail) == (charlie, True)
    again = client.post(url, form | {"confirm": "yes"})
    assert again.status_code == 302  # sent twice, done once
    assert balance(chart.user_credits(world.alice.pk)) == 5_000_000
    assert url not in client.get(f"{SUSPENSE}{row.pk}/change/").content.decode()
    assert check_books() == []


def test_the_promotion_budget_is_funded_from_suspense(world: World, charlie: User) -> None:
    row, client = world.suspense(5_000_000), verified(charlie)
    url = f"{SUSPENSE}{row.pk}/fund/"
    reviewed(client, url, NOTE)
    client.post(url, NOTE | {"confirm": "yes"})
    assert balance(chart.PROMO_BUDGET) == 5_000_000
    late = client.post(
        f"{SUSPENSE}{row.pk}/assign/", {"person": world.alice.public_id, "confirm": "y", **NOTE}
    )
    assert late.status_code == 400
    assert "not in suspense any more" in late.content.decode()
    assert balance(chart.user_credits(world.alice.pk)) == 0


@pytest.mark.parametrize(
    "form",
    [
        {"person": "usr_nobody", **NOTE},
        {"person": "", **NOTE},
        {"person": "0x" + "9" * 40, **NOTE},
        {"person": "alice", "note": "x"},
        {"person": "alice", "note": "x" * 501},
        {},
    ],
)
def test_bad_input_is_shown_again_and_does_nothing(world: World, charlie: User, form: dict[str, str]) -> None:
    row, client = world.suspense(5_000_000), verified(charlie)
    for more in ({}, {"confirm": "yes"}):
        assert client.post(f"{SUSPENSE}{row.pk}/assign/", form | more).status_code == 400
    assert balance(chart.SUSPENSE) == 5_000_000


def test_what_does_not_exist_is_not_found(world: World, charlie: User) -> None:
    client = verified(charlie)
    out = world.move("out", 5, "open", "")
    for number in (out.pk, 999_999, "9" * 30, "x"):
        for what in ("assign", "fund"):
            assert client.get(f"{SUSPENSE}{number}/{what}/").status_code == 404
    assert client.get("/admin/chain/chaincursor/999/clear-alarm/").status_code == 404


def test_all_that_decides_needs_its_right_and_the_second_factor(world: World) -> None:
    row = world.suspense(5_000_000)
    rights = {
        f"{SUSPENSE}{row.pk}/assign/": "ledger.reconcile",
        f"{SUSPENSE}{row.pk}/fund/": "ledger.reconcile",
        f"/admin/chain/chaincursor/{world.cursor.pk}/clear-alarm/": "ledger.reconcile",
        RECORD: "ledger.book_treasury",
        TRUST: "workers.decide_trust",
    }
    views = ("ledger.view_treasurytransfer", "chain.view_chaincursor", "workers.view_ownertrust")
    nobody = staff_member("bob", *views, *(set(rights.values()) - {"ledger.reconcile"}))
    for number, (url, right) in enumerate(rights.items()):
        one = staff_member(f"staff{number}", right, *views)
        assert signed_in(one).post(url, {"confirm": "yes"})["Location"].startswith("/admin/second-factor/")
        assert verified(one).get(url).status_code == 200
        without = (
            nobody
            if right == "ledger.reconcile"
            else staff_member(f"less{number}", *views, "ledger.reconcile")
        )
        assert verified(without).post(url, NOTE | {"confirm": "yes"}).status_code == 403
    strict = verified(staff_member("dave", "ledger.reconcile", *views), enforce_csrf_checks=True)
    assert strict.post(f"{SUSPENSE}{row.pk}/fund/", NOTE | {"confirm": "yes"}).status_code == 403
    assert balance(chart.SUSPENSE) == 5_000_000


def test_an_alarm_is_taken_off_by_whoever_says_why(world: World, charlie: User, settings: Any) -> None:
    settings.CHAIN = dead_chain()
    client = verified(charlie)
    page, url = (f"/admin/chain/chaincursor/{world.cursor.pk}/{what}/" for what in ("change", "clear-alarm"))
    assert url not in client.get(page).content.decode()
    ChainCursor.objects.update(alarm="The chain was reorganised.", alarm_at=now())
    assert url in client.get(page).content.decode()
    assert "The chain was reorganised." in reviewed(client, url, NOTE)
    client.post(url, NOTE | {"confirm": "yes"})
    assert ChainCursor.objects.get().alarm == ""
    assert AuditEntry.objects.filter(action="chain.clear_alarm", actor=charlie).count() == 1
    assert client.post(url, NOTE | {"confirm": "yes"}).status_code == 400  # there is none any more


def test_a_payment_is_not_recorded_without_a_chain(world: World) -> None:
    client = verified(staff_member("charlie", "ledger.book_treasury", "ledger.view_booking"))
    form = {"kind": "cloud", "tx_hash": "0x" + "1" * 64, "burn_tx_hash": "", **NOTE}
    assert 'value="0x12"' in client.get(f"{RECORD}?kind=cloud&tx_hash=0x12").content.decode()
    for more in ({}, {"confirm": "yes"}):
        answer = client.post(RECORD, form | more)
        assert answer.status_code == 503
        assert "No chain is configured." in answer.content.decode()
    assert client.post(RECORD, form | {"tx_hash": "mine"}).status_code == 400
    assert client.post(RECORD, form | {"kind": "holiday"}).status_code == 400
    assert not Transfer.objects.exists()


def test_staff_decide_whom_they_trust(world: World) -> None:
    charlie = staff_member("charlie", "workers.decide_trust", "workers.view_ownertrust")
    client, alice = verified(charlie), world.alice
    fund = post("g", "grant", chart.TREASURY_USDC, chart.user_escrow(alice.pk), 3_000_000)
    assert fund
    form = {"owner": alice.public_id, "decision": "trusted", **NOTE}
    page = reviewed(client, TRUST, form)
    assert "$3.00" in page
    assert "not trusted" in page
    done = client.post(TRUST, form | {"confirm": "yes"}, follow=True).content.decode()
    assert f"{alice.public_id} is trusted now." in done
    trust = OwnerTrust.objects.get(owner=alice)
    assert trust.decision == "trusted"
    assert (
        f"owner={alice.public_id}"
        in client.get(f"/admin/workers/ownertrust/{trust.pk}/decide-this/")["Location"]
    )
    assert client.get(f"/admin/workers/ownertrust/{trust.pk}/change/").status_code == 200
    for bad in ({"owner": "usr_x"}, {"decision": "perhaps"}, {"note": ""}):
        assert client.post(TRUST, form | bad).status_code == 400
    own = verified(User.objects.create_superuser("root", "right-horse-7"))
    root = User.objects.get(staff_name="root")
    assert own.post(TRUST, form | {"owner": root.public_id, "confirm": "yes"}).status_code == 400


MODELS = (ChainCursor, TreasuryTransfer, Epoch, Reward, Stake, StakeChange, Burn, Booking, OwnerTrust)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_rows_are_shown_and_never_changed(world: World, model: Any) -> None:
    one_of_each(world)
    client = verified(User.objects.create_superuser("root", "right-horse-7"))
    url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    row = model.objects.first()
    assert client.get(url).status_code == 200
    assert client.get(f"{url}{row.pk}/change/").status_code == 200
    assert client.get(f"{url}add/").status_code == 403
    assert client.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{url}{row.pk}/change/", {}).status_code == 403
    bob = staff_member("bob", "ledger.view_account")
    assert verified(bob).get(url).status_code == 403
    shown = admin.site.get_model_admin(model)
    for word in shown.search_fields:
        assert client.get(url, {"q": "0x12"}).status_code == 200, word


def one_of_each(world: World) -> None:
    world.deposit(50_000_000)
    world.suspense(5_000_000)
    world.booking(1_000_000)
    event = {"chain_id": CHAIN_ID, "log_index": 0, "block": 1, "block_at": now(), "wallet": WALLET}
    StakeChange.objects.create(
        kind="staked", amount_wei=10**18, stake_after_wei=10**18, tx_hash="0x1", **event
    )
    Burn.objects.create(amount_wei=5 * 10**17, tx_hash="0x2", **event)
    Stake.objects.create(chain_id=CHAIN_ID, wallet=WALLET, amount_wei=10**18, changed_at=now())
    epoch = Epoch.objects.create(
        number=1,
        starts_at=world.cursor.block_at,
        ends_at=now(),
        pool_micros=9,
        rewards_micros=7,
        weight=3,
        stakers=1,
    )
    Reward.objects.create(epoch=epoch, wallet=WALLET, weight=3, amount_micros=7)
    OwnerTrust.objects.create(owner=world.alice)


def test_an_epoch_leads_to_its_rewards(world: World) -> None:
    one_of_each(world)
    client = verified(staff_member("charlie", "staking.view_epoch", "staking.view_reward"))
    epoch = Epoch.objects.get()
    page = client.get(f"/admin/staking/epoch/{epoch.pk}/change/").content.decode()
    link = f"/admin/staking/reward/?epoch__id__exact={epoch.pk}"
    assert link in page
    assert "1, $0.000007" in page
    assert WALLET in client.get(link).content.decode()
    assert (
        WALLET not in client.get(f"/admin/staking/reward/?epoch__id__exact={epoch.pk + 1}").content.decode()
    )
