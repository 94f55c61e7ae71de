"""A browser has six connections to a server over HTTP/1.1, for all its tabs: seven tabs with answers being written."""

import threading

from playwright.sync_api import expect

from ashao_site.embedded.stack import Stack

from .chat_page import ChatPage
from .conftest import Pages
from .people import Person, ScriptedWorker

TABS = 6
PAUSE_S = 0.5


class Writing(threading.Thread):
    """An answer that goes on until it is ended, as slowly as a large model writes."""

    def __init__(self, worker: ScriptedWorker) -> None:
        super().__init__(daemon=True)
        claimed = worker.claim()
        self.worker = worker
        self.held = {"jobId": claimed["job"]["id"], "lease": claimed["lease"]["token"]}
        self.text = ""
        self.over = threading.Event()
        self.start()

    def run(self) -> None:
        seq = 0
        while not self.over.is_set():
            value = f"Word number {seq}. "
            if self.worker.call("token", **self.held, seq=seq, value=value)["stop"]:
                return
            self.text += value
            seq += 1
            self.over.wait(PAUSE_S)
        self.worker.call("complete", **self.held, tokens=seq)

    def end(self) -> str:
        self.over.set()
        self.join(60)
        return self.text.strip()


def test_tabs_with_unfinished_answers_leave_room_for_one_more(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    context = pages.context()
    first = pages.chat(context=context)
    first.sign_in()
    with ScriptedWorker(bob) as worker:
        expect(first.test_id("network-status")).to_have_attribute("data-online", "true")
        tabs: list[tuple[ChatPage, Writing]] = []
        for number in range(TABS):
            tab = pages.chat(context=context)
            tab.send(f"Question {number}")
            tabs.append((tab, Writing(worker)))

        seventh = pages.chat(context=context)
        seventh.send("One more?")
        stopped = Writing(worker)
        expect(seventh.answer).to_contain_text("Word number 0.")
        seventh.test_id("stop").click()
        expect(seventh.answer).to_have_attribute("data-status", "stopped")
        stopped.join(60)
        first.page.goto("/docs")
        expect(first.page.get_by_role("heading").first).to_be_visible()

        for tab, writing in tabs:
            expect(tab.answer).to_contain_text("Word number 0.")
            text = writing.end()
            assert tab.finished("done") == text
