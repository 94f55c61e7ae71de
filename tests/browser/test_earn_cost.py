"""What the network loop costs: the engine's own speed alone, and while it serves people. Printed, not asserted."""

import statistics
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.tiny_model.chats import ALPHABET

from .chat_page import wait_until
from .conftest import Pages
from .earn_page import EarnPage

pytestmark = pytest.mark.timeout(300)

ROUNDS = 5

KEEP_THE_WORKERS = """
self.workers = [];
self.answers = [];
self.Worker = class extends Worker {
    constructor(...args) {
        super(...args);
        self.workers.push(this);
        this.addEventListener("message", ({ data }) => {
            if (data?.type === "generated") self.answers.push(data.generated);
        });
    }
};
"""
ASK_THE_ENGINE = """
(question) => {
    const input = { messages: [{ role: "user", content: question }], prefix: "", maxNewTokens: 400 };
    for (const worker of self.workers) worker.postMessage({ type: "generate", id: 1_000_000, input });
}
"""


def next_answer(page: Page, ask: Any) -> float:
    """The engine's own speed, in tokens a second, in the answer that `ask` brings about."""
    before = page.evaluate("self.answers.length")
    ask()
    wait_until(lambda: page.evaluate("self.answers.length") > before)
    answer = page.evaluate("self.answers.at(-1)")
    assert answer["finish"] == "stop"
    return float(answer["tokensPerSecond"])


def test_what_the_loop_costs(gpu_pages: Pages, pages: Pages) -> None:
    page = gpu_pages.context().new_page()
    page.add_init_script(KEEP_THE_WORKERS)
    tab = EarnPage(page).open().sign_in().work()
    alone, serving = [], []
    for _ in range(ROUNDS):
        alone.append(next_answer(page, lambda: page.evaluate(ASK_THE_ENGINE, ALPHABET.question)))
        chat = pages.chat()
        serving.append(next_answer(page, lambda: chat.send(ALPHABET.question)))
        assert chat.finished("done") == ALPHABET.answer
        tab.wait_phase("waiting")
    cost = 1 - statistics.median(serving) / statistics.median(alone)
    print(
        f"\nthe engine alone: {statistics.median(alone):.1f} tokens/s, while it serves: "
        f"{statistics.median(serving):.1f} tokens/s; the network loop and all servers beside it cost {cost:.1%}"
    )
