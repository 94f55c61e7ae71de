"""`GET /api/chat/stream`, driven as an ASGI server would."""

import json
import sys
import time
from datetime import timedelta
from typing import Any

import pytest

from ashao_site.accounts.actions import create_api_key
from ashao_site.lib.aio import run_sync
from ashao_site.lib.clock import now
from ashao_site.lib.redis import redis
from chat import sse, stream
from chat.models import Message
from chat.stream import StreamConsumer
from tests.chat.support import Browser, Production, answer, open_stream, read_stream
from workers import jobs

pytestmark = pytest.mark.django_db(transaction=True)

DONE = {"type": "done", "tokens": 3, "finish": "stop"}


def token(value: str) -> dict[str, str]:
    return {"type": "token", "value": value}


async def forget(job_id: str) -> None:
    """Redis loses a job."""
    await redis().pipe.command("DEL", f"ashao:job:{job_id}", f"ashao:job:{job_id}:tokens")


def test_an_answer_is_seen_as_it_is_written(alice: Browser) -> None:
    job_id, _ = alice.sent()
    reading = open_stream(alice, job_id)
    production = Production(job_id)
    production.say("Grüße\n")
    time.sleep(0.4)
    production.say("👋")
    production.complete()
    seen = reading.result(20)
    assert seen.status == 200
    assert seen.whole
    assert seen.headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert seen.headers[b"cache-control"] == b"no-store"
    assert seen.headers[b"x-accel-buffering"] == b"no"
    assert seen.events() == [("8", token("Grüße\n")), ("12", token("👋")), ("end-12", DONE)]
    assert b'id: 12\ndata: {"type":"token","value":"\xf0\x9f\x91\x8b"}\n\n' in seen.body
    assert StreamConsumer.open_count == 0


def test_readers_that_end_lines_as_python_does_lose_nothing(alice: Browser) -> None:
    odd = "".join(
        f"a{chr(code)}b " for code in range(sys.maxunicode + 1) if len(f"a{chr(code)}b".splitlines()) > 1
    )
    assert {"\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"} <= set(odd)
    job_id, _ = alice.sent()
    answer(job_id, odd)
    lines = read_stream(alice, job_id).body.decode().splitlines()
    data = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert data == [token(odd), DONE]
    assert len(lines) == 6, "an id, its data and an empty line for each"


def test_resuming_misses_nothing_and_repeats_nothing(alice: Browser) -> None:
    job_id, _ = alice.sent()
    answer(job_id, "Hello ", "world")
    assert read_stream(alice, job_id).events() == [("11", token("Hello world")), ("end-11", DONE)]
    assert read_stream(alice, job_id, last="6").events() == [("11", token("world")), ("end-11", DONE)]
    assert read_stream(alice, job_id, query="&lastEventId=11").events() == [("end-11", DONE)]
    newer = read_stream(alice, job_id, last="11", query="&lastEventId=6")
    assert newer.events() == [("end-11", DONE)]
    over = read_stream(alice, job_id, last="end-11")
    assert (over.status, over.body, over.whole) == (204, b"", True)


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "end-", "12345678901", "1 2", "2", "99"])
def test_an_impossible_event_id_is_refused(alice: Browser, last: str) -> None:
    job_id, _ = alice.sent()
    answer(job_id, "aé")
    assert read_stream(alice, job_id, last=last).refused() == (400, "bad_event_id")


def test_a_failure_ends_the_stream(alice: Browser, settings: Any) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    job_id, _ = alice.sent()
    reading = open_stream(alice, job_id)
    Production(job_id).fail()
    [(event_id, event)] = reading.result(20).events()
    assert (event_id, event["type"]) == ("end-0", "error")
    assert event["message"]


def test_stopping_ends_the_stream(alice: Browser) -> None:
    job_id, _ = alice.sent()
    reading = open_stream(alice, job_id)
    Production(job_id).say("Once")
    alice.call("POST", "/api/chat/stop", {"jobId": job_id})
    assert reading.result(20).events()[-1][1]["finish"] == "stopped"


def test_only_the_sender_may_read(alice: Browser, bob: Browser, guest: Browser) -> None:
    job_id, _ = alice.sent()
    guests_job, _ = guest.sent()
    answer(guests_job, "Hi")
    assert read_stream(bob, job_id).refused() == (404, "not_found")
    assert read_stream(guest, job_id).refused() == (404, "not_found")
    assert read_stream(None, job_id).refused() == (401, "not_signed_in")
    assert read_stream(alice, guests_job).refused() == (404, "not_found")
    assert read_stream(guest, guests_job).status == 200


def test_a_bearer_key_may_read(alice: Browser) -> None:
    assert alice.user is not None
    job_id, _ = alice.sent()
    answer(job_id, "Hi")
    secret = create_api_key(user=alice.user, name="test").secret

    async def read(token: str) -> stream.Ask | int:
        found = []

        async def send(message: dict[str, int]) -> None:
            found.append(message.get("status"))

        scope = {
            "type": "http",
            "method": "GET",
            "query_string": f"jobId={job_id}".encode(),
            "headers": [(b"authorization", f"Bearer {token}".encode())],
        }
        await stream.serve(scope, send)
        return found[0]

    assert run_sync(read(secret)) == 200
    assert run_sync(read("ak_wrong")) == 401


@pytest.mark.parametrize("job_id", ["", "job_", "job_0000000000000000000000", "%00", "%ff%fe", "conv_1"])
def test_an_unknown_job(alice: Browser, job_id: str) -> None:
    assert read_stream(alice, job_id).status == (404 if job_id else 400)


def test_another_method_is_refused(alice: Browser) -> None:
    seen = read_stream(alice, "job_0000000000000000000000", method="POST")
    assert seen.refused() == (405, "method_not_allowed")
    assert seen.headers[b"allow"] == b"GET"


def test_after_its_time_the_stream_is_gone(alice: Browser, settings: Any) -> None:
    job_id, _ = alice.sent()
    answer(job_id, "Hi")
    late = now() - timedelta(milliseconds=settings.STREAM_TTL_MS + 1)
    Message.objects.filter(job_id=job_id).update(finished_at=late)
    assert read_stream(alice, job_id).refused() == (404, "not_found")


def test_what_redis_lost_comes_from_the_conversation(alice: Browser) -> None:
    job_id, _ = alice.sent()
    answer(job_id, "Grüße")
    run_sync(forget(job_id))
    assert read_stream(alice, job_id, last="2").events() == [("7", token("üße")), ("end-7", DONE)]
    assert read_stream(alice, job_id, last="7").events() == [("end-7", DONE)]
    assert read_stream(alice, job_id, last="3").refused() == (400, "bad_event_id")
    Message.objects.filter(job_id=job_id).update(status="failed", error="Sorry.", content="")
    assert read_stream(alice, job_id).events() == [("end-0", {"type": "error", "message": "Sorry."})]


def test_a_client_that_leaves_is_let_go(alice: Browser) -> None:
    job_id, _ = alice.sent()
    seen = read_stream(alice, job_id, leave_after_s=0.5)
    assert (seen.status, seen.whole) == (200, False)
    assert StreamConsumer.open_count == 0
    assert jobs.state_of(job_id) is jobs.State.QUEUED


def test_silence_is_filled_with_comments(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE_S", 5.0)
    job_id, _ = alice.sent()
    seen = read_stream(alice, job_id, leave_after_s=6.0)
    assert seen.body == sse.KEEP_ALIVE


def test_too_many_streams_are_refused(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "OPEN_STREAMS_MAX", 0)
    seen = read_stream(alice, "job_0000000000000000000000")
    assert seen.refused() == (503, "unavailable")
    assert seen.headers[b"retry-after"]
