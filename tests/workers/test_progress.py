"""What keeps a job with its worker: text that can be seen, reasoning within its bounds, and nothing else."""

import time

import pytest
import redis

from tests.chat.support import Browser, open_stream, read_stream
from tests.workers.calls import client_of
from tests.workers.held import Held, during, until
from tests.workers.support import job_row, person
from workers.jobs import Tier
from workers.jobs.redis import presence, production

pytestmark = pytest.mark.django_db(transaction=True)


def asked(credits: int = 100) -> tuple[Browser, str]:
    """Alice, and the job of a message of hers."""
    alice = Browser(person("alice", credits=credits))
    return alice, alice.sent()[0]


def test_reasoning_renews_every_timer_and_is_no_part_of_the_answer(settings) -> None:
    settings.WORKER_FIRST_TOKEN_MS = settings.WORKER_LEASE_MS = 6_000
    alice, job_id = asked()
    held = Held(client_of(person("bob")))
    listens, old = open_stream(alice, job_id, query="&reasoning=1"), open_stream(alice, job_id)

    def think() -> None:
        assert held.say("hm", "reasoning") == (200, {"ok": True, "stop": False})
        assert held.state == "running", "it thinks for longer than the first text may take"

    during(9, think)
    held.say("The answer ")
    held.say("so I say it", "reasoning")
    held.say("is forty-two.", "text")
    assert held.complete() == (200, {"earned": 70_000})
    shown = [(event["type"], event.get("value")) for _, event in listens.result(60).events()]
    answer = [("token", "The answer "), ("token", "is forty-two."), ("done", None)]
    assert [event for event in shown if event[0] != "reasoning"] == answer
    assert ("reasoning", "hm") in shown
    assert shown.index(("reasoning", "so I say it")) == shown.index(("token", "The answer ")) + 1
    ids = [event_id for event_id, event in listens.result(60).events() if event["type"] == "reasoning"]
    assert ids[-1].startswith("11-"), "its id is where the answer stands"
    assert [(event["type"], event.get("value")) for _, event in old.result(60).events()] == answer
    assert {event["type"] for _, event in read_stream(alice, job_id, query="&reasoning=1").events()} == {
        "token",
        "done",
    }, "it is not kept"


def test_thinking_for_too_long_loses_the_job(settings) -> None:
    settings.WORKER_FIRST_TOKEN_MS, settings.WORKER_THINK_MS = 5_000, 8_000
    asked()
    held = Held(client_of(person("bob")))
    began = time.monotonic()
    until(lambda: held.say("still thinking", "reasoning")[0] == 409 or held.state != "running")
    assert time.monotonic() - began >= 7.9
    assert held.state == "queued"


def test_reasoning_alone_is_an_empty_answer() -> None:
    asked()
    held = Held(client_of(person("bob")))
    held.say("I think of something", "reasoning")
    status, answer = held.complete()
    assert (status, answer["code"]) == (409, "empty_answer")
    assert held.state == "queued"


def test_more_reasoning_than_the_bound_is_taken_and_not_told_on(monkeypatch, settings) -> None:
    settings.WORKER_FIRST_TOKEN_MS = 1_000
    monkeypatch.setattr(production, "THINK_MAX_BYTES", 10)
    alice, job_id = asked()
    held = Held(client_of(person("bob")))
    listens = open_stream(alice, job_id, query="&reasoning=1")
    time.sleep(0.3)
    assert held.say("ten bytes!", "reasoning")[0] == 200
    until(lambda: held.say("one more", "reasoning")[0] == 409 or held.state == "queued")
    assert job_row(job_id).attempts == 1
    second = Held(client_of(person("charlie")))
    assert second.prefix == ""
    second.say("Hello there.")
    assert second.complete()[0] == 200
    thought = [event["value"] for _, event in listens.result(60).events() if event["type"] == "reasoning"]
    assert thought == ["ten bytes!"]


@pytest.mark.parametrize("nothing", ["", " ", "\n\n", "\u200b", "\u00a0\ufeff"])
def test_a_chunk_without_a_visible_character_renews_the_lease_alone(
    nothing: str, empty_redis: redis.Redis
) -> None:
    _, job_id = asked()
    held = Held(client_of(person("bob")))
    timers = lambda: empty_redis.hmget(f"ashao:job:{job_id}", "leaseUntil", "progressUntil")  # noqa: E731
    lease_before, progress_before = timers()
    time.sleep(0.05)
    assert held.say(nothing)[0] == 200
    lease, progress = timers()
    assert int(lease) > int(lease_before)
    assert progress == progress_before


def test_chunks_without_a_visible_character_keep_no_job(settings) -> None:
    settings.WORKER_FIRST_TOKEN_MS = 1_500
    asked()
    held = Held(client_of(person("bob")))
    until(lambda: held.say("\u200b")[0] == 409 or held.state != "running")
    assert held.state == "queued"


def test_an_answer_that_drips_has_stalled(settings) -> None:
    settings.WORKER_PACE_MS = 3_000
    asked()
    held = Held(client_of(person("bob")))
    began = time.monotonic()

    def drip() -> bool:
        time.sleep(0.5)  # two bytes a second, where four are due
        return held.say("a")[0] == 409 or held.state != "running"

    until(drip)
    assert time.monotonic() - began >= 2.9
    assert held.state == "queued"


def test_an_answer_that_grows_at_its_pace_goes_on(settings) -> None:
    settings.WORKER_PACE_MS = 5_000
    asked()
    held = Held(client_of(person("bob")))

    def write() -> None:
        assert held.say("你好，世界")[0] == 200  # 15 bytes
        assert held.state == "running"

    during(7, write)
    assert held.complete()[0] == 200


def test_a_heartbeat_tells_what_the_person_has_stopped_and_what_is_lost() -> None:
    alice = Browser(person("alice", credits=100))
    stopped, lost, kept = (alice.sent()[0] for _ in range(3))
    worker = client_of(person("bob"))
    jobs = {held.id: held for held in (Held(worker), Held(worker), Held(worker))}
    jobs[stopped].say("So far")
    assert alice.call("POST", "/api/chat/stop", {"jobId": stopped}).status_code == 200
    jobs[lost].fail()
    _, pulse = worker.call("heartbeat", jobs=[stopped, lost, kept])
    assert (pulse["jobs"], pulse["stop"]) == ([kept], [stopped])
    _, pulse = worker.call("heartbeat", jobs=[stopped, kept])
    assert (pulse["jobs"], pulse["stop"]) == ([kept], [stopped]), "told as long as it is named"


def test_a_heartbeat_without_jobs_tells_of_a_stop_once_and_only_its_own() -> None:
    alice = Browser(person("alice", credits=100))
    job_id, _ = alice.sent()
    worker, other = client_of(person("bob")), client_of(person("charlie"))
    Held(worker)
    alice.call("POST", "/api/chat/stop", {"jobId": job_id})
    assert other.call("heartbeat", jobs=[job_id])[1]["stop"] == []
    assert worker.call("heartbeat")[1]["stop"] == [job_id]
    assert worker.call("heartbeat")[1]["stop"] == []


def test_a_worker_that_is_not_ready_does_not_count_as_live_and_keeps_what_it_holds(settings) -> None:
    settings.WORKER_LEASE_MS = 4_000
    _, job_id = asked()
    worker = client_of(person("bob"))
    held = Held(worker)

    def live() -> int:
        return int(worker.run(presence.tier_counts(Tier.PRO, now_ms=int(time.time() * 1000)))[0])

    assert worker.call("heartbeat", ready=True)[0] == 200
    assert live() == 1

    def beat() -> None:
        assert worker.call("heartbeat", jobs=[job_id], ready=False)[1]["jobs"] == [job_id]
        assert held.state == "running"
        assert live() == 0

    during(6, beat)
    worker.call("heartbeat", ready=True)
    assert live() == 1
