"""`POST /api/chat/send`."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from chat.conversation.models import Conversation, Message
from chat.sending.models import SentKey
from ledger.books import chart, queries
from tests.chat.support import Browser, Production, answer, person, refused, signed_in
from tests.ledger.support import assert_books
from workers import jobs

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_message_is_written_and_its_price_held(alice: Browser) -> None:
    response = alice.send("What is  a\nmonad?")
    assert response.status_code == 201
    sent = response.json()
    assert set(sent) == {"jobId", "conversationId", "questionId", "answerId"}
    assert jobs.state_of(sent["jobId"]) is jobs.State.QUEUED
    assert alice.credits() == 90
    question, reply = alice.messages(sent["conversationId"])
    assert (question["role"], question["content"], question["status"], question["jobId"]) == (
        "user",
        "What is  a\nmonad?",
        "done",
        None,
    )
    assert (reply["role"], reply["content"], reply["status"]) == ("assistant", "", "pending")
    assert (reply["jobId"], reply["tier"]) == (sent["jobId"], "pro")
    assert (question["id"], reply["id"]) == (sent["questionId"], sent["answerId"])
    assert (question["parentId"], question["versions"]) == (None, [question["id"]])
    assert (reply["parentId"], reply["versions"]) == (question["id"], [reply["id"]])
    assert Conversation.objects.get().title == "What is a monad?"


def test_max_costs_fifteen_credits(alice: Browser) -> None:
    alice.sent(tier="max")
    assert alice.credits() == 85


def test_granted_credits_are_spent_first(guest: Browser) -> None:
    alice = signed_in("a1", credits=100)
    assert alice.user is not None
    alice.sent()
    assert queries.available(chart.user_granted(alice.user.pk)) == 490 * 10_000
    assert queries.available(chart.user_credits(alice.user.pk)) == 100 * 10_000


def test_the_worker_gets_the_conversation_so_far(alice: Browser) -> None:
    job_id, conversation_id = alice.sent("One")
    answer(job_id, "Two")
    job_id, again = alice.sent("Three", conversationId=conversation_id)
    assert again == conversation_id
    assert Production(job_id).job.messages == [
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "Two"},
        {"role": "user", "content": "Three"},
    ]


def test_fifty_sends_at_once_with_ten_credits_are_one_message(transactional_db: None) -> None:
    alice = person("a1", credits=10)

    def send(_: int) -> int:
        try:
            browser = Browser()
            browser.client.cookies.update(alice.client.cookies)
            return int(browser.send().status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        statuses = sorted(pool.map(send, range(50)))
    assert statuses == [201] + [402] * 49
    assert Conversation.objects.count() == 1
    assert Message.objects.count() == 2
    assert alice.credits() == 0
    assert_books()


def test_without_credits_nothing_is_left_behind(transactional_db: None) -> None:
    charlie = person("c0")
    assert refused(charlie.send(key="k")) == (402, "insufficient_credits")
    assert not Conversation.objects.exists()
    assert not SentKey.objects.exists()


def test_a_repeated_key_is_one_message(alice: Browser) -> None:
    first = alice.send("Hello", key="k").json()
    again = alice.send("Hello", key="k")
    assert (again.status_code, again.json()) == (201, first)
    assert alice.credits() == 90
    assert refused(alice.send("Other", key="k")) == (409, "idempotency_conflict")
    assert refused(alice.send("Hello", key="k", tier="max")) == (409, "idempotency_conflict")
    assert alice.send("Hello", key="l").json() != first


def test_a_key_is_one_persons(alice: Browser, bob: Browser) -> None:
    assert alice.send(key="k").json() != bob.send(key="k").json()


def test_one_key_from_many_at_once_is_one_message(alice: Browser) -> None:
    def send(_: int) -> tuple[int, str]:
        try:
            browser = Browser()
            browser.client.cookies.update(alice.client.cookies)
            response = browser.send(key="same")
            return response.status_code, response.json()["jobId"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(send, range(8)))
    assert len(results) == 1
    assert next(iter(results))[0] == 201
    assert alice.credits() == 90


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there", "ü", " "])
def test_a_bad_key_is_refused(alice: Browser, key: str) -> None:
    assert refused(alice.send(key=key))[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        {"content": ""},
        {"content": " \n "},
        {"content": "x" * 8_001},
        {"content": "a\x00b"},
        {"content": 5},
        {"content": None},
        {"tier": "ultra"},
        {"tier": ["pro"]},
        {"conversationId": 7},
        {"conversationId": ["conv_"]},
        {"editOf": 7, "conversationId": "conv_x"},
        {"editOf": ["msg_"], "conversationId": "conv_x"},
        {"editOf": "msg_0000000000000000000000"},
        {"editOf": "msg_0000000000000000000000", "conversationId": None},
    ],
)
def test_bad_input_is_refused(alice: Browser, body: dict[str, object]) -> None:
    assert refused(alice.call("POST", "/api/chat/send", {"tier": "pro", "content": "x", **body}))[0] == 400
    assert not Message.objects.exists()


def test_another_persons_conversation_is_not_found(alice: Browser, bob: Browser) -> None:
    _, conversation_id = alice.sent()
    assert refused(bob.send(conversationId=conversation_id)) == (404, "not_found")
    for other in ("conv_0000000000000000000000", "conv_", "", "job_x", "x\x00y"):
        assert refused(bob.send(conversationId=other)) == (404, "not_found")
    assert bob.credits() == 100


def test_a_guest_has_a_few_messages_paid_by_the_budget(guest: Browser, settings: Any) -> None:
    settings.GUEST_MESSAGES_PER_SESSION = 2
    budget = queries.available(chart.PROMO_BUDGET)
    assert guest.get("/api/me").json()["guest"] == {"remaining": 2, "limit": 2}
    first = guest.send(key="k")
    assert guest.send(key="k").json() == first.json()  # a repeat is not counted
    guest.sent(conversationId=first.json()["conversationId"])
    assert queries.available(chart.PROMO_BUDGET) == budget - 20 * 10_000
    assert guest.get("/api/me").json()["guest"]["remaining"] == 0
    over = guest.send()
    assert refused(over) == (429, "guest_limit")
    assert int(over["Retry-After"]) > 0
    assert Message.objects.count() == 4


def test_guests_are_told_when_the_budget_is_empty(transactional_db: None) -> None:
    guest = Browser()
    assert refused(guest.send()) == (402, "insufficient_credits")
    assert guest.get("/api/me").json()["guest"]["remaining"] == 5


def test_csrf_is_needed(alice: Browser) -> None:
    body = b'{"tier":"pro","content":"x"}'
    response = alice.client.post("/api/chat/send", body, content_type="application/json")
    assert refused(response) == (403, "csrf_failed")


def test_sending_answering_and_deleting_at_once_never_locks_up(alice: Browser) -> None:
    first, conversation_id = alice.sent()
    answer(first)

    def send_and_answer(n: int) -> set[int]:
        try:
            browser = Browser()
            browser.client.cookies.update(alice.client.cookies)
            seen = set()
            for _ in range(3):
                response = browser.send(conversationId=conversation_id)
                seen.add(response.status_code)
                if response.status_code == 201:
                    answer(response.json()["jobId"])
                    body = {"jobId": first if n % 2 else response.json()["jobId"]}
                    seen.add(browser.call("POST", "/api/chat/retry", body).status_code)
            if n == 3:
                path = f"/api/chat/conversations/{conversation_id}"
                seen.add(browser.call("DELETE", path).status_code)
            return seen
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        statuses = set().union(*pool.map(send_and_answer, range(4)))
    assert statuses <= {200, 201, 204, 402, 404, 409}
    assert {201, 204} <= statuses
    assert_books()
