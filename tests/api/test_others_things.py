"""Other people's things, leases that are gone, chunks out of turn, keys that come again."""

import json
from typing import Any

import pytest

from ashao_site.embedded.stack import Stack

from .support import (
    STREAM_PATH,
    UNKNOWN,
    WORKER_CALLS,
    Json,
    Person,
    WorkerClient,
    answered,
    body_problem,
    claim,
    exchange,
    guest_with_history,
    refused,
    request_head,
)

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("books_agree")]


# Other people's things


def test_other_peoples_conversations_and_jobs(alice: Person, bob: Person, stack: Stack) -> None:
    job_id, conversation_id = alice.send("Only mine")
    path = f"/api/chat/conversations/{conversation_id}"
    before = alice.ok("GET", path)["messages"][0]
    for other in (bob, guest_with_history(stack)):
        refused(other.call("GET", path), 404)
        refused(other.call("PATCH", path, {"title": "Yours"}), 404)
        refused(other.call("DELETE", path), 404)
        refused(other.call("POST", "/api/chat/stop", {"jobId": job_id}), 404)
        refused(other.call("POST", "/api/chat/retry", {"jobId": job_id}), 404)
        refused(other.call("POST", "/api/chat/rate", {"jobId": job_id, "rating": 1}), 404)
        refused(other.call("GET", f"/api/chat/receipt?jobId={job_id}"), 404)
        refused(other.call("GET", f"{path}/export"), 404)
        refused(other.call("PATCH", path, {"pinned": True}), 404)
        assert other.ok("GET", "/api/chat/conversations?q=Only")["conversations"] == []
        body = {"tier": "pro", "content": "Hi", "conversationId": conversation_id}
        refused(other.call("POST", "/api/chat/send", body), 404)
        refused(other.call("POST", "/api/chat/send", {**body, "editOf": before["id"]}), 404)
        refused(other.call("POST", "/api/chat/branch", {"messageId": before["id"]}), 404)
        other.ok("DELETE", "/api/chat/conversations")
    stranger = Person(stack.base_url)
    refused(stranger.call("GET", path), 401)
    refused(stranger.call("POST", "/api/chat/stop", {"jobId": job_id}), 401)
    refused(stranger.call("POST", "/api/chat/branch", {"messageId": before["id"]}), 401)
    refused(stranger.call("GET", f"/api/chat/receipt?jobId={job_id}"), 401)
    refused(stranger.call("GET", "/api/chat/conversations?q=Only"), 401)
    refused(stranger.call("DELETE", "/api/chat/conversations"), 401)
    assert alice.ok("GET", path)["messages"][0] == before


def test_other_peoples_keys_and_workers(alice: Person, bob: Person, worker: WorkerClient) -> None:
    key = alice.ok("POST", "/api/keys", {"name": "mine"})
    refused(bob.call("DELETE", f"/api/keys/{key['id']}"), 404)
    refused(bob.call("DELETE", f"/api/worker/{worker.id}"), 404)
    refused(bob.call("PATCH", f"/api/worker/{worker.id}", {"paused": True}), 404)
    assert worker.call("heartbeat", {}).json()["paused"] is False
    assert Person(alice.base_url, bearer=key["key"]).call("GET", "/api/credits").status_code == 200
    assert worker.call("heartbeat", {}).status_code == 200
    alice.ok("DELETE", f"/api/keys/{key['id']}")
    refused(alice.call("DELETE", f"/api/keys/{key['id']}"), 404)


def test_a_token_with_another_workers_id(worker: WorkerClient, other_worker: WorkerClient) -> None:
    rest: Json = {"jobId": "job_" + UNKNOWN, "lease": "x", "seq": 0, "value": "x", "tokens": 1, "waitMs": 0}
    for _, path in WORKER_CALLS:
        body = {**rest, "workerId": other_worker.id, "token": worker.caller.bearer}
        if path.endswith("/token"):
            body.pop("token")
        refused(worker.caller.call("POST", path, body), 403, "not_your_worker")


# Leases and chunks: nothing lost, whatever comes


def try_all(worker: WorkerClient, about: Json) -> list[tuple[int, str]]:
    calls: dict[str, dict[str, Any]] = {
        "token": {"seq": 0, "value": "stale"},
        "complete": {"tokens": 1},
        "fail": {"reason": "stale"},
    }
    responses = [worker.call(name, {**about, **more}) for name, more in calls.items()]
    return [(response.status_code, response.json()["code"]) for response in responses]


LOST = [(409, "lease_lost")] * 3


def test_stale_leases_change_nothing(bob: Person, worker: WorkerClient, other_worker: WorkerClient) -> None:
    before = bob.ok("GET", "/api/credits")["credits"]
    job_id, conversation_id = bob.send(tier="max")
    first = claim(worker, job_id)
    worker.say(first, 0, "The first half, ")
    # somebody else, a lease that never was, and the right lease in the wrong hands
    assert try_all(other_worker, {**other_worker.about(first)}) == LOST
    assert try_all(worker, {**worker.about(first), "lease": "ls_none"}) == LOST
    assert try_all(worker, {**worker.about(first), "lease": first["lease"]["token"] + "x"}) == LOST
    assert worker.call("fail", worker.about(first, reason="tab closed")).status_code == 200
    assert try_all(worker, worker.about(first)) == LOST
    second = claim(other_worker, job_id)
    assert second["prefix"] == "The first half, "
    assert try_all(worker, worker.about(first)) == LOST
    other_worker.say(second, 0, "the second half.")
    done = other_worker.call("complete", other_worker.about(second, tokens=2))
    assert done.json() == {"earned": second["job"]["value"] * 70 // 100}
    assert try_all(worker, worker.about(first)) == LOST
    again = other_worker.call("complete", other_worker.about(second, tokens=2))
    assert again.json() == done.json()
    assert bob.answer(conversation_id)["content"] == "The first half, the second half."
    assert bob.ok("GET", "/api/credits")["credits"] == before - 15


def test_repeated_and_reordered_chunks(bob: Person, worker: WorkerClient) -> None:
    job_id, conversation_id = bob.send(tier="max")
    claimed = claim(worker, job_id)
    fine = {"ok": True, "stop": False}
    early = worker.say(claimed, 1, "one ")
    refused(early, 409, "out_of_order")
    assert early.json()["expected"] == 0
    assert worker.say(claimed, 0, "zero ").json() == fine
    assert worker.say(claimed, 0, "zero ").json() == fine
    assert worker.say(claimed, 0, "another ").json() == fine
    refused(worker.say(claimed, 3, "three "), 409, "out_of_order")
    assert worker.say(claimed, 1, "one ").json() == fine
    # what is not even read as a chunk takes no number
    for wrong in (
        {"seq": "2"},
        {"seq": -1},
        {"seq": None},
        {"value": 5},
        {"value": "\x00"},
        {"value": "\ud800"},
    ):
        refused(worker.call("token", {**worker.about(claimed, seq=2, value="x"), **wrong}), 400)
    refused(worker.call("token", worker.about(claimed, seq=2, value="x" * 16_001)), 400)
    assert worker.say(claimed, 2, "two 🦊").json() == fine
    refused(worker.say(claimed, 1_000_000, "far"), 409, "out_of_order")
    refused(worker.call("complete", worker.about(claimed, tokens=-1)), 400)
    assert worker.call("complete", worker.about(claimed, tokens=3)).status_code == 200
    assert worker.say(claimed, 3, "late").json() == {"ok": True, "stop": True}  # it held the lease to the end
    answer = bob.answer(conversation_id)
    assert (answer["content"], answer["status"]) == ("zero one two 🦊", "done")
    receipt = answer["receipt"]
    assert (receipt["servedBy"], receipt["model"], receipt["tokens"]) == ("native", "a-test-model", 3)
    events = [
        line for line in bob.http.get(f"{STREAM_PATH}?jobId={job_id}").text.split("\n") if line[:5] == "data:"
    ]
    values = [json.loads(line[5:]).get("value", "") for line in events]
    assert "".join(values) == "zero one two 🦊"


def test_what_has_ended_cannot_be_ended_otherwise(bob: Person, worker: WorkerClient) -> None:
    job_id, conversation_id = answered(bob, worker, "Whole.")
    bob.ok("POST", "/api/chat/stop", {"jobId": job_id})
    assert bob.answer(conversation_id)["content"] == "Whole."
    refused(worker.call("claim", {"tier": "pro", "waitMs": 0}), 403, "tier_not_allowed")
    running, conversation_id = bob.send(tier="max")
    refused(bob.call("POST", "/api/chat/retry", {"jobId": running}), 409, "not_finished")
    claimed = claim(worker, running)
    refused(worker.call("complete", worker.about(claimed, tokens=0)), 409, "empty_answer")
    bob.ok("POST", "/api/chat/stop", {"jobId": running})


# Idempotency-Key


def test_idempotency_keys(bob: Person, stack: Stack) -> None:
    body = {"tier": "pro", "content": "Once"}
    for value in (b"", b" ", b"x" * 201, b"\xff", b"a\tb", "é".encode()):
        head = request_head(
            "POST",
            "/api/chat/send",
            stack.base_url,
            **bob.headers(),
            Cookie=bob.cookie(),
            Content_Type="application/json",
            Content_Length=str(len(json.dumps(body))),
        ).encode()
        head = head.removesuffix(b"\r\n") + b"Idempotency-Key: " + value + b"\r\n\r\n"
        status, kind, raw = exchange(stack.base_url, head, [json.dumps(body).encode()])
        assert status == 400, (value, raw)
        assert body_problem(kind, raw) is None
    before = bob.ok("GET", "/api/credits")["credits"]
    first = bob.call("POST", "/api/chat/send", body, Idempotency_Key="k-1")
    again = bob.call("POST", "/api/chat/send", body, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    for other in ({"content": "Twice"}, {"tier": "max"}, {"conversationId": first.json()["conversationId"]}):
        response = bob.call("POST", "/api/chat/send", {**body, **other}, Idempotency_Key="k-1")
        refused(response, 409, "idempotency_conflict")
    assert bob.ok("GET", "/api/credits")["credits"] == before - 10
    bob.ok("POST", "/api/chat/stop", {"jobId": first.json()["jobId"]})
