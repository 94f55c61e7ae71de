"""A crowd: twenty workers of both kinds, a hundred messages at once; everyone answered, every job paid once."""

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ashao_site.embedded.stack import Stack
from tests.stack.support import Database, NativeWorker, Person, Sent, until
from tests.tiny_model.chats import GREETING
from workers.providers.config import ProviderSettings
from workers.providers.demo_server import DemoHandler
from workers.providers.simulated import SimulatedProvider
from workers.providers.simulated_text import compose

from .conftest import Pages
from .earn_page import EarnPage

pytestmark = pytest.mark.timeout(1_500)

TABS, NATIVE = 1, 19
PEOPLE, MESSAGES_EACH = 20, 5
START_S, ANSWER_S = 300.0, 600.0
SHARE = {"pro": 70_000, "max": 105_000}
SIMULATED = compose([{"role": "user", "content": GREETING.question}])


@contextmanager
def model_server() -> Iterator[str]:
    """A model server without a model, for the native workers."""

    class Fast(DemoHandler):
        provider = SimulatedProvider(ProviderSettings(simulated_tokens_per_second=400))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fast)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def in_thread(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine beside Playwright, whose own loop has this thread."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def test_twenty_workers_of_both_kinds_and_a_hundred_messages(
    gpu_pages: Pages, stack: Stack, tmp_path: Path
) -> None:
    with ExitStack() as ends:
        upstream = ends.enter_context(model_server())
        for _ in range(TABS):
            ends.callback(EarnPage(gpu_pages.context().new_page()).open().sign_in().work().page.close)
        crowd = Crowd(stack)
        in_thread(crowd.start_native(ends, upstream, tmp_path))
        in_thread(crowd.ask_everything())
    crowd.everyone_was_answered()
    crowd.every_job_was_paid_once()


class Crowd:
    """The native workers, those who ask, and what came of it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._database = Database(stack)
        self._sent: list[Sent] = []

    async def start_native(self, ends: ExitStack, upstream: str, folder: Path) -> None:
        """Nineteen `ashao-worker` programs of one owner, each live in both tiers."""
        async with Person(self._stack.base_url) as charlie:
            await charlie.sign_in()
            key = (await charlie.call("POST", "/api/keys", {"name": "crowd"}))["key"]
            for number in range(NATIVE):
                worker = NativeWorker(self._stack.base_url, folder / str(number), upstream, ASHAO_API_KEY=key)
                ends.enter_context(worker)

            async def all_live() -> bool:
                tiers = (await charlie.call("GET", "/api/network"))["tiers"]
                return tiers["max"]["workers"] >= NATIVE and tiers["pro"]["workers"] >= NATIVE + TABS

            await until(all_live, timeout_s=START_S, otherwise="the workers were not all live")

    async def ask_everything(self) -> None:
        """Twenty people, five messages each, all at once; every answer is read to its end."""
        await asyncio.gather(*(self._ask(number) for number in range(PEOPLE)))

    async def _ask(self, number: int) -> None:
        tier = "max" if number % 4 == 0 else "pro"
        async with Person(self._stack.base_url) as person:
            await person.sign_in()
            asked = [person.send(GREETING.question, tier=tier) for _ in range(MESSAGES_EACH)]
            sent = await asyncio.gather(*asked)
            self._sent += sent
            await asyncio.gather(*(person.read(message, timeout_s=ANSWER_S) for message in sent))
            for message in sent:
                assert (await person.answer_kept(message))["content"] == message.text

    def everyone_was_answered(self) -> None:
        """Each text is exactly what its producer says; whoever began and whoever ended it."""
        assert len(self._sent) == PEOPLE * MESSAGES_EACH
        assert {message.endings[0]["type"] for message in self._sent} == {"done"}
        by = Counter(self._check_text(message) for message in self._sent)
        print(f"\nserved by: {dict(by)}")
        assert by["browser"] > 0
        assert by["native"] > 0

    def _check_text(self, message: Sent) -> str:
        ((served_by, attempts),) = self._database.rows(
            "SELECT served_by, attempts FROM workers_job WHERE public_id = %s", message.job_id
        )
        if attempts == 1:
            assert message.text == (GREETING.answer if served_by == "browser" else SIMULATED)
        return str(served_by)

    def every_job_was_paid_once(self) -> None:
        """One transfer for each job, the worker's share by its tier, and the books are true."""
        self._database.assert_true_to(self._sent)
        for message in self._sent:
            ((served_by, earned),) = self._database.rows(
                "SELECT served_by, earned_micros FROM workers_job WHERE public_id = %s", message.job_id
            )
            assert earned == (0 if served_by == "cloud" else SHARE[message.tier])
        self._database.check_books()
