"""Titles: cut between what a reader takes for characters, one line, and never invisible."""

import pytest

from chat.conversation.models import Conversation
from chat.conversation.titles import title_of
from tests.chat.support import Browser

pytestmark = pytest.mark.django_db(transaction=True)

FAMILY = "👨‍👩‍👧‍👦"
ENGLAND = "🏴" + "".join(chr(0xE0000 + ord(char)) for char in "gbeng\x7f")


@pytest.mark.parametrize(
    ("before", "cluster"),
    [
        (76, FAMILY),
        (78, "🇩🇪"),
        (78, "👍🏽"),
        (78, "e\u0301"),
        (79, "각"),
        (70, "ก็" * 1),
        (76, ENGLAND),
        (78, "1\ufe0f\u20e3"),
    ],
)
def test_a_title_is_cut_before_a_character_that_does_not_fit(before: int, cluster: str) -> None:
    text = "x" * before + cluster * 2 + " and so on, for long"
    title = title_of(text)
    assert len(title) <= 80
    assert title.endswith("…")
    rest = title[:-1].removeprefix("x" * before)
    assert rest.startswith(cluster) or rest == ""
    assert rest.replace(cluster, "") in ("", *(" and so on, for long"[:n].rstrip() for n in range(21)))


def test_one_character_without_an_end_is_cut_all_the_same() -> None:
    assert len(title_of("a" + "\u0301" * 500)) == 80


@pytest.mark.parametrize(
    "unseen",
    ["\u2060" * 90, "\u200b " * 60, "\u0301" * 100, "\u202e"],
    ids=("joiners", "spaces", "marks", "override"),
)
def test_a_title_begins_with_what_can_be_seen(unseen: str) -> None:
    assert title_of(f"{unseen}What is bread?") == "What is bread?"


@pytest.mark.parametrize("title", ["\u200b\u200d\u2060", "\u2800", " \n ", "\u3164"])
def test_a_title_that_nobody_can_see_is_refused(alice: Browser, title: str) -> None:
    _, conversation_id = alice.sent()
    answer = alice.call("PATCH", f"/api/chat/conversations/{conversation_id}", {"title": title})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


def test_a_title_is_one_line(alice: Browser) -> None:
    _, conversation_id = alice.sent()
    path = f"/api/chat/conversations/{conversation_id}"
    answer = alice.call("PATCH", path, {"title": "a\nb\u2028c\td"})
    assert answer.json()["title"] == "a b c d"
    assert Conversation.objects.get().title == "a b c d"


def test_a_title_turns_nothing_around(alice: Browser) -> None:
    _, conversation_id = alice.sent()
    answer = alice.call(
        "PATCH", f"/api/chat/conversations/{conversation_id}", {"title": "\u202ea\u2066b\u200f"}
    )
    assert answer.json()["title"] == "ab\u200f"
    assert title_of("\u202eevil \u2067x") == "evil x"


def test_a_question_that_nobody_can_see_is_refused(alice: Browser) -> None:
    answer = alice.call("POST", "/api/chat/send", {"tier": "pro", "content": "\u200b\u2060"})
    assert (answer.status_code, answer.json()["error"]) == (400, "content must not be blank.")
