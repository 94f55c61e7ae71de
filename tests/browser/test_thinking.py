"""A model that thinks before it answers: folded, apart from the answer, and not copied with it."""

import re
from itertools import count

from playwright.sync_api import expect

from ashao_site.embedded.stack import Stack

from .chat_page import wait_until
from .conftest import Pages
from .people import Person, ScriptedWorker


def test_what_a_model_thinks_is_folded_and_no_part_of_its_answer(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    chat = pages.chat()
    with ScriptedWorker(bob) as worker:
        expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
        chat.send("What is six times seven?")
        claimed = worker.claim()
        held = {"jobId": claimed["job"]["id"], "lease": claimed["lease"]["token"]}
        expect(chat.answer).to_contain_text("Finding a machine")
        seq = count()

        def is_thinking() -> bool:
            # What is thought is told to those who listen, and kept nowhere: the page may not listen yet.
            worker.call("token", **held, seq=next(seq), value="Hm. ", kind="reasoning")
            return "Thinking" in chat.answer.inner_text()

        wait_until(is_thinking)
        worker.call("token", **held, seq=next(seq), value="Six sevens, or seven sixes?", kind="reasoning")
        thoughts = chat.test_id("thoughts")
        expect(thoughts.locator("div")).to_be_hidden()
        thoughts.locator("summary").click()
        expect(thoughts.locator("div")).to_have_text(re.compile("^(Hm. )+Six sevens, or seven sixes\\?$"))
        worker.call("token", **held, seq=next(seq), value="Forty-two, as everybody knows.")
        worker.call("complete", **held, tokens=6, finish="length")
        assert chat.finished("done") == "Forty-two, as everybody knows."
    assert chat.saved()["content"] == "Forty-two, as everybody knows."
    expect(chat.answer).to_contain_text("ends here because it reached its greatest length")
    chat.page.reload()
    expect(chat.answer).to_contain_text("ends here because it reached its greatest length")
    expect(chat.test_id("thoughts")).to_have_count(0)
