"""The chat page as a person sees it: what can be done on it, and what it shows."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

ANSWER_MS = 240_000
SHORT = "Why do owls turn their heads?"
"""The simulated answer to it takes a few seconds."""
LONG = "Tell me a long story about a lighthouse."
"""The simulated answer to it is about four times as long."""
SHOWN = """answer => {
    const shown = answer.querySelector('.message-text');
    if (shown === null) return '';
    const aside = 'figcaption, .link-host, .show-rest';
    const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    let text = '', block = null;
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        if (node.nodeName === 'BR') text += '\\n';
        if (node.nodeType !== Node.TEXT_NODE || node.parentElement.closest(aside)) continue;
        const its = node.parentElement.closest('p, li, h3, h4, h5, h6, th, td, pre, .message-text');
        if (block !== null && its !== block) text += '\\n';
        block = its;
        text += node.data;
    }
    return text;
}"""


def words(markdown: str) -> str:
    """The words of an answer, without the marks that the page shows as bold, lists and so on."""
    marks = r"(?m)^\s*```.*$|^\s*(?:[-*+>]|#+|\d+\.)(?:\s+|$)|[*`]"
    return " ".join(re.sub(marks, "", markdown).split())


@dataclass(frozen=True)
class ChatPage:
    page: Page

    def test_id(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    @property
    def composer(self) -> Locator:
        return self.test_id("composer")

    @property
    def answer(self) -> Locator:
        """The newest answer."""
        return self.test_id("message-assistant").last

    @property
    def conversation_id(self) -> str:
        return self.page.url.rpartition("/c/")[2]

    def open(self, path: str = "/") -> "ChatPage":
        self.page.goto(path)
        expect(self.composer).to_be_visible()
        return self

    def send(self, text: str, *, tier: str = "pro") -> None:
        self.test_id(f"tier-{tier}").click()
        self.composer.fill(text)
        self.test_id("send").click()
        expect(self.answer).to_have_attribute("data-status", "pending")

    def ask(self, text: str, *, tier: str = "pro") -> str:
        """Send, and wait for the whole answer; its text."""
        self.send(text, tier=tier)
        return self.finished("done")

    def finished(self, status: str) -> str:
        """Wait until the newest answer has ended like this; its text."""
        expect(self.answer).to_have_attribute("data-status", status, timeout=ANSWER_MS)
        return self.text()

    def text(self) -> str:
        """The words of the newest answer as far as it is shown."""
        return words(str(self.answer.evaluate(SHOWN)))

    def wait_for_text(self, chars: int) -> str:
        """Wait until so much of the newest answer is shown."""
        wait_until(lambda: len(self.text()) >= chars)
        return self.text()

    def saved(self) -> dict[str, Any]:
        """The newest answer as the API has it."""
        answer = self.page.request.get(f"/api/chat/conversations/{self.conversation_id}")
        assert answer.ok, answer.status
        message: dict[str, Any] = answer.json()["messages"][-1]
        return message

    def wait_saved(self, status: str) -> str:
        """Wait until the server has kept the newest answer with this status; its words."""
        wait_until(lambda: self.saved()["status"] == status)
        return words(str(self.saved()["content"]))

    def balance_is(self, credits: int) -> None:
        expect(self.test_id("balance")).to_have_text(f"{credits:,} credits")

    def remaining(self) -> int:
        """How many free messages the page says are left."""
        return int((self.test_id("guest-remaining").inner_text()).split()[0])

    def sign_in(self) -> None:
        """With the development wallet; the first time in this browser that makes a new one."""
        self.test_id("sign-in").click()
        self.test_id("dev-wallet").click()
        expect(self.test_id("balance")).to_be_visible()


def wait_until(check: Callable[[], bool], timeout_s: float = ANSWER_MS / 1000) -> None:
    deadline = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.05)
