"""The worker program between a real network and model servers as they are: they think, cut answers, and go away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ashao_site.embedded.stack import Stack
from tests.demo_cloud import demo_cloud
from tests.native.quirks import DONE, PART, PARTS, STOP, Quirk, QuirkServer, delta, event, said
from tests.stack.support import Database, NativeWorker, Person, until

pytestmark = pytest.mark.stack

SOON_S = 240.0
FIRST_TOKEN_MS = 5_000
ENV = {
    "WORKER_GRACE_MS": "20000",
    "WORKER_FIRST_TOKEN_MS": str(FIRST_TOKEN_MS),
    "WORKER_STALL_MS": str(FIRST_TOKEN_MS),
}
HANGS_S = 120.0


def thinking(*, pieces: int, each_s: float) -> list[bytes | float]:
    thought = event(delta(content="", reasoning_content="hm "))
    return [step for _ in range(pieces) for step in (thought, each_s)]


def quirk(*steps: bytes | float) -> Quirk:
    return Quirk("scripted", "a test", steps, "", "stop")


@dataclass
class Scene:
    bob: Person
    charlie: Person
    server: QuirkServer
    worker: NativeWorker

    async def workers(self) -> int:
        return int((await self.bob.call("GET", "/api/network"))["tiers"]["max"]["workers"])

    async def earned(self) -> int:
        return int((await self.charlie.stats())["earned"])


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with demo_cloud(tokens_per_second=0) as cloud, Stack(env={**ENV, **cloud}) as running:
        yield running


@pytest.fixture
async def scene(stack: Stack, tmp_path: Path) -> AsyncIterator[Scene]:
    async with Person(stack.base_url) as bob, Person(stack.base_url) as charlie:
        await bob.sign_in()
        await charlie.sign_in()
        key = await charlie.call("POST", "/api/keys", {"name": "rig"})
        with QuirkServer() as server:
            server.quirk = quirk(*said("Yes."), STOP, DONE)
            options, secret = ("--model", "m"), {"ASHAO_API_KEY": key["key"]}
            with NativeWorker(stack.base_url, tmp_path, server.url, *options, **secret) as worker:
                scene = Scene(bob, charlie, server, worker)

                async def live() -> bool:
                    return await scene.workers() == 1

                await until(live, timeout_s=SOON_S, otherwise="the worker was not live")
                yield scene
                worker.process.terminate()
                await asyncio.to_thread(worker.process.wait, 30)

                async def gone() -> bool:
                    return await scene.workers() == 0

                await until(gone, timeout_s=SOON_S, otherwise="the worker did not leave")


async def test_a_model_that_thinks_for_long_keeps_its_job(stack: Stack, scene: Scene) -> None:
    """In small: 40 s of thought against 30 s for a first word lost the job twice, to the same worker."""
    long = thinking(pieces=3 * FIRST_TOKEN_MS // 500, each_s=0.5)
    scene.server.quirk = quirk(*long, *said("Forty", "-two."), STOP, DONE)
    sent = await scene.bob.send("What is the answer?", tier="max")
    await scene.bob.read(sent, timeout_s=SOON_S)
    assert (sent.text, sent.endings[0]["finish"]) == ("Forty-two.", "stop")
    assert (await scene.bob.answer_kept(sent))["content"] == "Forty-two."
    assert [event["jobId"] for event in scene.worker.events("done")] == [sent.job_id]
    assert await scene.earned() > 0
    Database(stack).check_books()


async def test_an_answer_that_was_cut_pays_nobody_and_goes_on(stack: Stack, scene: Scene) -> None:
    scene.server.quirk = quirk(*said(*PARTS, finish=""))
    sent = await scene.bob.send("Name three reasons", tier="max")
    await until(
        lambda: bool(scene.worker.events("failed")), timeout_s=SOON_S, otherwise="it was not handed on"
    )
    scene.worker.process.terminate()  # the cloud goes on
    await scene.bob.read(sent, timeout_s=SOON_S)
    assert sent.text.startswith(PART)
    assert len(sent.text) > len(PART)
    assert await scene.earned() == 0
    Database(stack).check_books()


async def test_a_stop_is_heard_while_no_word_comes(scene: Scene) -> None:
    scene.server.quirk = quirk(
        *said("Well, "), *thinking(pieces=1, each_s=HANGS_S), *said("what?"), STOP, DONE
    )
    sent = await scene.bob.send("Say nothing", tier="max")
    await scene.bob.read(sent, timeout_s=SOON_S, events_max=1)
    before = scene.server.broken_off
    await scene.bob.call("POST", "/api/chat/stop", {"jobId": sent.job_id})
    await until(
        lambda: scene.server.broken_off > before,
        timeout_s=HANGS_S / 2,
        otherwise="the model server went on for nobody",
    )


async def test_a_worker_without_its_model_server_is_not_live(scene: Scene) -> None:
    scene.server.stop()

    async def gone() -> bool:
        return await scene.workers() == 0

    await until(gone, timeout_s=SOON_S, otherwise="people wait for it")
    assert scene.worker.process.poll() is None
    sent = await scene.bob.send("Hello", tier="max")
    await scene.bob.read(sent, timeout_s=SOON_S)  # by the cloud
    assert sent.endings[0]["type"] == "done"
