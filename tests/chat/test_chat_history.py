"""A person's own history, theirs to delete."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.lib.clock import now
from chat.conversation.models import Conversation, Message
from chat.sending.models import SentKey
from chat.tidy import tidy
from tests.chat.support import Browser, answer, refused
from workers import jobs

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/chat/conversations"


def test_the_list_comes_in_pages_the_last_changed_first(alice: Browser, bob: Browser) -> None:
    sent = [alice.sent(f"Number {n}")[1] for n in range(5)]
    bob.sent()
    alice.sent("again", conversationId=sent[0])
    expected = [sent[0], *reversed(sent[1:])]
    listed: list[str] = []
    cursor = ""
    while True:
        page = alice.get(f"{LIST}?limit=2{cursor}").json()
        assert set(page) == {"conversations", "next"}
        listed += [one["id"] for one in page["conversations"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert listed == expected
    summary = {"id", "title", "pinned", "createdAt", "updatedAt"}
    assert set(page["conversations"][0]) == summary | {"snippet", "messageId"}


@pytest.mark.parametrize(
    "query",
    [
        *(
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=²",
            "cursor=x",
            "cursor=",
            "cursor=9-conv_x",
            "cursor=%00",
        ),
        *(
            "cursor=p",
            f"cursor=q9-conv_{'0' * 22}",
            f"cursor=pp9-conv_{'0' * 22}",
            f"cursor=9-conv_{'0' * 22}%0a",
        ),
    ],
)
def test_bad_pages_are_refused(alice: Browser, query: str) -> None:
    assert refused(alice.get(f"{LIST}?{query}"))[0] == 400


def test_rename(alice: Browser, bob: Browser) -> None:
    _, conversation_id = alice.sent()
    path = f"{LIST}/{conversation_id}"
    assert alice.call("PATCH", path, {"title": " Monads "}).json()["title"] == "Monads"
    assert alice.get(path).json()["title"] == "Monads"
    for bad in ("", "  ", "x" * 81, 5, "a\x00", None):
        assert refused(alice.call("PATCH", path, {"title": bad}))[0] == 400
    assert refused(bob.call("PATCH", path, {"title": "Mine"})) == (404, "not_found")


def test_pinned_ones_come_first_on_all_pages(alice: Browser, bob: Browser, guest: Browser) -> None:
    sent = [alice.sent(f"Number {n}")[1] for n in range(5)]
    for conversation_id in (sent[0], sent[2], sent[4]):
        changed = alice.call("PATCH", f"{LIST}/{conversation_id}", {"pinned": True})
        assert (changed.status_code, changed.json()["pinned"]) == (200, True)
    alice.call("PATCH", f"{LIST}/{sent[4]}", {"pinned": False})
    expected = [(sent[2], True), (sent[0], True), (sent[4], False), (sent[3], False), (sent[1], False)]
    for limit in (1, 2, 3, 30):
        listed, cursor = [], ""
        while True:
            page = alice.get(f"{LIST}?limit={limit}{cursor}").json()
            listed += [(one["id"], one["pinned"]) for one in page["conversations"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert listed == expected
    assert alice.get(f"{LIST}/{sent[0]}").json()["pinned"] is True
    assert refused(bob.call("PATCH", f"{LIST}/{sent[1]}", {"pinned": True})) == (404, "not_found")
    for bad in ({}, {"pinned": "yes"}, {"pinned": 1}, {"pinned": None}, {"title": None}, {"other": True}):
        assert refused(alice.call("PATCH", f"{LIST}/{sent[1]}", bad))[0] == 400
    _, own = guest.sent()
    assert guest.call("PATCH", f"{LIST}/{own}", {"pinned": True, "title": "Mine"}).json()["title"] == "Mine"
    assert guest.get(LIST).json()["conversations"][0]["pinned"] is True


def test_pinning_and_renaming_leave_its_place_in_time(alice: Browser) -> None:
    _, conversation_id = alice.sent()
    path = f"{LIST}/{conversation_id}"
    before = alice.get(path).json()["updatedAt"]
    alice.call("PATCH", path, {"title": "Other"})
    changed = alice.call("PATCH", path, {"pinned": True}).json()
    assert (changed["updatedAt"], changed["title"]) == (before, "Other")


def test_others_find_nothing(alice: Browser, bob: Browser, guest: Browser) -> None:
    _, conversation_id = alice.sent()
    guest.sent()
    for other in (bob, guest):
        for method in ("GET", "DELETE"):
            assert refused(other.call(method, f"{LIST}/{conversation_id}")) == (404, "not_found")
    for bad in ("conv_", "x", "conv_%00000000000000000000", "%F0%9F%98%80"):
        assert refused(alice.get(f"{LIST}/{bad}")) == (404, "not_found")
    assert refused(Browser().get(LIST)) == (401, "not_signed_in")
    assert refused(Browser().get("/api/chat/export")) == (401, "not_signed_in")


def test_delete_stops_what_is_being_written(alice: Browser) -> None:
    sent = alice.send(key="k").json()
    job_id, conversation_id = sent["jobId"], sent["conversationId"]
    assert alice.call("DELETE", f"{LIST}/{conversation_id}").status_code == 204
    assert jobs.state_of(job_id) is jobs.State.DONE
    assert alice.credits() == 100
    assert not Message.objects.exists()
    assert not SentKey.objects.exists()
    assert alice.call("DELETE", f"{LIST}/{conversation_id}").status_code == 404


def test_delete_all_is_of_one_person(alice: Browser, bob: Browser) -> None:
    alice.sent()
    alice.sent()
    _, kept = bob.sent()
    assert alice.call("DELETE", LIST).status_code == 204
    assert alice.call("DELETE", LIST).status_code == 204  # again: there is nothing left, and that is fine
    assert refused(Browser().call("DELETE", LIST)) == (401, "not_signed_in")
    assert [row.public_id for row in Conversation.objects.all()] == [kept]


def test_an_answer_for_a_deleted_conversation_ends_quietly(alice: Browser) -> None:
    job_id, _ = alice.sent()
    Conversation.objects.all().delete()
    answer(job_id)
    assert jobs.state_of(job_id) is jobs.State.DONE


def test_a_guest_keeps_history_in_the_session(guest: Browser) -> None:
    _, conversation_id = guest.sent()
    assert [one["id"] for one in guest.get(LIST).json()["conversations"]] == [conversation_id]
    assert len(guest.messages(conversation_id)) == 2


def test_tidy_forgets_old_guests_and_keys(alice: Browser, guest: Browser) -> None:
    done, old = guest.sent("old", key="k")
    _, writing = guest.sent("still being written")
    _, own = alice.sent(key="k")
    answer(done)
    long_ago = now() - timedelta(days=8)
    Conversation.objects.update(updated_at=long_ago)
    _, fresh = guest.sent("new")
    SentKey.objects.update(created_at=long_ago)
    tidy()
    left = {row.public_id for row in Conversation.objects.all()}
    assert left == {writing, own, fresh}
    assert old not in left
    assert not SentKey.objects.exists()


def test_a_guests_session_is_there_as_long_as_their_conversation(guest: Browser) -> None:
    """It is written again only when its end has come nearer than that: not with each message."""
    whole = timedelta(hours=settings.GUEST_HISTORY_HOURS)
    guest.sent("hello")
    first = Session.objects.get().expire_date
    assert whole < first - now() + timedelta(minutes=1) < whole * 5 / 4
    guest.sent("hello again")
    assert Session.objects.get().expire_date == first
    assert guest.call("POST", "/api/auth/nonce").status_code == 200
    assert Session.objects.get().expire_date == first, "asking for a nonce does not shorten it"


def test_an_api_key_works_for_everything(alice: Browser) -> None:
    assert alice.user is not None
    secret = create_api_key(user=alice.user, name="test").secret
    program = Browser()
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    sent = program.call("POST", "/api/chat/send", {"tier": "pro", "content": "x"}, **bearer)
    assert sent.status_code == 201
    path = f"{LIST}/{sent.json()['conversationId']}"
    assert program.get(path, **bearer).status_code == 200
    assert program.get("/api/credits", **bearer).json() == {"credits": 90}
    assert (
        program.call("POST", "/api/chat/stop", {"jobId": sent.json()["jobId"]}, **bearer).status_code == 200
    )
    assert program.call("DELETE", path, **bearer).status_code == 204
