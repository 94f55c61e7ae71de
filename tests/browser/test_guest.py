"""A guest: somebody who just opens the page."""

from playwright.sync_api import expect

from ashao_site.embedded.stack import Stack

from .chat_page import SHORT, wait_until
from .conftest import Pages
from .people import Person, ScriptedWorker


def test_a_guest_sends_a_message_and_sees_the_answer_being_typed(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    chat = pages.chat()
    expect(chat.page.get_by_role("heading", level=1)).to_be_visible()
    expect(chat.test_id("sign-in")).to_be_visible()
    expect(chat.test_id("send")).to_be_disabled()
    before = chat.remaining()

    said = ["To see", " behind them:", " their eyes", " can’t move."]
    with ScriptedWorker(bob) as worker:
        expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
        chat.send(SHORT)
        expect(chat.test_id("message-user")).to_contain_text(SHORT)
        # Each piece is seen before the next one is said.
        worker.answer(worker.claim(), said, said=lambda so_far: wait_until(lambda: chat.text() == so_far))
        assert chat.finished("done") == chat.wait_saved("done") == "".join(said)
    expect(chat.test_id("guest-remaining")).to_contain_text(str(before - 1))
    expect(chat.test_id("conversation-item")).to_have_count(1)


def test_a_guests_conversation_is_theirs_alone(pages: Pages) -> None:
    chat = pages.chat()
    answer = chat.ask(SHORT)

    chat.page.reload()
    expect(chat.answer).to_have_attribute("data-status", "done")
    assert chat.text() == answer
    expect(chat.test_id("conversation-item")).to_contain_text(SHORT)

    pages.expect_problem(r"40[14].*/api/chat/conversations/")
    stranger = pages.context().new_page()
    stranger.goto(chat.page.url)
    expect(stranger.get_by_text("This conversation isn’t here")).to_be_visible()
    expect(stranger.get_by_test_id("message-assistant")).to_have_count(0)
    expect(stranger.get_by_test_id("conversation-item")).to_have_count(0)

    stranger.get_by_role("button", name="Start a new chat").click()
    expect(stranger.get_by_test_id("composer")).to_be_editable()


def test_a_guest_whose_free_messages_are_used_up_is_asked_to_sign_in(pages: Pages) -> None:
    chat = pages.chat()
    limit = chat.remaining()
    csrf = next(cookie["value"] for cookie in chat.page.context.cookies() if cookie["name"] == "csrftoken")
    for _ in range(limit):
        body = {"tier": "pro", "content": "Hello!"}
        sent = chat.page.request.post("/api/chat/send", data=body, headers={"X-CSRFToken": csrf})
        assert sent.ok, sent.text()
    chat.page.reload()
    expect(chat.test_id("guest-remaining")).to_contain_text("used up")

    pages.expect_problem(r"4\d\d.*/api/chat/send")
    chat.composer.fill("One more, please.")
    chat.test_id("send").click()

    expect(chat.test_id("error")).to_be_visible()
    expect(chat.composer).to_have_value("One more, please.")
    chat.test_id("error").get_by_role("button", name="Sign in").click()
    expect(chat.test_id("dev-wallet")).to_be_visible()


def test_on_a_phone(pages: Pages) -> None:
    chat = pages.chat(context=pages.context(width=390, height=844, touch=True))
    chat.sign_in()
    answer = chat.ask(SHORT)
    width: int = chat.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways"

    chat.test_id("menu").click()
    expect(chat.test_id("conversation-item")).to_have_count(1)
    chat.test_id("new-chat").click()
    expect(chat.test_id("message-user")).to_have_count(0)

    chat.test_id("menu").click()
    chat.test_id("conversation-item").click()
    expect(chat.answer).to_have_attribute("data-status", "done")
    assert chat.text() == answer

    chat.test_id("menu").click()
    chat.test_id("sign-out").click()
    expect(chat.test_id("sign-in")).to_be_visible()
    expect(chat.test_id("message-user")).to_have_count(0)
