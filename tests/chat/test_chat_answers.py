"""How an answer ends: done, stopped, failed, tried again."""

from typing import Any

import pytest

from chat.conversation.models import Message
from tests.chat.support import Browser, Production, answer, refused
from tests.ledger.support import assert_books
from workers import jobs

pytestmark = pytest.mark.django_db(transaction=True)


def stop(browser: Browser, job_id: str) -> int:
    return int(browser.call("POST", "/api/chat/stop", {"jobId": job_id}).status_code)


def retry(browser: Browser, job_id: str) -> Any:
    return browser.call("POST", "/api/chat/retry", {"jobId": job_id})


def test_a_whole_answer_is_saved_and_charged(alice: Browser) -> None:
    job_id, conversation_id = alice.sent()
    answer(job_id, "Hi ", "there")
    reply = alice.messages(conversation_id)[1]
    assert (reply["content"], reply["status"]) == ("Hi there", "done")
    row = Message.objects.get(job_id=job_id)
    assert (row.tokens, row.finish) == (3, "stop")
    assert alice.credits() == 90
    assert_books()


def test_stop_keeps_the_text_so_far(alice: Browser) -> None:
    job_id, conversation_id = alice.sent()
    text = "Once upon a time there was a network of people who answered one another."
    Production(job_id).say(text)
    assert stop(alice, job_id) == 200
    assert stop(alice, job_id) == 200
    reply = alice.messages(conversation_id)[1]
    assert (reply["content"], reply["status"]) == (text, "stopped")
    assert alice.credits() == 90


def test_stopping_what_nobody_began_costs_nothing(alice: Browser) -> None:
    job_id, conversation_id = alice.sent()
    assert stop(alice, job_id) == 200
    assert alice.messages(conversation_id)[1]["status"] == "stopped"
    assert alice.credits() == 100


def test_a_failed_answer_gives_the_credits_back(alice: Browser, settings: Any) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    job_id, conversation_id = alice.sent()
    Production(job_id).fail()
    assert alice.messages(conversation_id)[1]["status"] == "failed"
    assert alice.credits() == 100


def test_retry_of_an_answer_with_text_keeps_it(alice: Browser) -> None:
    job_id, conversation_id = alice.sent("Hello")
    answer(job_id, "Bad answer")
    old = alice.messages(conversation_id)[1]
    response = retry(alice, job_id)
    assert response.status_code == 200
    again = response.json()
    assert set(again) == {"jobId", "answerId"}
    question, reply = alice.messages(conversation_id)
    assert (reply["id"], reply["jobId"]) == (again["answerId"], again["jobId"])
    assert (reply["status"], reply["content"], reply["tier"]) == ("pending", "", "pro")
    assert (reply["parentId"], reply["versions"]) == (question["id"], [old["id"], reply["id"]])
    answer(again["jobId"], "Good answer")
    kept = Message.objects.get(job_id=job_id)
    assert (kept.content, kept.status, kept.public_id) == ("Bad answer", "done", old["id"])
    assert alice.messages(conversation_id)[1]["content"] == "Good answer"
    assert alice.credits() == 80
    assert_books()


@pytest.mark.parametrize("end", ["failed", "stopped"])
def test_retry_of_an_answer_without_text_is_in_its_place(alice: Browser, settings: Any, end: str) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    job_id, conversation_id = alice.sent("Hello")
    if end == "failed":
        Production(job_id).fail()
    else:
        stop(alice, job_id)
    old = alice.messages(conversation_id)[1]
    again = retry(alice, job_id).json()
    assert again["answerId"] == old["id"]
    reply = alice.messages(conversation_id)[1]
    anew = {"jobId": again["jobId"], "status": "pending", "finish": None, "versions": [old["id"]]}
    assert reply == {**old, **anew}
    assert Production(again["jobId"]).job.messages == [{"role": "user", "content": "Hello"}]
    assert refused(retry(alice, job_id)) == (404, "not_found")
    assert alice.credits() == 90


def test_retry_sees_only_what_was_before(alice: Browser) -> None:
    first, conversation_id = alice.sent("One")
    answer(first, "Two")
    second, _ = alice.sent("Three", conversationId=conversation_id)
    answer(second, "Four")
    new = retry(alice, first).json()["jobId"]
    assert Production(new).job.messages == [{"role": "user", "content": "One"}]


def test_retry_waits_for_the_end(alice: Browser) -> None:
    job_id, _ = alice.sent()
    assert refused(retry(alice, job_id)) == (409, "not_finished")
    assert alice.credits() == 90


def test_a_guests_retry_counts(guest: Browser, settings: Any) -> None:
    settings.GUEST_MESSAGES_PER_SESSION = 1
    job_id, conversation_id = guest.sent()
    answer(job_id, "Hi")
    assert refused(retry(guest, job_id)) == (429, "guest_limit")
    assert guest.messages(conversation_id)[1]["content"] == "Hi"


def test_answers_of_others_are_not_found(alice: Browser, bob: Browser, guest: Browser) -> None:
    job_id, _ = alice.sent()
    guest.sent()
    for other in (bob, guest):
        assert stop(other, job_id) == 404
        assert refused(retry(other, job_id)) == (404, "not_found")
    assert jobs.state_of(job_id) is jobs.State.QUEUED
    for bad in ("job_", "x\u0001", "conv_0000000000000000000000"):
        assert stop(alice, bad) == 404


def test_strangers_must_sign_in(transactional_db: None) -> None:
    assert stop(Browser(), "job_0000000000000000000000") == 401
    assert refused(retry(Browser(), "job_0000000000000000000000")) == (401, "not_signed_in")
