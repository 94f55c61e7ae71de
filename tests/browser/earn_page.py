"""The Earn page as a worker's owner sees it, and what its engine does on the GPU."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Error, Locator, Page, Route, Worker, expect

from tests.stack.support import Database

from .chat_page import ChatPage

LOAD_MS = 400_000
"""From Start to the first claim: the runtime, the weights, compiling and the self-test, on a busy machine."""
PATIENCE_MS = 120_000
"""For what the page does at once where the machine is quiet."""

WATCH_GPU = """
() => {
    if (self.gpuWatched || !self.GPUComputePassEncoder) return;
    self.gpuWatched = true;
    self.dispatches = 0;
    const pass = GPUComputePassEncoder.prototype;
    for (const name of ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"]) {
        const original = pass[name];
        pass[name] = function (...args) {
            self.dispatches += 1;
            return original.apply(this, args);
        };
    }
    const requestDevice = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...args) {
        const device = await requestDevice.apply(this, args);
        (self.devices ??= []).push(device);
        return device;
    };
}
"""
"""Counts the work that is given to the GPU and keeps the devices, in a worker that has not begun yet."""


@dataclass(frozen=True)
class EarnPage:
    page: Page

    def __post_init__(self) -> None:
        self.page.on("worker", self._watch)

    @staticmethod
    def _watch(worker: Worker) -> None:
        worker.evaluate(WATCH_GPU)

    def test_id(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    @property
    def card(self) -> Locator:
        return self.test_id("earn-phase")

    @property
    def phase(self) -> str:
        return self.card.get_attribute("data-phase") or ""

    def configure(self, settings: dict[str, object]) -> None:
        """Have the server's page come with other settings of the Earn page."""

        def change(route: Route) -> None:
            answer = route.fetch()
            pattern = re.compile(
                r'(<script id="ashao-config" type="application/json">)(.*?)(</script>)', re.S
            )

            def changed(match: re.Match[str]) -> str:
                config = json.loads(match[2])
                config["earn"] |= settings
                return match[1] + json.dumps(config) + match[3]

            route.fulfill(response=answer, body=pattern.sub(changed, answer.text()))

        self.page.route(re.compile(r"/earn$"), change)

    def open(self) -> "EarnPage":
        self.page.goto("/earn")
        expect(self.card).to_be_visible()
        return self

    def sign_in(self) -> "EarnPage":
        self.test_id("sign-in").click()
        self.test_id("dev-wallet").click()
        expect(self.test_id("balance")).to_be_visible()
        return self

    def start(self) -> None:
        self.test_id("start-worker").click()

    def work(self) -> "EarnPage":
        """Start, and wait until the tab waits for a question."""
        self.start()
        self.wait_phase("waiting", timeout_ms=LOAD_MS)
        return self

    def wait_phase(self, *names: str, timeout_ms: float = PATIENCE_MS) -> None:
        expect(self.card).to_have_attribute(
            "data-phase", re.compile(f"^({'|'.join(names)})$"), timeout=timeout_ms
        )

    def expect_problem(self, kind: str, timeout_ms: float = PATIENCE_MS) -> None:
        expect(self.test_id("earn-problem")).to_have_attribute("data-kind", kind, timeout=timeout_ms)

    def micros(self, name: str) -> int:
        """A figure of the dashboard, in µUSDC."""
        return int(self.test_id(name).get_attribute("data-micros") or "-1")

    # The engine's worker

    def dispatches(self) -> int:
        """How many times the engine has given the GPU something to compute."""
        return sum(self._ask("() => self.dispatches ?? 0"))

    def lose_the_gpu(self) -> None:
        """Destroy the engine's device, as a driver that crashes does."""
        self._ask("() => { for (const device of self.devices ?? []) device.destroy(); return 0; }")

    def _ask(self, code: str) -> Sequence[int]:
        found = []
        for worker in self.page.workers:
            try:
                found.append(int(worker.evaluate(code)))
            except Error:
                continue  # it has ended in this moment
        return found

    def break_the_weights(self) -> int:
        """Spoil a byte in each large part of the weights on the disk; how many parts."""
        broken: int = self.page.evaluate(BREAK_THE_WEIGHTS)
        return broken


@dataclass(frozen=True)
class Served:
    """How the books saw an answer."""

    job_id: str
    by: str
    worker: str
    earned: int
    attempts: int


def served(chat: ChatPage, database: Database) -> Served:
    """The newest answer's job."""
    job_id = str(chat.saved()["jobId"])
    (row,) = database.rows(
        "SELECT j.served_by, coalesce(w.public_id, ''), j.earned_micros, j.attempts FROM workers_job j"
        " LEFT JOIN workers_worker w ON w.id = j.worker_id WHERE j.public_id = %s",
        job_id,
    )
    return Served(job_id, *row)


def worker_of(tab: EarnPage) -> str:
    return tab.test_id("worker-row").first.get_attribute("data-worker-id") or ""


BREAK_THE_WEIGHTS = """
async () => {
    let broken = 0;
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const response = await cache.match(request);
            const bytes = new Uint8Array(await response.clone().arrayBuffer());
            if (bytes.length < 100_000) continue;
            bytes[bytes.length >> 1] ^= 0xff;
            await cache.put(request, new Response(bytes, { headers: response.headers }));
            broken += 1;
        }
    }
    return broken;
}
"""
