"""What sets escrow free: staff, whom the rule proposes somebody to, and never for anybody else."""

import pytest
from django.db import connections

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.lib.db import only_one
from ashao_site.lib.errors import AppError
from ledger.books import chart
from ledger.books.models import Entry, Transfer
from tests.ledger.support import assert_books, deposit
from tests.trust.support import money_of, serve, staff, worker_of
from tests.workers.support import person
from workers import tasks
from workers.trust import actions
from workers.trust.actions import decide_trust, release_escrow
from workers.trust.models import OwnerTrust, TrustDecision
from workers.trust.queries import standing_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_rule")]


def earner(name: str = "bob") -> User:
    """Somebody whose worker was paid 3 × $0.07 from free credits and once from a mixture: $0.028 of it is free."""
    owner = person(name)
    serve(person(f"{name}'s guest", granted=30), worker_of(owner), count=3)
    serve(person(f"{name}'s friend", granted=4, credits=6), worker_of(owner))
    assert money_of(owner) == (238_000, 42_000)
    return owner


def meet_the_rule(owner: User) -> None:
    worker = worker_of(owner)
    serve(person(f"{owner.pk} pays", credits=30), worker, count=3, days_ago=2)
    serve(person(f"{owner.pk} pays too", credits=10), worker)


def decide(
    owner: User, decision: TrustDecision, *, by: User, note: str = "Their machines are known."
) -> None:
    decide_trust(staff=by, owner_public_id=owner.public_id, decision=decision, note=note)


def test_somebody_who_meets_the_rule_is_proposed_and_released_once_staff_decide() -> None:
    bob, charlie = earner(), earner("charlie")
    assert release_escrow() == 0
    assert not OwnerTrust.objects.exists()
    meet_the_rule(bob)
    tasks.release_escrow()
    assert money_of(bob) == (238_000, 42_000 + 280_000), "the rule moves nothing"
    trust = OwnerTrust.objects.get()
    assert (trust.owner, trust.decision, trust.proposed_at is not None) == (bob, TrustDecision.RULE, True)
    assert (standing_of(bob).proposed, standing_of(bob).trusted) == (True, False)
    (entry,) = AuditEntry.objects.all()
    assert (entry.actor, entry.action, entry.subject) == (None, "trust.rule_met", bob.public_id)
    decide(bob, TrustDecision.TRUSTED, by=staff())
    tasks.release_escrow()
    assert money_of(bob) == (0, 42_000 + 280_000 + 238_000)
    assert money_of(charlie) == (238_000, 42_000)
    (transfer,) = Transfer.objects.filter(kind="escrow_release")
    assert transfer.key.startswith(f"escrow:{bob.pk}:")
    assert release_escrow() == 0
    assert_books()


def test_what_a_trusted_owner_earns_later_is_released_too() -> None:
    bob = earner()
    meet_the_rule(bob)
    decide(bob, TrustDecision.TRUSTED, by=staff())
    assert release_escrow() == 1
    serve(person("alice", granted=10), worker_of(bob))
    assert money_of(bob)[0] == 70_000
    assert release_escrow() == 1
    assert money_of(bob) == (0, 630_000)
    assert AuditEntry.objects.count() == 1
    assert_books()


def test_staff_decide_and_take_it_back() -> None:
    bob, staff_member = earner(), staff()
    decide(bob, TrustDecision.TRUSTED, by=staff_member)
    assert release_escrow() == 1
    assert money_of(bob) == (0, 280_000)
    assert OwnerTrust.objects.get().proposed_at is None, "the rule was not met"
    decide(bob, TrustDecision.NOT_TRUSTED, by=staff_member, note="Answers nonsense.")
    serve(person("alice", granted=10), worker_of(bob))
    assert release_escrow() == 0
    assert money_of(bob) == (70_000, 280_000)
    decide(bob, TrustDecision.RULE, by=staff_member)
    assert release_escrow() == 0
    log = AuditEntry.objects.order_by("id").values_list("actor", "action", "subject", "detail")
    assert list(log)[:2] == [
        (staff_member.pk, "trust.decide", bob.public_id, "trusted: Their machines are known."),
        (staff_member.pk, "trust.decide", bob.public_id, "not_trusted: Answers nonsense."),
    ]
    trust = OwnerTrust.objects.get()
    assert (trust.decided_by, trust.note, trust.decided_at is not None) == (
        staff_member,
        "Their machines are known.",
        True,
    )


def test_somebody_whom_staff_do_not_trust_keeps_waiting_whatever_the_rule_says() -> None:
    bob = earner()
    meet_the_rule(bob)
    decide(bob, TrustDecision.NOT_TRUSTED, by=staff())
    assert release_escrow() == 0
    assert money_of(bob)[0] == 238_000


def test_a_decision_that_comes_in_between_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    bob, staff_member = earner(), staff()
    decide(bob, TrustDecision.TRUSTED, by=staff_member)
    owners_to_release = actions.owners_to_release

    def and_then_staff_decide(*, limit: int) -> list[int]:
        owners = owners_to_release(limit=limit)
        decide(bob, TrustDecision.NOT_TRUSTED, by=staff_member)
        return owners

    monkeypatch.setattr(actions, "owners_to_release", and_then_staff_decide)
    assert release_escrow() == 0
    assert money_of(bob)[0] == 238_000


def test_an_owner_whose_account_is_closed_waits() -> None:
    bob = earner()
    decide(bob, TrustDecision.TRUSTED, by=staff())
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert release_escrow() == 0
    User.objects.filter(pk=bob.pk).update(is_active=True)
    assert release_escrow() == 1


def test_a_limited_number_at_once_and_all_of_them_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "RELEASED_AT_ONCE_MAX", 2)
    monkeypatch.setattr(actions, "CHECKED_AT_ONCE_MAX", 2)
    owners, staff_member = [person(f"owner {number}") for number in range(5)], staff()
    for owner in owners:
        deposit(chart.user_escrow(owner.pk), 7)
        decide(owner, TrustDecision.TRUSTED, by=staff_member)
    assert [release_escrow() for _ in range(4)] == [2, 2, 1, 0]
    assert [money_of(owner) for owner in owners] == [(0, 7)] * 5


def test_nobody_is_overlooked_among_many_who_are_to_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CHECKED_AT_ONCE_MAX", 1)
    for number in range(4):
        deposit(chart.user_escrow(person(f"owner {number}").pk), 7)
    bob = earner()
    meet_the_rule(bob)
    for _ in range(200):
        release_escrow()
        if standing_of(bob).proposed and OwnerTrust.objects.filter(owner=bob).exists():
            break
    else:
        pytest.fail("each time somebody else is looked at, by chance")
    assert OwnerTrust.objects.get().proposed_at is not None


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_smallest_amount_moves_whole(name: str) -> None:
    user = person(name)
    decide(user, TrustDecision.TRUSTED, by=staff())
    deposit(chart.user_escrow(user.pk), 1)
    assert release_escrow() == 1
    assert money_of(user) == (0, 1)
    amounts = Entry.objects.filter(transfer__kind="escrow_release").values_list("amount_micros", flat=True)
    assert sorted(amounts) == [-1, 1]


@pytest.mark.django_db(transaction=True)
def test_one_process_at_a_time() -> None:
    bob = earner()
    decide(bob, TrustDecision.TRUSTED, by=staff())
    number = lock_of("release_escrow")
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        assert release_escrow() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
    other.close()
    assert release_escrow() == 1


def lock_of(name: str) -> int:
    """The lock that `only_one` takes: read from the database while it holds it."""
    with only_one(name) as mine, connections["default"].cursor() as cursor:
        assert mine
        cursor.execute(
            "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks"
            " WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_who_may_decide() -> None:
    bob, staff_member = person("bob"), staff()

    def refused(by: User, owner_public_id: str, note: str = "Why.") -> tuple[int, str]:
        with pytest.raises(AppError) as raised:
            decide_trust(staff=by, owner_public_id=owner_public_id, decision=TrustDecision.TRUSTED, note=note)
        return raised.value.status, raised.value.code

    assert refused(bob, person("alice").public_id) == (403, "forbidden")
    assert refused(staff("alice", may_decide=False), bob.public_id) == (403, "forbidden")
    assert refused(staff_member, staff_member.public_id) == (403, "own_trust")
    assert refused(staff_member, "usr_" + "0" * 22) == (404, "not_found")
    assert refused(staff_member, bob.public_id, note=" ") == (400, "bad_input")
    assert refused(staff_member, bob.public_id, note="x" * 501) == (400, "bad_input")
    assert not OwnerTrust.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not standing_of(bob).trusted
