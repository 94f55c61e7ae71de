"""What dies while 20 answers stream, and what people then have: the answer once, whole, in order, or their credits.

Half of the answers come from two real `ashao-worker` processes (tier pro), half from the cloud (tier max). All
are written by one model server that never says the same twice, so that text that was lost and written again
would differ between its reader and its conversation.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ashao_site.embedded.stack import Stack
from tests.stack.model import NAME, CountingModel, is_whole, producers, question
from tests.stack.support import GRANT_CREDITS, PRICE_CREDITS, Database, NativeWorker, Person, Sent, until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1_500)]

ANSWERS = 20
WORDS = 90
DELTA_S = 0.07
MOST = 16
"""So many answers stream when something dies."""
END_WITHIN_S = 180.0
FAILED_MAX = 0
RESTARTED = ("web", "fallback", "valkey", "postgres")
ENV = {
    "WORKER_GRACE_MS": "1000",
    "WORKER_LEASE_MS": "3000",
    "WORKER_STALL_MS": "3000",
    "WORKER_FIRST_TOKEN_MS": "6000",
    "WORKER_LIVE_MS": "5000",
    "LOG_LEVEL": "WARNING",
    "OPENAI_MODEL": NAME,
    "OPENAI_API_KEY": "none",
    "GEMINI_API_KEY": "",
    "SIMULATED_PROVIDER": "off",
}


@pytest.fixture(scope="module")
def model() -> Iterator[CountingModel]:
    with CountingModel(delta_s=DELTA_S) as running:
        yield running


@pytest.fixture(scope="module")
def stack(model: CountingModel) -> Iterator[Stack]:
    with Stack(env={**ENV, "OPENAI_BASE_URL": model.url}) as running:
        yield running


@dataclass
class Scene:
    """20 answers that stream, those who read them, and the two workers that write half of them."""

    people: list[Person]
    owner: Person
    workers: list[NativeWorker] = field(default_factory=list)
    worker_ids: list[str] = field(default_factory=list)
    sent: list[tuple[Person, Sent]] = field(default_factory=list)
    readers: list["asyncio.Task[None]"] = field(default_factory=list)

    def begun(self) -> int:
        return sum(bool(message.text) for _, message in self.sent)

    def ended(self) -> int:
        return sum(bool(message.endings) for _, message in self.sent)


@asynccontextmanager
async def cast(stack: Stack, model: CountingModel, folder: Path) -> AsyncIterator[Scene]:
    """Two people with credits, and two workers that wait for jobs."""
    stack.wait_ready()
    async with AsyncExitStack() as cleanup:
        people = [await cleanup.enter_async_context(Person(stack.base_url)) for _ in range(3)]
        for person in people:
            await person.sign_in()
        *askers, owner = people
        scene = Scene(askers, owner)
        for number in range(2):
            worker = await owner.register("pro")
            scene.worker_ids.append(worker["workerId"])
            options = ("--model", NAME, "--jobs", "8")
            secret = {"ASHAO_WORKER_TOKEN": worker["workerToken"]}
            process = NativeWorker(stack.base_url, folder / f"worker{number}", model.url, *options, **secret)
            scene.workers.append(cleanup.enter_context(process))
        await until(lambda: _both_are_live(owner), timeout_s=240, otherwise="the workers were not live")
        try:
            yield scene
        finally:
            for reader in scene.readers:
                reader.cancel()
            await asyncio.gather(*scene.readers, return_exceptions=True)


async def ask(scene: Scene) -> None:
    """Send 20 messages at once, and read the answers."""

    async def send(person: Person, tier: str) -> None:
        message = await person.send(question(WORDS), tier=tier, words=WORDS)
        scene.sent.append((person, message))
        scene.readers.append(asyncio.create_task(person.read(message, timeout_s=END_WITHIN_S)))

    each = ANSWERS // 4
    await asyncio.gather(
        *[send(p, tier) for p in scene.people for tier in ("pro", "max") for _ in range(each)]
    )
    assert len(scene.sent) == ANSWERS


async def most_have_begun(scene: Scene) -> None:
    """Wait until most answers stream, and none has ended."""
    await until(lambda: scene.begun() >= MOST, timeout_s=240, otherwise="the answers did not begin")
    assert scene.ended() == 0


async def first_have_ended(scene: Scene) -> None:
    """Wait until some answers have ended: the others are about to."""
    await until(lambda: scene.ended() >= 2, timeout_s=240, otherwise="no answer ended")


async def _both_are_live(owner: Person) -> bool:
    rows = (await owner.stats())["workers"]
    return sum(row["status"] != "offline" for row in rows) == 2


async def all_is_well(scene: Scene, stack: Stack) -> None:
    """Every reader comes to the end, and then everything agrees with everything."""
    await asyncio.gather(*scene.readers)
    failed = 0
    charged = {id(person): 0 for person in scene.people}
    for person, message in scene.sent:
        kept = await person.answer_kept(message)
        (ending,) = message.endings
        assert message.text == kept["content"], "what was read is not what was kept"
        if ending["type"] == "done":
            assert kept["status"] == "done"
            assert is_whole(message.text, WORDS), message.text
            charged[id(person)] += PRICE_CREDITS[message.tier]
        else:
            assert kept["status"] == "failed"
            failed += 1
        again = await person.answer(
            "GET", f"/api/chat/stream?jobId={message.job_id}", headers={"Last-Event-ID": message.event_id}
        )
        assert again.status_code == 204, "there was something after the end"
    for person in scene.people:
        assert await person.credits() == GRANT_CREDITS - charged[id(person)]
    database = Database(stack)
    database.assert_true_to([message for _, message in scene.sent])
    database.check_books()
    handed_on = sum(producers(message.text) > 1 for _, message in scene.sent)
    reconnected = sum(message.connections > 1 for _, message in scene.sent)
    print(f"{failed} failed, {handed_on} handed on, {reconnected} read over several connections")
    assert failed <= FAILED_MAX, "somebody was there to go on, and did not"


async def kill_and_wait(stack: Stack, name: str) -> None:
    """Kill -9; the supervisor starts it again. The readers go on meanwhile."""
    await asyncio.to_thread(stack.wait_restarted, name, stack.kill(name))


async def test_a_worker_that_holds_jobs_is_killed(stack: Stack, model: CountingModel, tmp_path: Path) -> None:
    async with cast(stack, model, tmp_path) as scene:
        await ask(scene)
        await most_have_begun(scene)
        running = {row["id"]: row["running"] for row in (await scene.owner.stats())["workers"]}
        victim = max(range(2), key=lambda number: running[scene.worker_ids[number]])
        assert running[scene.worker_ids[victim]] >= 2
        scene.workers[victim].kill()
        await all_is_well(scene, stack)
        assert any(producers(message.text) > 1 for _, message in scene.sent)


@pytest.mark.parametrize("name", RESTARTED)
async def test_a_process_is_killed_while_answers_stream(
    name: str, stack: Stack, model: CountingModel, tmp_path: Path
) -> None:
    async with cast(stack, model, tmp_path) as scene:
        await ask(scene)
        await most_have_begun(scene)
        await kill_and_wait(stack, name)
        await all_is_well(scene, stack)


@pytest.mark.parametrize("name", RESTARTED)
async def test_a_process_is_killed_while_answers_end(
    name: str, stack: Stack, model: CountingModel, tmp_path: Path
) -> None:
    async with cast(stack, model, tmp_path) as scene:
        await ask(scene)
        await first_have_ended(scene)
        await kill_and_wait(stack, name)
        await all_is_well(scene, stack)


@pytest.mark.parametrize("name", ["web", "valkey", "postgres"])
async def test_a_process_is_killed_while_messages_are_sent(
    name: str, stack: Stack, model: CountingModel, tmp_path: Path
) -> None:
    async with cast(stack, model, tmp_path) as scene:
        asking = asyncio.create_task(ask(scene))
        await until(lambda: len(scene.sent) >= 3, timeout_s=240, otherwise="nothing was sent")
        await kill_and_wait(stack, name)
        await asking
        await all_is_well(scene, stack)


async def test_the_credits_are_back_where_nobody_can_answer(stack: Stack, model: CountingModel) -> None:
    stack.wait_ready()
    model.broken = True
    try:
        async with Person(stack.base_url) as alice:
            await alice.sign_in()
            sent = [await alice.send(question(WORDS), tier=tier) for tier in ("pro", "max")]
            assert await alice.credits() == GRANT_CREDITS - sum(PRICE_CREDITS.values())
            for message in sent:
                await alice.read(message, timeout_s=END_WITHIN_S)
                assert (message.text, message.endings[0]["type"]) == ("", "error")
                assert (await alice.answer_kept(message))["status"] == "failed"
            assert await alice.credits() == GRANT_CREDITS
            database = Database(stack)
            database.assert_true_to(sent)
            database.check_books()
    finally:
        model.broken = False
