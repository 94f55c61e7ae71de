"""An answer on its way: a reload, a stop, and volunteers' machines that write it."""

from playwright.sync_api import expect

from ashao_site.embedded.stack import Stack

from .chat_page import LONG, SHORT, words
from .conftest import Pages
from .people import Person, ScriptedWorker

TRICKY = [
    "First line with <b>tags</b> & an &amp; entity.\n",
    "<script>document.title = 'broken'</script>",
    "<img src=x onerror=\"document.title = 'broken'\">\n\n",
    "Family: 👨‍👩‍👧‍👦, flag: 🇪🇺, ",
    "right to left: שלום, Ελληνικά, 日本語.\n",
    "    indented `code`, a tab\there, **stars** and a last line without an end",
]


def test_a_reload_in_the_middle_of_an_answer(pages: Pages) -> None:
    chat = pages.chat()
    chat.send(LONG)
    before = chat.wait_for_text(200)

    chat.page.reload()
    after = chat.wait_for_text(len(before) + 200)
    assert chat.answer.get_attribute("data-status") == "pending", "it ended before the reload was over"
    assert after.startswith(before)

    assert chat.finished("done") == chat.wait_saved("done")
    assert chat.text().startswith(after)
    expect(chat.test_id("message-assistant")).to_have_count(1)


def test_stop_keeps_what_was_written(pages: Pages) -> None:
    chat = pages.chat()
    chat.send(LONG)
    before = chat.wait_for_text(150)

    chat.test_id("stop").click()
    text = chat.finished("stopped")

    assert text.startswith(before)
    assert text == chat.wait_saved("stopped")
    chat.page.reload()
    expect(chat.answer).to_have_attribute("data-status", "stopped")
    assert chat.text() == text
    chat.ask(SHORT)  # and the conversation goes on
    expect(chat.test_id("message-assistant")).to_have_count(2)


def test_a_volunteers_machine_answers_and_its_text_is_shown_as_text(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    chat = pages.chat()
    with ScriptedWorker(bob) as worker:
        expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
        chat.send(SHORT)
        claimed = worker.claim()
        assert claimed["messages"][-1]["content"] == SHORT

        assert worker.answer(claimed, TRICKY) > 0

        assert chat.finished("done") == words("".join(TRICKY).replace("&amp;", "&"))
        chat.wait_saved("done")
        assert chat.saved()["content"] == "".join(TRICKY)
    assert chat.page.title() != "broken"
    expect(chat.answer.locator("b, img, script")).to_have_count(0)
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "false")


def test_a_machine_that_gives_up_is_replaced_within_one_answer(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    chat = pages.chat()
    begun = "The volunteer began like this,"
    with ScriptedWorker(bob) as worker:
        expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
        chat.send(SHORT)
        claimed = worker.claim()
        held = {"jobId": claimed["job"]["id"], "lease": claimed["lease"]["token"]}
        worker.call("token", **held, seq=0, value=begun)
        chat.wait_for_text(len(begun))
        worker.call("fail", **held, reason="out of memory")

    text = chat.finished("done")
    assert text.startswith(begun)
    assert len(text) > len(begun)
    assert text == chat.wait_saved("done")
