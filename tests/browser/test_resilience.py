"""What happens to a conversation when the network, the server or the page goes away, and when two tabs have it open."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from ashao_site.embedded.stack import Stack

from .chat_page import LONG, SHORT, ChatPage, wait_until, words
from .conftest import Pages
from .line import Line
from .looks import SIZES
from .people import Person, ScriptedWorker

OFFLINE = r"net::ERR_|WebSocket connection"
CHUNKS = ["It was cut ", "in the middle, ", "wrote on unseen, ", "and was read ", "to its end."]


@pytest.fixture
def worker(stack: Stack) -> Iterator[ScriptedWorker]:
    owner = Person(stack.base_url).sign_in()
    with ScriptedWorker(owner) as live:
        yield live
    owner.http.close()


def opened(pages: Pages, size: str, base_url: str = "") -> ChatPage:
    width, height = SIZES[size]
    return pages.chat(f"{base_url}/", pages.context(width=width, height=height, touch=size == "phone"))


class Answering:
    """An answer that a machine writes piece by piece, as the test says."""

    def __init__(self, worker: ScriptedWorker) -> None:
        self._worker = worker
        self._seq = 0
        claimed = worker.claim()
        self._held = {"jobId": claimed["job"]["id"], "lease": claimed["lease"]["token"]}

    def write(self, *chunks: str) -> None:
        for chunk in chunks:
            self._worker.call("token", **self._held, seq=self._seq, value=chunk)
            self._seq += 1

    def end(self) -> None:
        self._worker.call("complete", **self._held, tokens=self._seq)


@pytest.fixture
def line(stack: Stack) -> Iterator[Line]:
    with Line(stack.base_url) as whole:
        yield whole


@pytest.mark.parametrize(("size", "half_open"), [("desktop", False), ("phone", True)])
def test_the_network_is_cut_in_the_middle_of_an_answer(
    pages: Pages, worker: ScriptedWorker, line: Line, size: str, half_open: bool
) -> None:
    chat = opened(pages, size, line.url)
    pages.expect_problem(OFFLINE)
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
    chat.send(SHORT)
    answer = Answering(worker)
    answer.write(CHUNKS[0])
    chat.wait_for_text(len(CHUNKS[0].strip()))

    chat.page.context.set_offline(True)
    (line.deaden if half_open else line.cut)()
    expect(chat.page.get_by_text("You’re offline. What you write is kept here.")).to_be_visible()
    answer.write(*CHUNKS[1:3])
    if not half_open:
        expect(chat.answer.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    chat.composer.fill("And what is next?")
    assert chat.text() == words(CHUNKS[0])

    line.mend()
    chat.page.context.set_offline(False)
    wait_until(lambda: chat.text() == words("".join(CHUNKS[:3])))
    answer.write(*CHUNKS[3:])
    answer.end()

    assert chat.finished("done") == words("".join(CHUNKS)) == chat.wait_saved("done")
    expect(chat.test_id("message-assistant")).to_have_count(1)
    expect(chat.composer).to_have_value("And what is next?")


def test_the_web_server_dies_in_the_middle_of_an_answer(pages: Pages, stack: Stack) -> None:
    chats = [opened(pages, size) for size in SIZES]
    for chat in chats:
        chat.send(LONG)
    before = [chat.wait_for_text(200) for chat in chats]

    pages.expect_problem(OFFLINE)
    stack.restart("web")

    for chat, begun in zip(chats, before, strict=True):
        text = chat.finished("done")
        assert text.startswith(begun)
        assert text == chat.wait_saved("done")
        expect(chat.test_id("message-assistant")).to_have_count(1)
        expect(chat.test_id("error")).to_have_count(0)


def test_a_message_written_offline_is_kept_and_sent_once(pages: Pages, worker: ScriptedWorker) -> None:
    chat = opened(pages, "phone")
    pages.expect_problem(OFFLINE)
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
    chat.page.context.set_offline(True)
    expect(chat.page.get_by_text("You’re offline. What you write is kept here.")).to_be_visible()
    chat.composer.fill(SHORT)
    chat.test_id("send").click()
    chat.composer.fill("A draft")
    expect(chat.test_id("message-user")).to_contain_text(SHORT)

    chat.page.context.set_offline(False)
    worker.answer(worker.claim(), ["They have no choice."])

    assert chat.finished("done") == chat.wait_saved("done")
    expect(chat.test_id("message-user")).to_have_count(1)
    chat.page.reload()
    expect(chat.test_id("message-user")).to_have_count(1)
    expect(chat.composer).to_have_value("A draft")


SENT_ELSEWHERE = """async ([conversationId, content]) => {
    const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
    const answer = await fetch('/api/chat/send', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token },
        body: JSON.stringify({ tier: 'pro', conversationId, content }),
    });
    return answer.status;
}"""
TURN = """(state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_who_comes_back_sees_what_was_written_on_another_device(pages: Pages, worker: ScriptedWorker) -> None:
    chat = opened(pages, "phone")
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
    chat.send(SHORT)
    worker.answer(worker.claim(), ["They have no choice."])
    chat.finished("done")
    chat.composer.fill("A draft")

    chat.page.evaluate(TURN, "hidden")
    assert chat.page.evaluate(SENT_ELSEWHERE, [chat.conversation_id, "And cats?"]) == 201
    answer = Answering(worker)
    answer.write(CHUNKS[0])
    expect(chat.test_id("message-user")).to_have_count(1)
    chat.page.evaluate(TURN, "visible")

    expect(chat.test_id("message-user").last).to_contain_text("And cats?")
    expect(chat.answer).to_contain_text(CHUNKS[0].strip())
    answer.write(*CHUNKS[1:])
    answer.end()
    assert chat.finished("done") == words("".join(CHUNKS))
    expect(chat.composer).to_have_value("A draft")


def both(chats: list[ChatPage], check: Callable[[ChatPage], None]) -> None:
    """One tab after the other; a tab that nobody sees is slow."""
    for chat in chats:
        chat.page.bring_to_front()
        check(chat)


def test_two_tabs_agree_on_an_answer_and_on_who_is_here(pages: Pages, worker: ScriptedWorker) -> None:
    first = opened(pages, "desktop")
    expect(first.test_id("network-status")).to_have_attribute("data-online", "true")
    first.sign_in()
    first.send(SHORT)
    answer = Answering(worker)
    answer.write(CHUNKS[0])
    second = pages.chat(f"/c/{first.conversation_id}", first.page.context)
    tabs = [first, second]
    both(tabs, lambda tab: expect(tab.answer).to_contain_text(CHUNKS[0].strip()))

    second.composer.fill("Typed in the second")
    both([first], lambda tab: tab.composer.fill("Typed in the first"))
    answer.write(*CHUNKS[1:])
    answer.end()
    for tab in tabs:
        tab.page.bring_to_front()
        assert tab.finished("done") == words("".join(CHUNKS))

    # The second tab shows what the first asks for, and reads its answer as it comes.
    first.page.bring_to_front()
    first.test_id("edit-question").click()
    first.test_id("edit-box").fill("In new words")
    first.test_id("edit-send").click()
    answer = Answering(worker)
    answer.write(CHUNKS[0])
    both(tabs, lambda tab: expect(tab.test_id("message-user")).to_contain_text("In new words"))
    both(tabs, lambda tab: expect(tab.answer).to_contain_text(CHUNKS[0].strip()))
    second.test_id("stop").click()
    both(tabs, lambda tab: expect(tab.answer).to_have_attribute("data-status", "stopped"))
    first.page.bring_to_front()
    first.test_id("version-before").click()
    both(tabs, lambda tab: expect(tab.test_id("message-user")).to_contain_text(SHORT))
    both(tabs, lambda tab: expect(tab.test_id("message-assistant")).to_have_count(1))

    first.page.reload()
    expect(first.composer).to_have_value("Typed in the first")
    expect(second.composer).to_have_value("Typed in the second")

    first.page.bring_to_front()
    first.test_id("sign-out").click()
    both(tabs, lambda tab: expect(tab.test_id("sign-in")).to_be_visible())
    both(tabs, lambda tab: expect(tab.test_id("message-user")).to_have_count(0))
    both(tabs, lambda tab: expect(tab.composer).to_have_value(""))
    first.sign_in()
    second.page.bring_to_front()
    expect(second.test_id("balance")).to_be_visible()

    # The pages beside the chat tell it too, and leave nothing of what was typed for whoever is here next.
    first.composer.fill("Typed and never sent")
    second.page.goto("/account")
    second.test_id("sign-out").click()
    expect(second.test_id("visitor-sign-in")).to_be_visible()
    both([first], lambda tab: expect(tab.test_id("sign-in")).to_be_visible())
    expect(first.composer).to_have_value("")
    second.open("/")
    expect(second.composer).to_have_value("")
