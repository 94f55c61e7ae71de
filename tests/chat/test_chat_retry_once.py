"""Trying an answer again: once for each wish, by the tier that was asked for."""

from typing import Any

import pytest

from chat.answers import actions
from chat.conversation.models import Message
from tests.chat.support import Browser, answer, refused

pytestmark = pytest.mark.django_db(transaction=True)


def retry(browser: Browser, job_id: str, *, key: str | None = None, **body: Any) -> Any:
    extra = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return browser.call("POST", "/api/chat/retry", {"jobId": job_id, **body}, **extra)


def answers(browser: Browser) -> int:
    return Message.objects.filter(role="assistant").count()


def test_a_key_is_charged_once_also_after_the_end(alice: Browser) -> None:
    job_id, _ = alice.sent()
    answer(job_id, "one")
    first = retry(alice, job_id, key="again").json()
    assert retry(alice, job_id, key="again").json() == first
    answer(first["jobId"], "two")
    before = alice.credits()
    assert retry(alice, job_id, key="again").json() == first
    assert (alice.credits(), answers(alice)) == (before, 2)
    assert refused(retry(alice, job_id, key="again", tier="max")) == (409, "idempotency_conflict")
    assert retry(alice, job_id, key="another").json() != first


def test_the_same_call_without_a_key_is_one_for_a_minute(alice: Browser, monkeypatch: Any) -> None:
    job_id, _ = alice.sent()
    answer(job_id, "one")
    first = retry(alice, job_id).json()
    answer(first["jobId"], "two")
    before = alice.credits()
    assert retry(alice, job_id).json() == first
    assert alice.credits() == before
    monkeypatch.setattr(actions, "REPEATED_WITHIN", actions.REPEATED_WITHIN * 0)
    later = retry(alice, job_id).json()
    assert later["jobId"] != first["jobId"]
    assert answers(alice) == 3


def test_a_failed_one_is_put_in_again_once(alice: Browser) -> None:
    job_id, _ = alice.sent()
    Message.objects.filter(job_id=job_id).update(status="failed")
    first = retry(alice, job_id, key="k").json()
    assert retry(alice, job_id, key="k").json() == first


def test_it_costs_what_the_tier_costs_that_was_asked_for(alice: Browser) -> None:
    job_id, conversation_id = alice.sent()
    answer(job_id, "one")
    before = alice.credits()
    again = retry(alice, job_id, tier="max").json()
    assert before - alice.credits() == 15
    assert alice.messages(conversation_id)[-1]["tier"] == "max"
    answer(again["jobId"], "two")
    assert refused(retry(alice, job_id, tier="ultra")) == (400, "bad_input")
