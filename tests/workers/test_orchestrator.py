"""One job through the orchestrator, step by step, on a real PostgreSQL and a real Valkey."""

import pytest
from django.db import transaction

from ashao_site.lib.errors import Conflict, InsufficientCredits
from ledger.books import chart, queries
from tests.workers.support import (
    CREDIT,
    ask,
    books_are_true,
    claim,
    cloud,
    collect,
    complete,
    fail,
    fund,
    job_row,
    person,
    run,
    sources_of,
    worker_of,
    write,
)
from workers import jobs
from workers.jobs import Claimed, State, Tier
from workers.jobs.models import Job, JobPayload
from workers.jobs.postgres import rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_message_is_claimed_streamed_completed_and_paid():
    alice, bob = person("alice", credits=30), person("bob")
    job_id = ask(alice, text="hi there")
    worker = worker_of(bob)
    job = claim(worker)
    assert isinstance(job, Claimed)
    assert (job.id, job.prefix, job.value_micros) == (job_id, "", 100_000)
    assert job.messages == [{"role": "user", "content": "hi there"}]
    write(job, worker, "Hello", ", ", "wörld 🌍")
    assert complete(job, worker) == 70_000
    assert complete(job, worker) == 70_000
    assert run(collect(job_id)) == ("Hello, wörld 🌍", jobs.Ended(tokens=3, finish="stop"))
    row = job_row(job_id)
    assert (row.state, row.served_by, row.attempts, row.charged_micros) == ("done", "native", 1, 100_000)
    assert queries.balance(chart.user_earnings(bob.pk)) == 70_000
    assert queries.available(chart.user_credits(alice.pk)) == 20 * CREDIT
    assert queries.balance(chart.POOL_BUYBACK) == queries.balance(chart.POOL_STAKERS) == 15_000
    assert not JobPayload.objects.exists()
    books_are_true()


def test_what_a_worker_earns_from_granted_credits_waits_in_escrow():
    alice, bob = person("alice", granted=4, credits=6), person("bob")
    ask(alice)
    worker = worker_of(bob)
    job = claim(worker)
    write(job, worker, "x")
    complete(job, worker)
    assert queries.balance(chart.user_escrow(bob.pk)) == 28_000
    assert queries.balance(chart.user_earnings(bob.pk)) == 42_000
    assert queries.available(chart.PROMO_BUDGET) == 12_000, "the rest of the free part is the budget's again"
    assert queries.balance(chart.POOL_BUYBACK) == queries.balance(chart.POOL_STAKERS) == 9_000
    books_are_true()


def test_free_credits_are_no_revenue_whoever_answers():
    fund(20)
    alice, bob = person("alice", granted=10), person("bob")
    ask(alice)
    worker = worker_of(bob)
    job = claim(worker)
    write(job, worker, "x")
    complete(job, worker)
    with transaction.atomic():  # a guest's
        guest_job = jobs.submit(
            tier=Tier.PRO,
            messages=[{"role": "user", "content": "hello"}],
            sources=[chart.PROMO_BUDGET],
            owner_id=None,
        )
    job = run(jobs.claim_for_cloud(guest_job, holder=cloud()))
    write(job, cloud(), "from the cloud")
    complete(job, cloud())
    assert queries.balance(chart.user_escrow(bob.pk)) == queries.balance(chart.POOL_CLOUD) == 70_000
    assert queries.available(chart.PROMO_BUDGET) == (20 + 10) * CREDIT - 2 * 70_000, (
        "only what was earned is gone"
    )
    assert queries.balance(chart.POOL_BUYBACK) == queries.balance(chart.POOL_STAKERS) == 0
    books_are_true()


def test_the_cloud_earns_for_its_bill():
    fund(100)
    alice = person("alice", credits=10)
    job_id = ask(alice)
    holder = cloud()
    job = run(jobs.claim_for_cloud(job_id, holder=holder))
    write(job, holder, "from the cloud")
    assert complete(job, holder) == 0
    assert queries.balance(chart.POOL_CLOUD) == 70_000
    assert job_row(job_id).served_by == "cloud"
    assert run(jobs.claim_for_cloud(job_id, holder=holder)) is None


def test_not_enough_credits_writes_nothing():
    alice = person("alice", credits=9)
    with pytest.raises(InsufficientCredits):
        ask(alice)
    assert not Job.objects.exists()


def test_nobody_serves_their_own_job():
    alice, bob = person("alice", credits=20), person("bob")
    ask(alice)
    assert claim(worker_of(alice)) == "none"
    assert isinstance(claim(worker_of(bob)), Claimed)


def test_chunks_count_once_in_order_and_only_from_the_holder():
    alice, bob = person("alice", credits=20), person("bob")
    ask(alice)
    worker, other = worker_of(bob), worker_of(bob)
    job = claim(worker)
    write(job, worker, "a", "b")
    write(job, worker, "a", "b")
    with pytest.raises(Conflict) as refused:
        write(job, worker, "d", first=3)
    assert refused.value.code == "out_of_order"
    assert refused.value.body()["expected"] == 2
    with pytest.raises(Conflict) as refused:
        write(job, other, "c", first=2)
    assert refused.value.code == "lease_lost"
    with pytest.raises(Conflict) as refused:
        run(jobs.append(job_id=job.id, holder=worker.id, lease="ls_wrong", seq=2, value="c"))
    assert refused.value.code == "lease_lost"
    write(job, worker, "c", first=2)
    complete(job, worker)
    assert run(collect(job.id))[0] == "abc"


def test_a_failed_worker_hands_on_with_the_prefix_and_earns_nothing():
    alice, bob, charlie = person("alice", credits=20), person("bob"), person("charlie")
    job_id = ask(alice)
    first, second = worker_of(bob), worker_of(charlie)
    run(jobs.heartbeat(holder=second.id, tiers=[Tier.PRO]))
    job = claim(first)
    write(job, first, "one ", "two ")
    fail(job, first)
    with pytest.raises(Conflict):
        write(job, first, "late", first=2)
    again = claim(second)
    assert again.prefix == "one two "
    write(again, second, "three")
    assert complete(again, second) == 70_000
    assert run(collect(job_id))[0] == "one two three"
    with pytest.raises(Conflict):
        complete(job, first)
    assert queries.balance(chart.user_earnings(bob.pk)) == 0
    books_are_true()


def test_the_one_who_lost_a_job_does_not_get_it_back_while_others_live():
    alice, bob, charlie = person("alice", credits=20), person("bob"), person("charlie")
    ask(alice)
    first, second = worker_of(bob), worker_of(charlie)
    job = claim(first)
    run(jobs.heartbeat(holder=second.id, tiers=[Tier.PRO]))
    fail(job, first)
    assert claim(first) == "none"
    assert isinstance(claim(second), Claimed)


def test_an_empty_answer_is_refused_and_handed_on():
    alice, bob = person("alice", credits=20), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    job = claim(worker)
    with pytest.raises(Conflict) as refused:
        complete(job, worker)
    assert refused.value.code == "empty_answer"
    assert job_row(job_id).state == State.QUEUED


def test_after_the_named_number_of_tries_it_fails_and_the_credits_are_back(settings):
    settings.JOB_MAX_ATTEMPTS = 2
    alice, bob = person("alice", credits=10), person("bob")
    job_id = ask(alice)
    for worker in (worker_of(bob), worker_of(person("charlie"))):
        job = claim(worker)
        write(job, worker, "x")
        fail(job, worker)
    row = job_row(job_id)
    assert (row.state, row.attempts, row.charged_micros) == ("failed", 2, 0)
    assert queries.available(chart.user_credits(alice.pk)) == 10 * CREDIT
    text, last = run(collect(job_id))
    assert text == "xx"
    assert isinstance(last, jobs.Broke)
    assert not JobPayload.objects.exists()
    books_are_true()


def test_stop_keeps_the_text_ends_at_once_and_pays_the_worker():
    alice, bob = person("alice", credits=20), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    job = claim(worker)
    text = "So far, this is an answer that somebody has read."
    write(job, worker, text)
    run(jobs.stop(job_id))
    assert run(collect(job_id)) == (text, jobs.Ended(tokens=1, finish="stopped"))
    stop = run(jobs.append(job_id=job.id, holder=worker.id, lease=job.lease, seq=1, value=" more"))
    assert stop is True
    assert complete(job, worker) == 70_000
    assert run(collect(job_id))[0] == text
    run(jobs.stop(job_id))
    books_are_true()


def test_stopping_what_nobody_has_begun_costs_nothing():
    alice = person("alice", credits=10)
    job_id = ask(alice)
    run(jobs.stop(job_id))
    assert job_row(job_id).state == State.DONE
    assert queries.available(chart.user_credits(alice.pk)) == 10 * CREDIT
    assert claim(worker_of(person("bob"))) == "empty"


def test_a_receiver_that_raises_keeps_the_job_from_ending():
    alice, bob = person("alice", credits=10), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    job = claim(worker)
    write(job, worker, "x")

    def refuse(**_kwargs):
        raise RuntimeError("not now")

    jobs.job_finished.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            complete(job, worker)
    finally:
        jobs.job_finished.disconnect(refuse)
    assert job_row(job_id).state == State.RUNNING
    assert queries.balance(chart.user_earnings(bob.pk)) == 0
    assert complete(job, worker) == 70_000


def test_resuming_in_the_middle_and_at_impossible_places():
    alice, bob = person("alice", credits=10), person("bob")
    job_id = ask(alice)
    worker = worker_of(bob)
    job = claim(worker)
    write(job, worker, "añb")
    complete(job, worker)
    assert run(collect(job_id, start=3))[0] == "b"
    assert run(collect(job_id, start=4))[0] == ""
    for bad in (2, 5, 10**9):
        with pytest.raises(Exception, match="no position"):
            run(collect(job_id, start=bad))


def test_payloads_leave_redis(empty_redis, settings):
    alice, bob = person("alice", credits=10), person("bob")
    job_id = ask(alice, text="secret words")
    worker = worker_of(bob)
    job = claim(worker)
    write(job, worker, "answer")
    complete(job, worker)
    assert empty_redis.get(f"ashao:job:{job_id}:messages") is None
    assert 0 < empty_redis.pttl(f"ashao:job:{job_id}:tokens") <= settings.STREAM_TTL_MS
    for key in empty_redis.keys("ashao:*"):
        if not key.startswith(b"ashao:celery"):
            assert empty_redis.pttl(key) > 0, key
            kind = empty_redis.type(key)
            value = empty_redis.hgetall(key) if kind == b"hash" else b""
            assert str(alice.wallet).encode() not in str(value).encode()


def test_source_accounts_are_used_in_order():
    alice = person("alice", granted=10, credits=10)
    ask(alice)
    assert queries.available(chart.user_granted(alice.pk)) == 0
    assert queries.available(chart.user_credits(alice.pk)) == 10 * CREDIT
    assert sources_of(alice)[0].endswith(":granted")
    assert rows.hold_key("job_x") == "hold:job_x"
