"""What the network loop costs: the engine's own speed alone, and while it serves people. Printed, not asserted.

Only where it is asked for: `ROUNDS=5 make test PYTEST_ARGS="-s tests/browser/test_earn_cost.py"`.

The servers of the network run on the same processor here, beside a GPU that is that processor too, and take their
part of it. So it is measured in three ways, one after the other, again and again: the engine alone; the loop, with its
chunks answered inside the page; and the loop with the real servers beside it. The second is nearest to what an owner
has.
"""

import os
import statistics
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.tiny_model.chats import CAKE

from .chat_page import wait_until
from .conftest import Pages
from .earn_page import EarnPage

ROUNDS = int(os.environ.get("ROUNDS", "0"))
pytestmark = [
    pytest.mark.timeout(1_500),
    pytest.mark.skipif(not ROUNDS, reason="a measurement: it runs with ROUNDS=5 in the environment"),
]

KEEP_THE_ENGINE = """
self.answers = [];
self.servers = true;
const realFetch = self.fetch;
self.fetch = (url, init) =>
    self.servers || !String(url).endsWith("/api/worker/token")
        ? realFetch(url, init)
        : Promise.resolve(Response.json({ ok: true, stop: false }));
self.Worker = class extends Worker {
    constructor(...args) {
        super(...args);
        this.addEventListener("message", ({ data }) => {
            if (data?.type !== "generated") return;
            self.engine = this;
            self.answers.push(data.generated);
        });
    }
};
"""
ASK_THE_ENGINE = """
(question) => {
    const input = { messages: [{ role: "user", content: question }], prefix: "", maxNewTokens: 400 };
    self.engine.postMessage({ type: "generate", id: 1_000_000, input });
}
"""


def speed_of(page: Page, ask: Callable[[], object]) -> float:
    """The engine's own speed, in tokens a second, in the answer that `ask` brings about."""
    before = page.evaluate("self.answers.length")
    ask()
    wait_until(lambda: page.evaluate("self.answers.length") > before)
    answer = page.evaluate("self.answers.at(-1)")
    assert answer["finish"] == "stop"
    return float(answer["tokensPerSecond"])


def test_what_the_loop_costs(gpu_pages: Pages, pages: Pages) -> None:
    page = gpu_pages.context().new_page()
    page.emulate_media(reduced_motion="reduce")  # the page's lamp is drawn by the same processor too
    page.add_init_script(KEEP_THE_ENGINE)
    gpu_pages.expect_problem(r"409 .*/api/worker/complete")  # of answers that never left the page
    tab = EarnPage(page).open().sign_in().work()
    speeds: dict[str, list[float]] = {"alone": [], "loop": [], "serving": []}

    def serve(kind: str) -> None:
        page.evaluate("(servers) => { self.servers = servers; }", kind == "serving")
        chat = pages.chat()
        speeds[kind].append(speed_of(page, lambda: chat.send(CAKE.question)))
        if kind == "serving":
            assert chat.finished("done") == CAKE.answer
        tab.wait_phase("waiting")

    for _ in range(ROUNDS):
        speeds["alone"].append(speed_of(page, lambda: page.evaluate(ASK_THE_ENGINE, CAKE.question)))
        serve("loop")
        serve("serving")
    alone, loop, serving = (statistics.median(speeds[kind]) for kind in ("alone", "loop", "serving"))
    print(
        f"\nthe engine alone: {alone:.1f} tokens/s; with the loop: {loop:.1f}, {1 - loop / alone:.1%} less; "
        f"with the loop and all servers on the same processor: {serving:.1f}, {1 - serving / alone:.1%} less"
    )
