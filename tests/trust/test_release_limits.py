"""What staff set free leaves escrow slowly: so much a day, and so much of what any one payer paid."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ledger.books import actions as ledger
from ledger.books import chart
from ledger.books.models import Transfer
from tests.ledger.support import assert_books
from tests.trust.support import claim, finish, money_of, serve, staff, trusted_by_staff, worker_of
from tests.workers.support import fund, person
from workers.jobs import Tier
from workers.jobs.postgres import rows
from workers.trust import release
from workers.trust.actions import release_escrow
from workers.trust.models import EscrowSource

pytestmark = pytest.mark.django_db

SHARE = 70_000
USD = 1_000_000


@pytest.fixture
def bob() -> User:
    return person("bob")


def paid_by(owner: User, name: str, usd: int) -> None:
    """So many dollars in escrow that came from this person's free credits, in a few large jobs."""
    payer = person(name)
    fund(usd * 100)
    ledger.grant(key=f"grant:{name}", user_id=payer.pk, amount_micros=usd * USD)
    escrowed(owner, chart.user_granted(payer.pk), usd * USD, key=f"done:{name}")


def escrowed(owner: User, source: str, micros: int, *, key: str) -> int:
    legs = [ledger.Leg(source, -micros), ledger.Leg(chart.user_escrow(owner.pk), micros)]
    return ledger.post_transfer(key=key, kind="job", legs=legs).id


def a_day_passes(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    at = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: at)


def test_of_one_payer_five_dollars_ever(bob: User) -> None:
    paid_by(bob, "alice", 7)
    paid_by(bob, "charlie", 2)
    trusted_by_staff(bob, by=staff())
    assert release_escrow() == 1
    assert money_of(bob) == (2 * USD, 7 * USD)
    assert release_escrow() == 0
    escrowed(bob, chart.user_granted(_granted_again("alice")), USD, key="more")
    assert release_escrow() == 0, "alice's five dollars are used up"
    paid_by(bob, "dora", 1)
    assert release_escrow() == 1
    assert money_of(bob) == (3 * USD, 8 * USD)
    assert_books()


def _granted_again(name: str) -> int:
    payer = User.objects.get(
        pk=int(
            Transfer.objects.get(key=f"grant:{name}")
            .entries.get(amount_micros__gt=0)
            .account.address.split(":")[1]
        )
    )
    fund(100)
    ledger.grant(key=f"again:{name}", user_id=payer.pk, amount_micros=USD)
    return payer.pk


def test_fifty_dollars_a_day_and_the_rest_day_after_day(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(24):
        paid_by(bob, f"payer {number}", 5)
    trusted_by_staff(bob, by=staff())
    released = []
    for _ in range(4):
        while release_escrow():
            pass
        released.append(money_of(bob)[1] // USD)
        a_day_passes(monkeypatch, 1)
    assert released == [50, 100, 120, 120]
    assert_books()


def test_all_guests_are_one_payer(bob: User) -> None:
    fund(2_000)
    for number in range(80):  # 80 × $0.07
        with transaction.atomic():
            job_id = rows.create(
                tier=Tier.PRO,
                messages=[{"role": "user", "content": f"hello {number}"}],
                sources=[chart.PROMO_BUDGET],
                owner_id=None,
            ).public_id
        claim(job_id, worker_of(bob))
        finish(job_id)
    trusted_by_staff(bob, by=staff())
    release_escrow()
    assert money_of(bob) == (80 * SHARE - 5 * USD, 5 * USD)


def test_what_was_released_before_counts(bob: User) -> None:
    paid_by(bob, "alice", 9)
    legs = [
        ledger.Leg(chart.user_escrow(bob.pk), -8 * USD),
        ledger.Leg(chart.user_earnings(bob.pk), 8 * USD),
    ]
    ledger.post_transfer(key="escrow:of-before", kind="escrow_release", legs=legs)
    trusted_by_staff(bob, by=staff())
    assert release_escrow() == 0
    assert money_of(bob) == (USD, 8 * USD), "what has left escrow stays"
    paid_by(bob, "charlie", 5)
    assert release_escrow() == 1
    assert money_of(bob) == (4 * USD, 10 * USD)


def test_a_job_that_was_taken_back_is_taken_off_its_payer(bob: User) -> None:
    paid_by(bob, "alice", 4)
    ledger.reverse_transfer(key="undo", transfer_id=Transfer.objects.get(key="done:alice").pk, note="Wrong.")
    paid_by(bob, "charlie", 3)
    trusted_by_staff(bob, by=staff())
    assert release_escrow() == 1
    assert money_of(bob) == (0, 3 * USD)
    assert sorted(EscrowSource.objects.values_list("earned_micros", flat=True)) == [0, 3 * USD]


def test_of_a_mixture_its_owner_is_the_payer(bob: User) -> None:
    alice = person("alice", granted=4, credits=6)
    serve(alice, worker_of(bob))
    trusted_by_staff(bob, by=staff())
    assert release_escrow() == 1
    (source,) = EscrowSource.objects.all()
    assert source.earned_micros == 28_000
    assert source.payer_tag == release.payer_tag(bob.pk, chart.user_credits(alice.pk))
    assert source.payer_tag != release.payer_tag(alice.pk, chart.user_credits(alice.pk))


def test_nothing_moves_before_everything_is_counted(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "COUNTED_AT_ONCE_MAX", 2)
    for number in range(5):
        paid_by(bob, f"payer {number}", 1)
    trusted_by_staff(bob, by=staff())
    assert [release_escrow() for _ in range(3)] == [0, 0, 1]
    assert money_of(bob) == (0, 5 * USD)


def test_who_is_kept_back_by_the_limits_keeps_nobody_waiting(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.trust.actions.RELEASED_AT_ONCE_MAX", 1)
    charlie, by = person("charlie"), staff()
    paid_by(bob, "alice", 7)
    paid_by(charlie, "dora", 1)
    for owner in (bob, charlie):
        trusted_by_staff(owner, by=by)
    assert [release_escrow(), release_escrow()] == [1, 1]
    assert (money_of(bob)[0], money_of(charlie)[0]) == (2 * USD, 0)


def test_a_look_reads_what_is_new(bob: User) -> None:
    for number in range(5):
        paid_by(bob, f"payer {number}", 1)
    trusted_by_staff(bob, by=staff())
    release_escrow()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT counted_entry_id = (SELECT max(id) FROM ledger_entry e WHERE e.account_id ="
            " (SELECT id FROM ledger_account WHERE address = %s) AND amount_micros > 0) FROM workers_escrowtally",
            [chart.user_escrow(bob.pk)],
        )
        assert cursor.fetchone() == (True,)


def test_the_limits_are_those_that_the_documentation_names(settings: Any) -> None:
    text = (settings.BASE_DIR / "docs" / "workers.md").read_text()
    assert f"${release.RELEASED_PER_DAY_MICROS // USD} a day" in text
    assert f"${release.RELEASED_PER_PAYER_MICROS // USD} of what any one payer" in text
