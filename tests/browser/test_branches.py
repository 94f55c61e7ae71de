"""Questions in new words and answers tried again: all versions stay, and one goes from one to another."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from ashao_site.embedded.stack import Stack

from .chat_page import ChatPage, wait_until
from .conftest import ARTIFACTS, Pages
from .looks import SCHEMES, SIZES, too_wide, violations
from .people import Person, ScriptedWorker

PICTURES = ARTIFACTS / "branches"
LONG_QUESTION = "Why do owls turn their heads so far, and what would happen to us if we tried to do the same?"
WAIT = "Wait until the answer is finished, or stop it."


@pytest.fixture
def worker(stack: Stack) -> Iterator[ScriptedWorker]:
    owner = Person(stack.base_url).sign_in()
    with ScriptedWorker(owner) as live:
        yield live
    owner.http.close()


def opened(pages: Pages, size: str) -> ChatPage:
    width, height = SIZES[size]
    chat = pages.chat(context=pages.context(width=width, height=height, touch=size == "phone"))
    chat.page.emulate_media(reduced_motion="reduce")  # a colour on its way to another has no contrast
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
    return chat


def answered(chat: ChatPage, worker: ScriptedWorker, text: str) -> None:
    """Have the machine answer what was just sent."""
    worker.answer(worker.claim(), [text])
    chat.finished("done")
    expect(chat.answer).to_contain_text(text)


def said(chat: ChatPage) -> list[str]:
    """The questions and the answers on show, in their order."""
    return chat.page.locator(".message .message-text").all_inner_texts()


def place(message: Locator) -> Locator:
    """Which of its versions is shown, as one hears and as one sees it."""
    return message.get_by_test_id("version-place")


def look(chat: ChatPage, state: str, size: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        chat.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        chat.page.screenshot(path=PICTURES / f"{state}-{size}-{scheme}.png")
        assert violations(chat.page) == [], f"{state} on a {size}, {scheme}"
    assert too_wide(chat.page) == 0, f"{state} on a {size}"


def test_versions_with_the_keyboard_and_over_reloads(pages: Pages, worker: ScriptedWorker) -> None:
    chat = opened(pages, "desktop")
    page, question, box = chat.page, chat.test_id("message-user"), chat.test_id("edit-box")
    chat.send("One")
    answered(chat, worker, "First answer.")
    chat.send("Two")
    expect(question.first.get_by_test_id("edit-question")).to_have_attribute("title", WAIT)
    question.first.get_by_test_id("edit-question").click(force=True)
    expect(box).to_have_count(0)
    answered(chat, worker, "Second answer.")
    first_path = ["One", "First answer.", "Two", "Second answer."]
    wait_until(lambda: said(chat) == first_path)

    chat.composer.press("ArrowUp")
    expect(box).to_be_focused()
    expect(box).to_have_value("Two")
    page.keyboard.type(" and a half")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(chat.composer).to_be_focused()
    wait_until(lambda: said(chat) == first_path)

    question.first.get_by_test_id("edit-question").click()
    box.fill(LONG_QUESTION)
    look(chat, "editing", "desktop")
    page.reload()
    expect(box).to_have_value(LONG_QUESTION)
    box.press("Enter")
    answered(chat, worker, "Other answer.")
    other_path = [LONG_QUESTION, "Other answer."]
    wait_until(lambda: said(chat) == other_path)
    expect(place(question)).to_have_text("Version 2 of 2" + "2 / 2")

    before, after = chat.test_id("version-before"), chat.test_id("version-after")
    before.focus()
    page.keyboard.press("Enter")
    expect(place(question.first)).to_contain_text("1 / 2")
    wait_until(lambda: said(chat) == first_path)
    expect(before).to_be_focused()
    page.reload()
    expect(place(question.first)).to_contain_text("1 / 2")
    wait_until(lambda: said(chat) == first_path)

    chat.answer.get_by_test_id("retry-answer").click()
    expect(chat.answer).to_have_attribute("data-status", "pending")
    expect(place(chat.answer)).to_contain_text("2 / 2")
    answered(chat, worker, "Third answer.")
    wait_until(lambda: said(chat) == [*first_path[:-1], "Third answer."])
    look(chat, "versions", "desktop")
    chat.answer.get_by_test_id("version-before").click()
    expect(place(chat.answer)).to_contain_text("1 / 2")
    wait_until(lambda: said(chat) == first_path)
    question.first.get_by_test_id("version-after").click()
    expect(question).to_have_count(1)
    wait_until(lambda: said(chat) == other_path)
    expect(after).to_have_attribute("aria-disabled", "true")


def test_versions_on_a_phone_and_found_again(pages: Pages, worker: ScriptedWorker) -> None:
    chat = opened(pages, "phone")
    question = chat.test_id("message-user")
    chat.send("One")
    answered(chat, worker, "A lighthouse stands on the rock.")
    question.get_by_test_id("edit-question").tap()
    chat.test_id("edit-box").fill(LONG_QUESTION)
    look(chat, "editing", "phone")
    chat.test_id("edit-send").tap()
    answered(chat, worker, "Other answer.")
    chat.answer.get_by_test_id("retry-answer").tap()
    expect(chat.answer).to_have_attribute("data-status", "pending")
    answered(chat, worker, "One more answer.")
    look(chat, "versions", "phone")

    # What was said on another path is found, and shown where it is.
    chat.test_id("menu").tap()
    chat.test_id("search").fill("lighthouse rock")
    chat.page.get_by_test_id("search-hits").get_by_test_id("conversation-item").tap()
    expect(chat.answer).to_have_attribute("data-marked", "")
    expect(chat.answer).to_contain_text("A lighthouse stands on the rock.")
    expect(question).to_contain_text("One")
    expect(place(question)).to_contain_text("1 / 2")
