"""What staff see of the reconciliation, its file, and the alarms."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.staff.alarms import alarms
from ledger.deposits.models import TreasuryTransfer
from ledger.payouts.models import RelayerStatus
from ledger.reconciliation import actions
from ledger.reconciliation.actions import last_outcome
from staking.rewards.models import Epoch

from .money_world import NOW, World, dead_chain, everything, no_chain, world
from .support import staff_member, verified

__all__ = ["no_chain", "world"]

pytestmark = pytest.mark.django_db

PAGE, CSV = "/admin/reconciliation/", "/admin/reconciliation/csv/"


@pytest.fixture
def charlie() -> User:
    return staff_member("charlie", "ledger.reconcile")


def page_of(charlie: User, url: str = PAGE) -> str:
    answer = verified(charlie).get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_says_at_once_that_all_agrees(world: World, charlie: User) -> None:
    everything(world)
    page = page_of(charlie)
    assert 'data-agrees="yes"' in page
    assert "Everything agrees to the micro-dollar" in page
    assert 'data-code="payout_not_final" data-level="explained"' in page
    assert 'data-level="red"' not in page
    assert "No chain is configured." in page  # the node is no witness, and no error
    assert "$90." in page


def test_the_page_is_red_with_the_sum_and_the_way_to_the_row(world: World, charlie: User) -> None:
    world.deposit(5_000_000)
    row = world.move("out", 1_234_567, "open", "")
    page = page_of(charlie)
    assert "$1.234567 is unexplained." in page
    assert 'data-code="unbooked_out" data-level="red"' in page
    assert f"/admin/ledger/treasurytransfer/{row.pk}/change/" in page


def test_the_file_has_every_figure_and_every_row(world: World, charlie: User) -> None:
    world.deposit(5_000_000)
    row = world.move("out", 1_234_567, "open", "", tx_hash="=cmd()")
    answer = verified(charlie).get(CSV)
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    by_code = {(row["section"], row["code"]): row for row in rows}
    assert by_code["report", "differs"]["micros"] == "1234567"
    assert by_code["ledger", "cash"]["micros"] == "5000000"
    assert by_code["chain", "out"]["micros"] == "1234567"
    assert by_code["red", "unbooked_out"]["micros"] == "1234567"
    evidence = by_code["evidence", "unbooked_out"]
    assert (evidence["micros"], evidence["chain_transfer"]) == ("-1234567", str(row.pk))
    assert evidence["text"] == "'=cmd()"  # no formula in anybody's spreadsheet


def test_a_past_day_is_asked_for_by_its_date(world: World, charlie: User) -> None:
    day = (datetime.now(UTC) - timedelta(days=1)).date()
    assert f"the end of {day:%d %B %Y} (UTC)" in page_of(charlie, f"{PAGE}?day={day}")
    assert (
        f'filename="reconciliation-{day}.csv"'
        in verified(charlie).get(f"{CSV}?day={day}")["Content-Disposition"]
    )


@pytest.mark.parametrize(
    "day", ["tomorrow", "2026-13-01", "9999-12-31", "0001-01-01", "1", "2026-11-21' OR 1=1"]
)
def test_a_day_that_is_none_is_said(world: World, charlie: User, day: str) -> None:
    for url in (PAGE, CSV):
        assert verified(charlie).get(url, {"day": day}).status_code == 400


def test_it_needs_its_permission(world: World) -> None:
    bob = staff_member("bob", "ledger.view_payout")
    for url in (PAGE, CSV):
        assert verified(bob).get(url).status_code == 403
        assert Client().get(url).status_code == 302


def test_a_look_is_remembered_when_it_found_something_else(world: World, charlie: User) -> None:
    assert last_outcome() is None
    page_of(charlie)
    page_of(charlie)
    assert AuditEntry.objects.filter(subject=actions.SUBJECT).count() == 1
    world.move("out", 1, "open", "")
    page_of(charlie)
    last = last_outcome()
    assert last is not None
    assert not last.agrees
    assert "reconciliation" in alarm_codes()
    assert last.detail == "Unexplained: $0.000001. Left the treasury, and nothing says why."
    day = (datetime.now(UTC) - timedelta(days=1)).date()
    page_of(charlie, f"{PAGE}?day={day}")  # a past day says nothing of now
    assert "reconciliation" in alarm_codes()
    TreasuryTransfer.objects.all().delete()
    page_of(charlie)
    assert "reconciliation" not in alarm_codes()


# The alarms


def alarm_codes() -> list[str]:
    return [alarm.code for alarm in alarms()]


def test_what_is_well_raises_no_alarm(world: World) -> None:
    world.deposit(5_000_000)
    world.payout(1_000_000, "final")
    assert alarms() == []


def test_everything_that_somebody_should_look_at(
    world: World, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.CHAIN = dead_chain()
    long_ago = NOW - timedelta(days=2)
    ChainCursor.objects.update(read_at=long_ago)
    world.deposit(5_000_000)
    world.payout(1_000_000, "requested", requested_at=long_ago)
    world.payout(1_000_000, "approved", problem="The treasury is empty.")
    RelayerStatus.objects.create(pk=1, problem="The relayer has no gas.")
    world.suspense(2_000_000)
    world.move("out", 5, "open", "")
    Epoch.objects.create(
        number=3, starts_at=long_ago, ends_at=NOW, pool_micros=5, rewards_micros=5, weight=1, stakers=1
    )
    Epoch.objects.update(settled_at=long_ago)
    with django_assert_max_num_queries(8):
        found = alarms()
    assert [alarm.code for alarm in found] == [
        "relayer",
        "unexplained_out",
        "chain",
        "chain_silent",
        "old_payouts",
        "payout_problems",
        "suspense",
        "unpaid_epoch",
        "approvals",
    ]
    sentences = " ".join(alarm.sentence for alarm in found)
    assert "1 deposit, $2.00 in all, in suspense" in sentences
    assert "hunter2" not in sentences
    ChainCursor.objects.update(problem="The node refuses.")
    assert "chain_problem" in alarm_codes()
    ChainCursor.objects.update(alarm="Reorganised.")
    assert alarm_codes()[0] == "chain_alarm"
    root = verified(User.objects.create_superuser("root", "right-horse-7"))
    home = root.get("/admin/").content.decode()
    assert 'data-alarm="suspense"' in home
    assert PAGE in home
    for alarm in found:
        if alarm.link:
            assert root.get(alarm.link).status_code == 200, alarm
    assert 'data-alarm="suspense"' in root.get("/admin/ledger/treasurytransfer/").content.decode()
