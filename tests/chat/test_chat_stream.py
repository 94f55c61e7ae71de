"""`GET /api/chat/stream`, driven as an ASGI server would."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zlib import crc32

import pytest

from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.lib.aio import background_loop, run_sync
from ashao_site.lib.clock import now
from ashao_site.lib.redis import redis
from chat.conversation.models import Message
from chat.stream import serving, sse, writer
from tests.chat.support import Browser, Production, answer, open_stream, read_stream, stream_of
from workers import jobs
from workers.jobs.models import Job, JobPayload
from workers.jobs.postgres import rows
from workers.jobs.redis import queues, texts

pytestmark = pytest.mark.django_db(transaction=True)

RESET = {"type": "reset"}
DONE = {"type": "done", "tokens": 3, "finish": "stop"}


def token(value: str) -> dict[str, str]:
    return {"type": "token", "value": value}


def at(text: str) -> str:
    """The id of the event after which somebody has this much of an answer."""
    raw = text.encode()
    return f"{len(raw)}-{crc32(raw):08x}"


def end(text: str) -> str:
    """The id of the last event of this answer."""
    return f"end-{at(text)}"


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
    seen = reading.result(60)
    assert seen.status == 200
    assert seen.whole
    assert seen.headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert seen.headers[b"cache-control"] == b"no-store"
    assert seen.headers[b"x-accel-buffering"] == b"no"
    assert seen.events() == [
        (at("Grüße\n"), token("Grüße\n")),
        (at("Grüße\n👋"), token("👋")),
        (end("Grüße\n👋"), DONE),
    ]
    assert b'\ndata: {"type":"token","value":"\xf0\x9f\x91\x8b"}\n\n' in seen.body
    assert serving.open_streams() == 0


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
    whole = "Hello world"
    assert read_stream(alice, job_id).events() == [(at(whole), token(whole)), (end(whole), DONE)]
    for begun in (at("Hello "), "6"):  # an id of the first edition is a number alone
        resumed = read_stream(alice, job_id, last=begun)
        assert resumed.events() == [(at(whole), token("world")), (end(whole), DONE)]
    assert read_stream(alice, job_id, query="&lastEventId=11").events() == [("end-11", DONE)]
    newer = read_stream(alice, job_id, last=at(whole), query="&lastEventId=6")
    assert newer.events() == [(end(whole), DONE)]
    for last in (end(whole), "end-11"):
        over = read_stream(alice, job_id, last=last)
        assert (over.status, over.body, over.whole) == (204, b"", True)


@pytest.mark.parametrize(
    "last", ["x", "-1", "1.5", "end-", "12345678901", "1 2", "2", "99", "1-", "1-ABCDEF01", "1-0"]
)
def test_an_impossible_event_id_is_refused(alice: Browser, last: str) -> None:
    job_id, _ = alice.sent()
    answer(job_id, "aé")
    assert read_stream(alice, job_id, last=last).refused() == (400, "bad_event_id")


@pytest.mark.parametrize("text", ["b", "é", "aéx", "another text, and longer"])
def test_somebody_who_has_another_text_is_told_all_of_it_anew(alice: Browser, text: str) -> None:
    job_id, _ = alice.sent()
    answer(job_id, "aé")
    seen = read_stream(alice, job_id, last=at(text))
    assert seen.events() == [("0", RESET), (at("aé"), token("aé")), (end("aé"), DONE)]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lose(job_id: str, kept: str) -> None:
    """Redis loses a job; it is put back from what was kept of it, without what its readers have."""
    run_sync(forget(job_id))
    JobPayload.objects.filter(job__public_id=job_id).update(partial=kept)
    Job.objects.filter(public_id=job_id).update(state="queued", lease_hash="", holder="")
    waiting = rows.queued(job_id)
    assert waiting is not None
    run_sync(queues.enqueue(waiting))


def test_what_goes_on_otherwise_after_redis_was_lost_is_told_anew(alice: Browser) -> None:
    job_id, conversation_id = alice.sent()
    Production(job_id).say("Once upon a time ")
    lose(job_id, "Once ")
    again = Production(job_id)
    again.say("more, from the beginning")
    again.complete()
    whole = "Once more, from the beginning"
    seen = read_stream(alice, job_id, last=at("Once upon a time "))
    assert seen.events() == [("0", RESET), (at(whole), token(whole)), (end(whole), DONE)]
    assert read_stream(alice, job_id, last=at("Once ")).events()[0] == (at(whole), token(whole[5:]))
    assert alice.messages(conversation_id)[-1]["content"] == whole


def test_an_open_stream_whose_text_was_lost_begins_anew(
    alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.jobs.stream.QUIET_S", 0.2)
    job_id, _ = alice.sent()
    client = stream_of(alice, job_id)
    reading = asyncio.run_coroutine_threadsafe(client.run(), background_loop())
    Production(job_id).say("Once upon a time ")
    wait_until(lambda: b"upon a time " in client.body)
    lose(job_id, "Once ")
    again = Production(job_id)
    again.say("more, from the beginning")
    again.complete()
    text = ""
    for _, event in reading.result(60).events():
        text = "" if event == RESET else text + event.get("value", "")
    assert text == "Once more, from the beginning"


def test_a_reader_that_has_more_than_is_kept_waits_until_it_is_known_how_it_goes_on(alice: Browser) -> None:
    job_id, _ = alice.sent()
    Production(job_id).say("Once upon a time ")
    lose(job_id, "Once ")
    reading = open_stream(alice, job_id, last=at("Once upon a time "))
    time.sleep(0.5)
    run_sync(texts.extend(job_id=job_id, text="Once upon a time "))  # another process had it
    again = Production(job_id)
    again.say("there was")
    again.complete()
    whole = "Once upon a time there was"
    told = reading.result(60).events()
    assert RESET not in [event for _, event in told]
    assert "".join(event.get("value", "") for _, event in told) == "there was"
    assert told[-1] == (end(whole), DONE)


def test_a_failure_ends_the_stream(alice: Browser, settings: Any) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    job_id, _ = alice.sent()
    reading = open_stream(alice, job_id)
    Production(job_id).fail()
    [(event_id, event)] = reading.result(60).events()
    assert (event_id, event["type"]) == ("end-0", "error")
    assert event["message"]


def test_stopping_ends_the_stream(alice: Browser) -> None:
    job_id, _ = alice.sent()
    reading = open_stream(alice, job_id)
    Production(job_id).say("Once")
    alice.call("POST", "/api/chat/stop", {"jobId": job_id})
    assert reading.result(60).events()[-1][1]["finish"] == "stopped"


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

    async def read(token: str) -> serving.Ask | int:
        statuses = []

        async def send(message: dict[str, int]) -> None:
            statuses.append(message.get("status"))

        scope = {
            "type": "http",
            "method": "GET",
            "query_string": f"jobId={job_id}".encode(),
            "headers": [(b"authorization", f"Bearer {token}".encode())],
        }
        await serving.serve(scope, send)
        return statuses[0]

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
    assert read_stream(alice, job_id, last="2").events() == [
        (at("Grüße"), token("üße")),
        (end("Grüße"), DONE),
    ]
    assert read_stream(alice, job_id, last=at("Gr")).events() == [
        (at("Grüße"), token("üße")),
        (end("Grüße"), DONE),
    ]
    assert read_stream(alice, job_id, last="7").events()[-1] == ("end-7", DONE)
    other = read_stream(alice, job_id, last=at("Gru"))
    assert other.events() == [("0", RESET), (at("Grüße"), token("Grüße")), (end("Grüße"), DONE)]
    assert read_stream(alice, job_id, last="3").refused() == (400, "bad_event_id")
    Message.objects.filter(job_id=job_id).update(status="failed", error="Sorry.", content="")
    assert read_stream(alice, job_id).events() == [("end-0", {"type": "error", "message": "Sorry."})]


def test_a_client_that_leaves_is_let_go(alice: Browser) -> None:
    job_id, _ = alice.sent()
    seen = read_stream(alice, job_id, leave_after_s=0.5)
    assert (seen.status, seen.whole) == (200, False)
    assert serving.open_streams() == 0
    assert jobs.state_of(job_id) is jobs.State.QUEUED


def test_silence_is_filled_with_comments(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "KEEP_ALIVE_S", 5.0)
    job_id, _ = alice.sent()
    seen = read_stream(alice, job_id, leave_after_s=6.0)
    assert seen.body == sse.KEEP_ALIVE


def test_too_many_streams_are_refused(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "OPEN_STREAMS_MAX", 0)
    seen = read_stream(alice, "job_0000000000000000000000")
    assert seen.refused() == (503, "unavailable")
    assert seen.headers[b"retry-after"]
