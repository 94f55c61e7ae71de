"""Questions that are edited, answers that are tried again: branches, and the path of them that is shown."""

import json
from typing import Any

import pytest
from django.db import connection

from chat.conversation.models import Conversation, Message
from chat.sending import steps
from chat.sending.models import SentKey
from tests.chat.branching import branch, retry, say, shown
from tests.chat.support import Browser, Production, answer, download, read_stream, refused
from tests.ledger.support import assert_books

pytestmark = pytest.mark.django_db(transaction=True)
UNKNOWN = "msg_0000000000000000000000"


# Editing


def test_an_edited_question_is_another_branch(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    here = {"conversationId": one["conversationId"]}
    three = say(alice, "Three", "Four", **here)
    edited = alice.send("Three!", editOf=three["questionId"], **here).json()
    production = Production(edited["jobId"])
    assert [turn["content"] for turn in production.job.messages] == ["One", "Two", "Three!"]
    production.say("Five")
    production.complete()
    messages = alice.messages(one["conversationId"])
    assert [one["content"] for one in messages] == ["One", "Two", "Three!", "Five"]
    assert [one["parentId"] for one in messages] == [
        None,
        one["questionId"],
        one["answerId"],
        edited["questionId"],
    ]
    assert messages[2]["versions"] == [three["questionId"], edited["questionId"]]
    assert messages[3]["versions"] == [edited["answerId"]]
    # The next one goes on from what is shown, and the model hears nothing of the other branch.
    after = alice.send("Six", **here).json()
    assert [turn["content"] for turn in Production(after["jobId"]).job.messages] == [
        "One",
        "Two",
        "Three!",
        "Five",
        "Six",
    ]
    assert alice.credits() == 60
    assert_books()


def test_the_first_question_can_be_edited(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    conversation_id = one["conversationId"]
    edited = alice.send("Uno", conversationId=conversation_id, editOf=one["questionId"]).json()
    assert Production(edited["jobId"]).job.messages == [{"role": "user", "content": "Uno"}]
    question = alice.messages(conversation_id)[0]
    assert (question["content"], question["parentId"]) == ("Uno", None)
    assert question["versions"] == [one["questionId"], edited["questionId"]]
    # An edit of an edit is a version beside both.
    say(alice, "Eins", "Zwei", conversationId=conversation_id, editOf=edited["questionId"])
    assert len(alice.messages(conversation_id)[0]["versions"]) == 3
    assert shown(alice, conversation_id) == ["Eins", "Zwei"]


def test_only_a_question_of_that_conversation_can_be_edited(alice: Browser, bob: Browser) -> None:
    one, other, of_bob = say(alice, "One", "Two"), say(alice, "Other", "x"), say(bob, "Bob's", "x")
    here = {"conversationId": one["conversationId"]}
    before = Message.objects.count()
    for wrong in (one["answerId"], other["questionId"], of_bob["questionId"], UNKNOWN, "msg_", "", "x\x00"):
        assert refused(alice.send("x", editOf=wrong, **here)) == (404, "not_found"), wrong
    assert refused(bob.send("x", editOf=one["questionId"], **here)) == (404, "not_found")
    assert refused(alice.send("x", editOf=one["questionId"])) == (400, "bad_input")
    assert Message.objects.count() == before
    assert alice.credits() == 80


def test_a_key_is_of_one_edit(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    here = {"conversationId": one["conversationId"]}
    first = alice.send("x", key="k", editOf=one["questionId"], **here)
    assert alice.send("x", key="k", editOf=one["questionId"], **here).json() == first.json()
    assert refused(alice.send("x", key="k", **here)) == (409, "idempotency_conflict")
    other = {"editOf": first.json()["questionId"]}
    assert refused(alice.send("x", key="k", **other, **here)) == (409, "idempotency_conflict")
    assert Message.objects.count() == 4


def test_a_repeat_names_the_same_messages_after_a_retry(alice: Browser, settings: Any) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    sent = alice.send("x", key="k").json()
    Production(sent["jobId"]).fail()
    assert retry(alice, sent["jobId"]).status_code == 200
    assert alice.send("x", key="k").json() == sent


# Trying again


def test_an_earlier_answer_tried_again_leaves_the_rest_in_its_branch(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    conversation_id = one["conversationId"]
    say(alice, "Three", "Four", conversationId=conversation_id)
    again = retry(alice, one["jobId"]).json()
    assert Production(again["jobId"]).job.messages == [{"role": "user", "content": "One"}]
    assert shown(alice, conversation_id) == ["One", ""]
    # Its stream, and that of the old version, are both there.
    assert read_stream(alice, one["jobId"]).events()[0][1]["value"] == "Two"
    assert alice.call("POST", "/api/chat/stop", {"jobId": again["jobId"]}).status_code == 200
    assert branch(alice, one["answerId"]).status_code == 200
    assert shown(alice, conversation_id) == ["One", "Two", "Three", "Four"]


def test_a_failed_answer_is_passed_over_and_tried_again_where_it_is(alice: Browser, settings: Any) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    first = alice.send("One").json()
    here = {"conversationId": first["conversationId"]}
    Production(first["jobId"]).fail()
    second = alice.send("Two", **here).json()
    production = Production(second["jobId"])
    assert production.job.messages == [{"role": "user", "content": "One\n\nTwo"}]
    production.say("Three")
    production.complete()
    again = retry(alice, first["jobId"]).json()
    assert again["answerId"] == first["answerId"]
    assert shown(alice, first["conversationId"]) == ["One", "", "Two", "Three"]
    answer(again["jobId"], "Late")
    assert shown(alice, first["conversationId"]) == ["One", "Late", "Two", "Three"]


def test_a_failed_answer_beside_the_path_comes_to_be_shown(alice: Browser, settings: Any) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    first = alice.send("One").json()
    Production(first["jobId"]).fail()
    edit = {"conversationId": first["conversationId"], "editOf": first["questionId"]}
    say(alice, "Uno", "Dos", **edit)
    answer(retry(alice, first["jobId"]).json()["jobId"], "Two")
    assert shown(alice, first["conversationId"]) == ["One", "Two"]


# Switching


def test_a_branch_is_shown_to_its_newest_end(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    conversation_id = one["conversationId"]
    three = say(alice, "Three", "Four", conversationId=conversation_id)
    say(alice, "Tres", "Cuatro", conversationId=conversation_id, editOf=three["questionId"])
    say(alice, "Uno", "Dos", conversationId=conversation_id, editOf=one["questionId"])
    before = alice.get(f"/api/chat/conversations/{conversation_id}").json()
    response = branch(alice, one["questionId"])
    assert response.status_code == 200
    assert response.json() == alice.get(f"/api/chat/conversations/{conversation_id}").json()
    assert shown(alice, conversation_id) == ["One", "Two", "Tres", "Cuatro"]
    assert response.json()["updatedAt"] == before["updatedAt"]
    branch(alice, three["answerId"])
    assert shown(alice, conversation_id) == ["One", "Two", "Three", "Four"]
    branch(alice, before["messages"][0]["id"])
    assert shown(alice, conversation_id) == ["Uno", "Dos"]


def test_no_switching_while_the_shown_path_is_written(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    conversation_id = one["conversationId"]
    edited = alice.send("Uno", conversationId=conversation_id, editOf=one["questionId"]).json()
    assert refused(branch(alice, one["questionId"])) == (409, "not_finished")
    assert shown(alice, conversation_id) == ["Uno", ""]
    answer(edited["jobId"], "Dos")
    branch(alice, one["questionId"])
    # One that is written in another branch does not hold up this one, and finishes there.
    again = retry(alice, one["jobId"]).json()
    say(alice, "Eins", "Zwei", conversationId=conversation_id, editOf=one["questionId"])
    assert branch(alice, edited["answerId"]).status_code == 200
    answer(again["jobId"], "Two!")
    assert shown(alice, conversation_id) == ["Uno", "Dos"]
    branch(alice, again["answerId"])
    assert shown(alice, conversation_id) == ["One", "Two!"]


def test_only_ones_own_branches(alice: Browser, bob: Browser, guest: Browser) -> None:
    one = say(alice, "One", "Two")
    guest.sent()
    for other in (bob, guest):
        assert refused(branch(other, one["questionId"])) == (404, "not_found")
    assert refused(branch(Browser(), one["questionId"])) == (401, "not_signed_in")
    for wrong in (UNKNOWN, "", "msg_", "x\x00", one["conversationId"]):
        assert refused(branch(alice, wrong)) == (404, "not_found")
    for wrong in (None, 5, [one["questionId"]]):
        assert refused(alice.call("POST", "/api/chat/branch", {"messageId": wrong}))[0] == 400


# Limits


def test_versions_are_limited(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "VERSIONS_MAX", 2)
    one = say(alice, "One", "Two")
    edit = {"conversationId": one["conversationId"], "editOf": one["questionId"]}
    edited = say(alice, "Uno", "Dos", **edit)
    assert refused(alice.send("Eins", **edit)) == (409, "too_many_versions")
    again = retry(alice, edited["jobId"]).json()
    answer(again["jobId"])
    assert refused(retry(alice, again["jobId"])) == (409, "too_many_versions")
    assert alice.credits() == 70
    assert_books()


def test_all_branches_count_for_a_full_conversation(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "CONVERSATION_MESSAGES_MAX", 3)
    one = say(alice, "One", "Two")
    here = {"conversationId": one["conversationId"]}
    assert refused(alice.send("x", editOf=one["questionId"], **here)) == (409, "conversation_full")
    again = retry(alice, one["jobId"]).json()
    answer(again["jobId"])
    assert refused(retry(alice, again["jobId"])) == (409, "conversation_full")
    assert refused(alice.send("x", **here)) == (409, "conversation_full")


# Files, reading, deleting


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous")
def test_files_have_all_branches_or_the_shown_path(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    conversation_id = one["conversationId"]
    edited = say(alice, "Uno", "Dos", conversationId=conversation_id, editOf=one["questionId"])
    path = f"/api/chat/conversations/{conversation_id}/export"
    (whole,) = json.loads(download(alice.get(path)))["conversations"]
    assert [(m["content"], m["parentId"]) for m in whole["messages"]] == [
        ("One", None),
        ("Two", one["questionId"]),
        ("Uno", None),
        ("Dos", edited["questionId"]),
    ]
    assert whole["messages"][2:] == alice.messages(conversation_id)
    text = download(alice.get(f"{path}?format=markdown"))
    assert [line for line in text.split("\n") if line in ("One", "Two", "Uno", "Dos")] == ["Uno", "Dos"]


def test_reading_takes_as_many_queries_whatever_its_branches(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    path = f"/api/chat/conversations/{one['conversationId']}"

    def queries() -> int:
        with connection.execute_wrapper(count := Count()):
            assert alice.get(path).status_code == 200
        return count.calls

    before = queries()
    for n in range(4):
        say(alice, str(n), str(n), conversationId=one["conversationId"])
    say(alice, "Uno", "Dos", conversationId=one["conversationId"], editOf=one["questionId"])
    assert queries() == before


class Count:
    """How many queries there were."""

    calls = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.calls += 1
        return execute(*args)


def test_deleting_takes_all_branches(alice: Browser) -> None:
    one = say(alice, "One", "Two", key="k")
    conversation_id = one["conversationId"]
    alice.sent("Three", conversationId=conversation_id)
    edited = alice.send("Uno", conversationId=conversation_id, editOf=one["questionId"]).json()
    assert alice.call("DELETE", f"/api/chat/conversations/{conversation_id}").status_code == 204
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()
    assert not SentKey.objects.exists()
    assert read_stream(alice, edited["jobId"]).status == 404
    assert alice.credits() == 90  # both that were being written were stopped
