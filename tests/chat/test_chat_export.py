"""A person's conversations as files."""

import json
from dataclasses import replace

import pytest

from chat.conversation.models import Conversation
from chat.library import export
from tests.chat.support import CLOUD, Browser, Production, answer, download, refused

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous"),
]

ALL = "/api/chat/export"


def one(conversation_id: str) -> str:
    return f"/api/chat/conversations/{conversation_id}/export"


def test_everything_as_json(alice: Browser, bob: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CONVERSATIONS_AT_ONCE", 2)
    monkeypatch.setattr(export, "MESSAGES_AT_ONCE", 2)
    ids = []
    for n in range(5):
        job_id, conversation_id = alice.sent(f"Grüße 👋 {n}")
        answer(job_id, 'Hi "there"\n')
        ids.append(conversation_id)
    answer(alice.sent("And then?", conversationId=ids[0])[0], "Then")
    bob.sent("secret")
    response = alice.get(ALL)
    assert response["Content-Disposition"] == 'attachment; filename="ashao-history.json"'
    assert response["Content-Type"] == "application/json"
    history = json.loads(download(response))
    assert set(history) == {"exportedAt", "conversations"}
    assert [told["id"] for told in history["conversations"]] == ids[::-1]
    for told in history["conversations"]:
        assert told == alice.get(f"/api/chat/conversations/{told['id']}").json()
    assert len(history["conversations"][-1]["messages"]) == 4


def test_one_as_json(alice: Browser) -> None:
    _, other = alice.sent("Other")
    job_id, conversation_id = alice.sent("../../etc/passwd: Über\r\nX-Evil: 1")
    answer(job_id)
    response = alice.get(one(conversation_id) + "?format=json")
    name = "filename*=utf-8''ashao-etcpasswd-%C3%BCber-x-evil-1.json"
    assert response["Content-Disposition"] == f"attachment; {name}"
    history = json.loads(download(response))
    assert [told["id"] for told in history["conversations"]] == [conversation_id]
    assert other not in str(history)


def test_nothing_yet(alice: Browser) -> None:
    assert json.loads(download(alice.get(ALL)))["conversations"] == []
    assert download(alice.get(ALL + "?format=markdown")) == ""


def test_markdown(alice: Browser) -> None:
    job_id, conversation_id = alice.sent("What is *this*?")
    Production(job_id, replace(CLOUD, model="a `model`")).say(
        "It is\n\n```py\nprint('a program of a single line')  # enough\n```"
    )
    alice.call("POST", "/api/chat/stop", {"jobId": job_id})
    alice.call("PATCH", f"/api/chat/conversations/{conversation_id}", {"title": "天気 / A?"})
    response = alice.get(one(conversation_id) + "?format=markdown", HTTP_ACCEPT="text/html")
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response["Content-Disposition"].endswith("ashao-%E5%A4%A9%E6%B0%97-a.md")
    begun = Conversation.objects.get().created_at
    receipt = alice.messages(conversation_id)[1]["receipt"]
    assert download(response) == (
        f"# 天気 / A?\n\n*Begun on {begun:%Y-%m-%d at %H:%M} UTC, with ashao.*\n"
        "\n## You\n\nWhat is *this*?\n"
        "\n## ashao\n\nIt is\n\n```py\nprint('a program of a single line')  # enough\n```\n"
        "\n*You stopped this answer.*\n\n"
        f"> Pro · served by the cloud · `a 'model'` · 1 token · {receipt['seconds']} s · 10 credits\n"
    )
    alice.sent("Newer")
    whole = download(alice.get(ALL + "?format=markdown"))
    assert whole.index("# Newer") < whole.index("\n---\n") < whole.index("# 天気")
    assert "*This answer is still being written.*" in whole


def test_a_title_of_nothing_but_signs_still_makes_a_name(alice: Browser) -> None:
    _, conversation_id = alice.sent("??? \u202e...")
    assert alice.get(one(conversation_id))["Content-Disposition"].endswith('"ashao-conversation.json"')


def test_only_ones_own(alice: Browser, bob: Browser, guest: Browser) -> None:
    _, conversation_id = alice.sent()
    _, of_guest = guest.sent("as a guest")
    for other in (bob, guest):
        assert refused(other.get(one(conversation_id))) == (404, "not_found")
    assert refused(alice.get(one("conv_x"))) == (404, "not_found")
    assert refused(Browser().get(one(conversation_id))) == (401, "not_signed_in")
    history = json.loads(download(guest.get(ALL)))
    assert [told["id"] for told in history["conversations"]] == [of_guest]


@pytest.mark.parametrize("format", ["", "xml", "JSON", "%00", "json%0a"])
def test_other_formats_are_refused(alice: Browser, format: str) -> None:
    _, conversation_id = alice.sent()
    for path in (ALL, one(conversation_id)):
        assert refused(alice.get(f"{path}?format={format}")) == (400, "bad_input")
