"""What is read in other languages: a page that the browser translates, right to left, Return on a phone."""

import pytest
from playwright.sync_api import expect

from ashao_site.embedded.stack import Stack

from .chat_page import ChatPage, wait_until
from .conftest import Pages
from .people import Person, ScriptedWorker

WORDS = [f"word{number}" for number in range(40)]
TRANSLATOR = """(style) => {
    // As browsers' translators do it: each text becomes a <font> in a <font>, in its place or around it.
    const translated = (text) => {
        const outer = document.createElement('font');
        const inner = outer.appendChild(document.createElement('font'));
        if (style === 'replaces') {
            inner.textContent = text.data.toUpperCase();
            text.replaceWith(outer);
        } else {
            text.replaceWith(outer);
            inner.append(text);
        }
    };
    const translate = (root) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        const found = [];
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
            const parent = node.parentElement;
            if (node.data.trim() !== '' && !parent.closest('font, textarea, script, style')) found.push(node);
        }
        found.forEach(translated);
    };
    translate(document.body);
    window.translations = 0;
    new MutationObserver(() => { window.translations += 1; translate(document.body); })
        .observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
"""It must be told apart from a person's page only by what it does to text."""


def shown(chat: ChatPage) -> str:
    return str(chat.answer.locator(".message-text").inner_text()).lower()


@pytest.mark.parametrize("style", ["replaces", "wraps"])
def test_a_page_that_the_browser_translates_goes_on(pages: Pages, stack: Stack, style: str) -> None:
    bob = Person(stack.base_url).sign_in()
    chat = pages.chat()
    with ScriptedWorker(bob) as worker:
        expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
        chat.page.evaluate(TRANSLATOR, style)
        chat.send("What are the words?")
        claimed = worker.claim()
        held = {"jobId": claimed["job"]["id"], "lease": claimed["lease"]["token"]}
        for seq, word in enumerate(WORDS):
            worker.call(
                "token", **held, seq=seq, value=f"{word} **b{seq}** and\n\n" if seq % 5 == 0 else f"{word} "
            )
            if seq % 10 == 9:
                wait_until(lambda word=word: word in shown(chat))  # type: ignore[misc]
        worker.call("complete", **held, tokens=len(WORDS))
        chat.finished("done")
    wait_until(lambda: all(word in shown(chat).split() for word in WORDS))
    assert chat.page.evaluate("window.translations") > 4, "nothing was translated"

    chat.send("And once more?")  # the page is alive: it draws, sends and stops
    chat.test_id("stop").click()
    expect(chat.answer).not_to_have_attribute("data-status", "pending")


def test_on_a_phone_return_makes_a_new_line(pages: Pages) -> None:
    chat = pages.chat(context=pages.context(width=390, height=844, touch=True))
    chat.composer.tap()
    chat.page.keyboard.type("first")
    chat.page.keyboard.press("Enter")
    chat.page.keyboard.type("second")
    expect(chat.composer).to_have_value("first\nsecond")
    expect(chat.test_id("message-user")).to_have_count(0)
    assert chat.composer.get_attribute("enterkeyhint") == "enter"
    chat.test_id("send").tap()
    expect(chat.test_id("message-user")).to_contain_text("second")
    chat.finished("done")
    chat.test_id("edit-question").tap()
    box = chat.test_id("edit-box")
    box.press("Enter")
    expect(box).to_have_value("first\nsecond\n")


def test_lists_quotes_tables_and_the_box_begin_where_they_are_read_from(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    chat = pages.chat()
    answer = "- مرحبا\n- بك\n\n> اقتباس\n\n| اسم | عدد |\n|---|---|\n| بومة | 2 |\n\n1. one\n2. two\n"
    with ScriptedWorker(bob) as worker:
        expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
        chat.send("List them.")
        worker.answer(worker.claim(), [answer])
        chat.finished("done")
    text = chat.answer.locator(".message-text")
    for element, direction in {"ul": "rtl", "blockquote": "rtl", "table": "rtl", "ol": "ltr"}.items():
        expect(text.locator(element)).to_have_css("direction", direction)
    mark = text.locator("blockquote").evaluate("quote => getComputedStyle(quote).borderRightWidth")
    assert mark == "3px", "the mark of a quote stands where its lines begin"
    chat.composer.fill("مرحبا")
    expect(chat.composer).to_have_css("direction", "rtl")
    expect(chat.composer).to_have_css("text-align", "start")
