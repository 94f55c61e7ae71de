"""A worker that its owner pauses, resumes or removes, in whichever process it waits."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.chat.support import Browser, refused
from tests.workers.calls import Client, Process, client_of
from tests.workers.support import ask, job_row, person, run
from workers.api import identity
from workers.jobs import Tier
from workers.jobs import waiting_claims as claims
from workers.jobs.models import Worker
from workers.jobs.redis import presence
from workers.jobs.sweep import sweep
from workers.jobs.waiting_claims import waiting_claims

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_MS = 20_000
ENDS_S = 60
"""Within this a claim ends that is sent away; of itself it would wait longer."""


@pytest.fixture
def process() -> Iterator[Process]:
    """A second process beside the one in which owners' calls and announcements are made."""
    second = Process()
    yield second
    second.stop()


@pytest.fixture(autouse=True)
def nobody_is_remembered() -> None:
    identity._remembered.forget_all()


async def waiting(worker_id: str) -> int:
    return len(waiting_claims()._of.get(worker_id, ()))


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def until_it_waits(worker: Client) -> None:
    until(lambda: worker.run(waiting(worker.id)) > 0)


def pause(browser: Browser, worker: Client, paused: bool = True) -> None:
    response = browser.call("PATCH", f"/api/worker/{worker.id}", {"paused": paused})
    assert response.status_code == 200, response.content
    assert response.json() == {"id": worker.id, "name": "", "paused": paused}


def live() -> int:
    return int(run(presence.tier_counts(Tier.PRO, now_ms=time.time_ns() // 1_000_000))[0])


def test_a_claim_that_waits_in_another_process_ends_when_its_worker_is_paused(process: Process) -> None:
    alice, bob = person("alice", credits=10), person("bob")
    worker = client_of(bob, process=process)
    claim = worker.start("claim", waitMs=WAIT_MS)
    until_it_waits(worker)
    until(lambda: live() == 1)  # a claim waits a moment before it counts as live
    pause(Browser(bob), worker)
    assert claim.result(ENDS_S) == (200, {"job": None, "reason": "paused"})
    assert live() == 0
    job_id = ask(alice)
    began = time.monotonic()
    assert worker.call("claim", waitMs=400) == (200, {"job": None, "reason": "paused"})
    assert time.monotonic() - began >= 0.4, "a paused worker's loop would spin"
    assert worker.call("claim", waitMs=0) == (200, {"job": None, "reason": "paused"})
    assert live() == 0
    assert job_row(job_id).state == "queued"


def test_a_paused_claim_ends_when_its_worker_is_resumed(process: Process) -> None:
    alice, bob = person("alice", credits=10), person("bob")
    worker = client_of(bob, process=process)
    pause(Browser(bob), worker)
    claim = worker.start("claim", waitMs=WAIT_MS)
    until_it_waits(worker)
    job_id = ask(alice)
    time.sleep(0.3)
    assert not claim.done()
    pause(Browser(bob), worker, False)
    assert claim.result(ENDS_S) == (200, {"job": None, "reason": "no_job"})
    status, answer = worker.call("claim", waitMs=2_000)
    assert (status, answer["job"]["id"]) == (200, job_id)


def test_a_claim_that_waits_in_another_process_ends_when_its_worker_is_removed(process: Process) -> None:
    alice, bob, charlie = person("alice", credits=10), person("bob"), person("charlie")
    worker, other = client_of(bob, process=process), client_of(charlie, process=process)
    claim = worker.start("claim", waitMs=WAIT_MS)
    until_it_waits(worker)
    assert Browser(bob).call("DELETE", f"/api/worker/{worker.id}").status_code == 204
    status, answer = claim.result(ENDS_S)
    assert (status, answer["code"]) == (401, "bad_token")
    assert worker.call("heartbeat")[0] == 401, "what was remembered of it is forgotten at once"
    job_id = ask(alice)
    assert other.call("claim", waitMs=2_000)[1]["job"]["id"] == job_id


def test_the_other_claims_go_on(process: Process) -> None:
    alice, bob = person("alice", credits=10), person("bob")
    paused, stays = client_of(bob, process=process), client_of(bob, process=process)
    first, second = paused.start("claim", waitMs=WAIT_MS), stays.start("claim", waitMs=WAIT_MS)
    until_it_waits(paused)
    until_it_waits(stays)
    pause(Browser(bob), paused)
    assert first.result(ENDS_S)[1]["reason"] == "paused"
    job_id = ask(alice)
    assert second.result(ENDS_S)[1]["job"]["id"] == job_id


def test_a_job_that_is_just_being_taken_for_a_paused_worker_is_given_back(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob, charlie = person("alice", credits=10), person("bob"), person("charlie")
    worker, other = client_of(bob, process=process), client_of(charlie, process=process)
    job_id = ask(alice)
    claim_now = claims.claim_now

    async def and_meanwhile(*, tier: Tier, holder: object) -> object:
        claimed = await claim_now(tier=tier, holder=holder)
        waiting_claims().send_away(worker.id)
        return claimed

    with monkeypatch.context() as patched:
        patched.setattr("workers.jobs.waiting_claims.claim_now", and_meanwhile)
        assert worker.call("claim", waitMs=WAIT_MS) == (200, {"job": None, "reason": "no_job"})
    assert job_row(job_id).state == "queued"
    assert other.call("claim", waitMs=3_000)[1]["job"]["id"] == job_id


def test_a_lost_notification_is_made_good(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "REMEMBER_S", 0.5)
    bob = person("bob")
    worker = client_of(bob, process=process)
    claim = worker.start("claim", waitMs=WAIT_MS)
    until_it_waits(worker)
    Worker.objects.filter(public_id=worker.id).update(paused_at="2026-01-01T00:00:00Z")  # nobody tells
    assert claim.result(ENDS_S)[1] == {"job": None, "reason": "paused"}
    claim = worker.start("claim", waitMs=WAIT_MS)
    until_it_waits(worker)
    Worker.objects.filter(public_id=worker.id).update(paused_at=None)
    assert claim.result(ENDS_S)[1] == {"job": None, "reason": "no_job"}


def test_what_was_looked_up_while_the_news_came_is_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bob = person("bob")
    worker = client_of(bob)
    look_up = identity._look_up
    seen = []

    def late(token_hash: str) -> identity.Caller | None:
        caller = look_up(token_hash)
        seen.append(caller)
        if len(seen) == 1:  # read before the change, returned after the news of it
            Worker.objects.filter(public_id=worker.id).update(paused_at="2026-01-01T00:00:00Z")
            identity._remembered.forget(worker.id)
        return caller

    monkeypatch.setattr(identity, "_look_up", late)
    assert worker.call("heartbeat")[1]["paused"] is True
    assert [caller.paused for caller in seen if caller] == [False, True]


def test_a_paused_worker_finishes_what_it_holds(settings) -> None:
    settings.WORKER_LEASE_MS = 4_000
    alice, bob = person("alice", credits=10), person("bob")
    worker = client_of(bob)
    job_id = ask(alice)
    _, claimed = worker.call("claim", waitMs=0)
    about = {"jobId": job_id, "lease": claimed["lease"]["token"]}
    assert worker.call("heartbeat")[1]["paused"] is False
    pause(Browser(bob), worker)
    until(lambda: worker.call("heartbeat")[1]["paused"])  # the news of it goes through Redis
    for _ in range(6):
        time.sleep(0.8)
        _, answer = worker.call("heartbeat")
        assert (answer["paused"], answer["jobs"]) == (True, [job_id])
        sweep()
    assert live() == 0, "a heartbeat does not make it live again"
    assert worker.call("token", **about, seq=0, value="Hello") == (200, {"ok": True, "stop": False})
    assert worker.call("complete", **about, tokens=1) == (200, {"earned": 70_000})
    pause(Browser(bob), worker, False)
    until(lambda: not worker.call("heartbeat")[1]["paused"])
    assert live() == 1


def test_a_heartbeat_renews_only_the_jobs_that_it_names(settings) -> None:
    settings.WORKER_LEASE_MS = 4_000
    alice, bob = person("alice", credits=20), person("bob")
    worker = client_of(bob)
    kept, lost = ask(alice), ask(alice)
    assert {worker.call("claim", waitMs=0)[1]["job"]["id"] for _ in range(2)} == {kept, lost}
    for _ in range(4):
        time.sleep(1.1)
        assert kept in worker.call("heartbeat", jobs=[kept, "job_0000000000000000000000"])[1]["jobs"]
        sweep()
    assert (job_row(kept).state, job_row(lost).state) == ("running", "queued")
    time.sleep(4.2)
    assert worker.call("heartbeat", jobs=[])[0] == 200
    sweep()
    assert job_row(kept).state == "queued"


@pytest.mark.parametrize("wrong", ["job_1", [5], [None], ["a b"], ["x" * 61], ["job_1"] * 65, {}])
def test_wrong_jobs_of_a_heartbeat(wrong: object) -> None:
    status, answer = client_of(person("bob")).call("heartbeat", jobs=wrong)
    assert (status, answer["code"]) == (400, "bad_input")


def test_only_the_owner_pauses_and_only_while_it_is_there() -> None:
    bob, charlie = person("bob"), person("charlie")
    worker = client_of(bob)
    path = f"/api/worker/{worker.id}"
    body = {"paused": True}
    assert refused(Browser(charlie).call("PATCH", path, body)) == (404, "not_found")
    assert refused(Browser().call("PATCH", path, body)) == (401, "not_signed_in")
    assert refused(Browser(bob).call("PATCH", "/api/worker/wrk_0000000000000000000000", body))[0] == 404
    assert Worker.objects.get(public_id=worker.id).paused_at is None
    for wrong in ({}, {"paused": "true"}, {"paused": 1}, {"paused": None}, {"paused": []}, {"pause": True}):
        assert refused(Browser(bob).call("PATCH", path, wrong)) == (400, "bad_input"), wrong
    assert Browser(bob).call("DELETE", path).status_code == 204
    assert refused(Browser(bob).call("PATCH", path, body)) == (404, "not_found")


def test_pausing_twice_keeps_the_first_time() -> None:
    bob = person("bob")
    worker = client_of(bob)
    pause(Browser(bob), worker)
    first = Worker.objects.get(public_id=worker.id).paused_at
    pause(Browser(bob), worker)
    assert Worker.objects.get(public_id=worker.id).paused_at == first
    pause(Browser(bob), worker, False)
    pause(Browser(bob), worker, False)
    assert Worker.objects.get(public_id=worker.id).paused_at is None


def test_a_change_that_cannot_be_told_is_made_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    bob = person("bob")
    worker = client_of(bob)

    async def away(**_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("workers.jobs.redis.presence.tell_changed", away)
    with monkeypatch.context() as patched:
        patched.setattr("workers.machines.actions.OUTAGES", (ConnectionError,))
        pause(Browser(bob), worker)
    assert Worker.objects.get(public_id=worker.id).paused_at is not None
