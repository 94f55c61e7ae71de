"""Branches that are made at the same moment."""

from typing import Any

import pytest

from chat.conversation.tree import Tree
from chat.library import actions
from chat.sending import steps
from tests.chat.branching import at_once, retry, say, shown, tab
from tests.chat.support import Browser, Production, refused
from tests.ledger.support import assert_books
from workers import jobs

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_edits_at_once_are_two_versions(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    edit = {"conversationId": one["conversationId"], "editOf": one["questionId"]}
    first, second = at_once(
        lambda: tab(alice).send("Uno", **edit).json(), lambda: tab(alice).send("Eins", **edit).json()
    )
    question, reply = alice.messages(one["conversationId"])
    ids = {one["questionId"], first["questionId"], second["questionId"]}
    assert set(question["versions"]) == ids
    assert question["id"] == question["versions"][-1]  # the later one is shown
    assert reply["parentId"] == question["id"]


def test_trying_again_twice_at_once_is_once(alice: Browser) -> None:
    one = say(alice, "One", "Two")
    calls = [lambda: retry(tab(alice), one["jobId"])] * 4
    responses = at_once(*calls)
    assert sorted(response.status_code for response in responses) == [200, 409, 409, 409]
    assert {refused(one) for one in responses if one.status_code == 409} == {(409, "not_finished")}
    assert len(alice.messages(one["conversationId"])[1]["versions"]) == 2
    assert alice.credits() == 80
    assert_books()


def test_what_another_tab_sends_during_an_edit_stays_in_its_branch(
    alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit comes in between, when what the model is told has been put together already."""
    one = say(alice, "One", "Two")
    here = {"conversationId": one["conversationId"]}
    submit = steps.submit

    def edit_first(**job: Any) -> str:
        monkeypatch.setattr(steps, "submit", submit)
        at_once(lambda: say(tab(alice), "Uno", "Dos", editOf=one["questionId"], **here))
        return submit(**job)

    monkeypatch.setattr(steps, "submit", edit_first)
    sent = alice.send("Three", **here).json()
    assert [turn["content"] for turn in Production(sent["jobId"]).job.messages] == ["One", "Two", "Three"]
    assert shown(alice, one["conversationId"]) == ["One", "Two", "Three", ""]


def test_what_two_tabs_send_at_once_is_one_path(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    one = say(alice, "One", "Two")
    here = {"conversationId": one["conversationId"]}
    submit = steps.submit

    def send_first(**job: Any) -> str:
        monkeypatch.setattr(steps, "submit", submit)
        at_once(lambda: tab(alice).sent("Before", **here))
        return submit(**job)

    monkeypatch.setattr(steps, "submit", send_first)
    alice.sent("After", **here)
    assert shown(alice, one["conversationId"]) == ["One", "Two", "Before", "", "After", ""]


def test_trying_again_while_all_is_deleted_finds_nothing(
    alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deletion comes when the answer has been read, and nothing is locked yet."""
    one = say(alice, "One", "Two")
    read = Tree.read

    def delete_first(conversation: int) -> Tree:
        at_once(lambda: tab(alice).call("DELETE", "/api/chat/conversations"))
        return read(conversation)

    monkeypatch.setattr(Tree, "read", delete_first)
    assert refused(retry(alice, one["jobId"])) == (404, "not_found")
    assert alice.credits() == 90
    assert_books()


def test_what_is_sent_while_all_is_deleted_is_stopped_and_free(
    alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent when the answers that were being written have been stopped already."""
    one = say(alice, "One", "Two")
    delete_locked = actions.delete_locked
    late = []

    def send_first(conversations: Any) -> int:
        body = {"conversationId": one["conversationId"]}
        late.extend(at_once(lambda: tab(alice).send("Late", **body).json()["jobId"]))
        return delete_locked(conversations)

    monkeypatch.setattr(actions, "delete_locked", send_first)
    assert alice.call("DELETE", "/api/chat/conversations").status_code == 204
    assert jobs.state_of(late[0]) == jobs.State.DONE
    assert alice.credits() == 90
    assert_books()
