"""The reconciliation with the chain itself as witness, and payments that are recorded with its evidence."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.books.queries import balance
from ledger.deposits.models import TreasuryTransfer
from ledger.reconciliation import witness
from ledger.reconciliation.actions import reconcile
from ledger.reconciliation.report import Code, Report
from ledger.treasury.models import Booking
from tests.chain.nodes import LONG_S, SHORT_S, dead_url, node, result, say, silent_node
from tests.indexer.conftest import deployed, dev, networked, world
from tests.indexer.support import ASHAO, USD, World, at, follow, person, relay

from .support import staff_member, verified

__all__ = ["deployed", "dev", "networked", "world"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("networked")]

RECORD = "/admin/ledger/booking/record/"


def codes(found: Report) -> set[Code]:
    return {finding.code for finding in found.findings}


def deposited(world: World) -> Any:
    """Alice's wallet has paid 20 dollars, and they are credited."""
    alice = world.rich()
    person(alice)
    world.pay(alice, 20 * USD)
    world.confirm()
    return alice


def test_the_chain_is_the_witness(world: World) -> None:
    alice = deposited(world)
    found = reconcile()
    assert found.agrees, found.red
    node_says = found.chain.node
    assert node_says is not None
    assert node_says.problem == ""
    assert node_says.at_cursor_micros == node_says.latest_micros == world.held() == found.ledger.cash_micros

    world.pay(alice, 7 * USD)  # in a block that has no confirmations yet
    found = reconcile()
    assert found.agrees
    newer = {finding.code: (finding.amount_micros, finding.count) for finding in found.findings}
    assert newer == {Code.NEWER_IN: (-7 * USD, 1)}
    assert found.chain.node is not None
    assert found.chain.node.latest_micros == world.held() == 27 * USD
    world.confirm()
    assert codes(reconcile()) == set()


def test_money_that_left_unseen_is_red(world: World) -> None:
    alice = deposited(world)
    world.pay(world.treasury, 5 * USD, to=alice.address)
    assert codes(reconcile()) == {Code.NEWER_OUT}
    world.confirm()
    found = reconcile()
    assert codes(found) == {Code.UNBOOKED_OUT}
    assert found.unexplained_micros == 5 * USD


def test_a_transfer_that_was_not_read_is_red(world: World) -> None:
    deposited(world)
    TreasuryTransfer.objects.all().delete()
    assert {Code.NODE_DIFFERS, Code.BOOKED_WITHOUT_TRANSACTION} <= codes(reconcile())


def test_a_node_that_has_forgotten_the_cursors_block(world: World, settings: Any) -> None:
    alice = deposited(world)
    world.pay(alice, 7 * USD)
    latest = hex(world.head())

    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] == "eth_call" and call["params"][1] != latest:
            return {
                "jsonrpc": "2.0",
                "id": call["id"],
                "error": {"code": -32000, "message": "missing trie node"},
            }
        return answer

    with node(relay(world.config.rpc_url, change)) as url:
        settings.CHAIN = at(world.config, url)
        found = reconcile()
    assert found.agrees
    assert found.chain.node is not None
    assert (found.chain.node.at_cursor_micros, found.chain.node.latest_micros) == (None, 27 * USD)
    assert codes(found) == {Code.NEWER_IN}


NODES = {
    "garbage": say(b"<html>"),
    "null": result(None),
    "of another chain": result("0x1"),
    "numbers": result(7),
    "lists": result([]),
    "an error": say(json.dumps({"jsonrpc": "2.0", "id": 1, "error": {"code": -1, "message": "no"}}).encode()),
    "busy": say(b"", 503),
}


@pytest.mark.parametrize("what", [*NODES, "dead", "silent"])
def test_a_node_that_is_none_is_said_and_never_an_error(world: World, settings: Any, what: str) -> None:
    deposited(world)
    client = verified(staff_member("charlie", "ledger.reconcile"))

    def shown(url: str, timeout_s: float = LONG_S) -> str:
        settings.CHAIN = replace(at(world.config, url), timeout_s=timeout_s)
        answer = client.get("/admin/reconciliation/")
        assert answer.status_code == 200
        return str(answer.content.decode())

    if what == "dead":
        page = shown(dead_url())
    elif what == "silent":
        with silent_node() as url:
            page = shown(url, SHORT_S)
    else:
        with node(NODES[what]) as url:
            page = shown(url)
    assert 'data-code="node_silent"' in page
    assert 'data-agrees="yes"' in page
    assert "hunter2" not in page


def test_what_is_far_behind_is_not_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    deposited(world)
    monkeypatch.setattr(witness, "MAX_NEWER_BLOCKS", 3)
    world.mine(6)
    found = reconcile()
    assert found.agrees
    assert codes(found) == {Code.NODE_SILENT}
    assert found.chain.node is not None
    assert found.chain.node.at_cursor_micros == 20 * USD


def test_a_buyback_is_recorded_with_what_the_chain_says(world: World) -> None:
    alice = deposited(world)
    user = User.objects.get(wallet=alice.address)
    post_transfer(
        key="job",
        kind="job",
        legs=[Leg(chart.user_credits(user.pk), -6 * USD), Leg(chart.POOL_BUYBACK, 6 * USD)],
    )
    paid = world.pay(world.treasury, 5 * USD, to=alice.address)
    burned = world.chain.send(alice, world.token.functions.burn(3 * ASHAO))["transactionHash"].to_0x_hex()
    world.confirm()
    client = verified(staff_member("charlie", "ledger.book_treasury", "ledger.view_booking"))
    form = {"kind": "buyback", "tx_hash": paid, "burn_tx_hash": burned, "note": "Bought at the market."}
    page = client.post(RECORD, form).content.decode()
    for figure in ("$5.00", alice.address, "$6.00"):
        assert figure in page
    assert ">3<" in page
    assert not Booking.objects.exists()
    for _ in range(2):  # sent twice, booked once
        assert client.post(RECORD, form | {"confirm": "yes"}).status_code == 302
    booking = Booking.objects.get()
    assert (booking.amount_micros, booking.burned_wei) == (5 * USD, 3 * ASHAO)
    assert balance(chart.POOL_BUYBACK) == USD
    assert AuditEntry.objects.filter(action="treasury.buyback", actor__staff_name="charlie").count() == 1
    found = reconcile()
    assert found.agrees, found.red
    assert found.difference_micros == 0
    assert found.ledger.cash_micros == world.held() == 15 * USD
    wrong = client.post(RECORD, form | {"tx_hash": burned, "burn_tx_hash": ""})
    assert wrong.status_code == 400
    assert "No USDC left the treasury" in wrong.content.decode()
    follow()
    assert reconcile().agrees
