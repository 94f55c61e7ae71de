"""Whom the rule proposes to staff: paid jobs, whose they were, days; and what staff decided."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from tests.trust.support import serve, worker_of
from tests.workers.support import person
from workers.jobs.models import Job, Worker
from workers.trust import queries
from workers.trust.models import OwnerTrust, TrustDecision
from workers.trust.queries import Standing, standing_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_rule")]


def figures(user: User) -> tuple[int, int, bool]:
    standing = standing_of(user)
    assert standing.trusted == (standing.decision == TrustDecision.TRUSTED), "the rule alone trusts nobody"
    return standing.paid_jobs, standing.days, standing.proposed


def test_nobody_begins_trusted() -> None:
    assert standing_of(person("bob")) == Standing(
        trusted=False,
        proposed=False,
        paid_jobs=0,
        paid_jobs_needed=4,
        days=0,
        days_needed=2,
        decision=TrustDecision.RULE,
    )


def test_enough_jobs_of_enough_people_over_enough_days() -> None:
    alice, charlie, bob = person("alice", credits=100), person("charlie", credits=100), person("bob")
    worker = worker_of(bob)
    serve(alice, worker, days_ago=2)
    assert figures(bob) == (1, 2, False)
    serve(alice, worker, count=5)
    assert figures(bob) == (3, 2, False), "of one person at most three count"
    serve(charlie, worker)
    assert figures(bob) == (4, 2, True)
    serve(charlie, worker)
    assert figures(bob) == (4, 2, True), "it is counted up to what is needed"
    assert figures(alice) == (0, 0, False)


def test_days_are_whole_and_begin_with_the_first_paid_job_of_any_worker() -> None:
    alice, charlie, bob = person("alice", credits=100), person("charlie", credits=100), person("bob")
    first, second = worker_of(bob), worker_of(bob)
    serve(alice, first, count=2)
    serve(charlie, second, count=2)
    assert figures(bob) == (4, 0, False)
    almost = clock.now() - timedelta(days=2) + timedelta(minutes=1)
    Job.objects.filter(worker=second.worker_pk).update(finished_at=almost)
    assert figures(bob) == (4, 1, False)
    Job.objects.filter(worker=second.worker_pk).update(finished_at=almost - timedelta(minutes=1))
    assert figures(bob) == (4, 2, True)
    Worker.objects.filter(pk=second.worker_pk).update(removed_at=clock.now())
    assert figures(bob) == (4, 2, True), "what a removed worker did counts"


def test_what_is_no_paid_job(settings: Any) -> None:
    settings.MONEY = replace(settings.MONEY, trust_paid_jobs=1, trust_days=0)
    alice, charlie, bob = person("alice", granted=500), person("charlie", credits=6, granted=4), person("bob")
    worker = worker_of(bob)
    serve(alice, worker, count=5, days_ago=9)  # free credits
    serve(charlie, worker)  # four of its ten credits were free
    payer = person("payer", credits=100)
    serve(payer, worker, days_ago=9, text="")  # without an answer nobody is charged
    assert figures(bob) == (0, 0, False)
    serve(payer, worker)
    assert figures(bob) == (1, 0, True)


def test_a_rule_that_asks_for_nothing_proposes_everybody(settings: Any) -> None:
    settings.MONEY = replace(settings.MONEY, trust_paid_jobs=0, trust_days=0)
    assert standing_of(person("bob")).proposed
    assert not standing_of(person("bob2")).trusted


def test_a_decision_of_staff_stands_above_the_rule() -> None:
    bob, alice, charlie = person("bob"), person("alice", credits=100), person("charlie", credits=100)
    trust = OwnerTrust.objects.create(owner=bob, decision=TrustDecision.TRUSTED)
    assert (figures(bob), standing_of(bob).trusted) == ((0, 0, False), True)
    serve(alice, worker_of(bob), count=3, days_ago=2)
    serve(charlie, worker_of(bob), count=3)
    trust.decision = TrustDecision.NOT_TRUSTED
    trust.save()
    assert figures(bob) == (4, 2, False)
    trust.decision = TrustDecision.RULE
    trust.save()
    assert figures(bob) == (4, 2, True)


def test_a_rule_that_was_met_stays_met() -> None:
    bob = person("bob")
    OwnerTrust.objects.create(owner=bob, proposed_at=clock.now())
    assert figures(bob) == (4, 0, True)


def test_figures_of_many_jobs_read_a_limited_number_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "WINDOW_MIN", 50)
    bob, other = person("bob"), person("charlie")
    many_jobs(worker_of(bob).worker_pk, 6_000)
    many_jobs(worker_of(bob).worker_pk, 2_000)
    many_jobs(worker_of(other).worker_pk, 2_000)
    serve(person("alice", credits=20), worker_of(bob), count=2)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workers_job")
        cursor.execute("ANALYZE workers_worker")
    with CaptureQueriesContext(connection) as captured:
        assert (standing_of(bob).paid_jobs, standing_of(bob).days) == (2, 4)
    assert len(captured) == 6
    for statement in captured.captured_queries[1:3]:
        assert 0 < rows_of_jobs(statement["sql"]) <= 150, statement["sql"]


def many_jobs(worker_pk: int | None, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO workers_job (public_id, tier, model, price_micros, granted_micros, avoid, state, attempts,
                 worker_id, holder, served_by, lease_hash, share_bps, created_at, queued_at, claimed_at, finished_at,
                 deadline_at, finish, tokens, earned_micros, charged_micros, error)
               SELECT 'job_' || %s || '_' || i, 'pro', 'ashao-pro', 100000, 0, '', 'done', 1,
                 %s, 'w', 'native', '', 7000, now(), now(), now(), now() - interval '108 hours' + i * interval '1 s',
                 now(), 'stop', 9, 70000, 100000, '' FROM generate_series(1, %s) i""",
            [worker_pk, worker_pk, count],
        )


def rows_of_jobs(sql: str) -> int:
    """How many rows of jobs a statement reads, by what the database says of itself."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
        (plan,) = cursor.fetchone()

    def rows(node: dict[str, Any]) -> float:
        own = node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        return (own if node.get("Relation Name") == "workers_job" else 0) + sum(
            rows(child) for child in node.get("Plans", ())
        )

    return round(rows((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
