"""The same on both ASGI servers: a guest's answer, a resumed stream, a waiting claim, live news, a real worker.

The grace window is minutes long here: what is answered sooner was not waited for.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from ashao_site.embedded.stack import WEB, Stack
from tests.demo_cloud import demo_cloud
from tests.stack.model import NAME, CountingModel, is_whole, question
from tests.stack.support import Database, NativeWorker, Person, until
from workers.providers.simulated_text import compose

pytestmark = pytest.mark.stack

GRACE_MS = 150_000
SOON_S = 240.0
"""Far below the grace window, far above what it takes on a busy machine."""
ENV = {
    "WORKER_GRACE_MS": str(GRACE_MS),
}
TOKENS_PER_SECOND = 120


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with (
        demo_cloud(tokens_per_second=TOKENS_PER_SECOND) as cloud,
        Stack(asgi_server=request.param, only=(*WEB, "fallback"), env={**ENV, **cloud}) as running,
    ):
        yield running


async def no_worker_is_live(person: Person, tier: str) -> None:
    async def gone() -> bool:
        return (await person.call("GET", "/api/network"))["tiers"][tier]["workers"] == 0

    await until(gone, timeout_s=SOON_S, otherwise="the workers did not leave")


async def test_a_guest_is_answered_at_once_and_reads_on_after_a_break(stack: Stack) -> None:
    async with Person(stack.base_url) as guest:
        assert (await guest.call("GET", "/readyz")) is not None
        await no_worker_is_live(guest, "pro")
        asked = "What is this network?"
        sent = await guest.send(asked, tier="pro")
        await guest.read(sent, timeout_s=SOON_S, events_max=3)
        begun = sent.text
        assert begun
        assert not sent.endings
        await guest.read(sent, timeout_s=SOON_S)
        assert sent.connections == 2
        assert sent.text == compose([{"role": "user", "content": asked}])
        assert sent.text.startswith(begun)
        assert sent.endings[0]["type"] == "done"
        assert (await guest.answer_kept(sent))["content"] == sent.text


async def test_a_waiting_claim_gets_the_job_before_the_cloud(stack: Stack) -> None:
    async with Person(stack.base_url) as bob, Person(stack.base_url) as charlie:
        await bob.sign_in()
        await charlie.sign_in()
        worker = await charlie.register("max", model="tiny")
        bearer = {"Authorization": f"Bearer {worker['workerToken']}"}

        async def call(name: str, **body: Any) -> Any:
            return await charlie.call("POST", f"/api/worker/{name}", body, bearer)

        claiming = asyncio.create_task(call("claim", tier="max", waitMs=14_000))

        async def live() -> bool:
            return (await bob.call("GET", "/api/network"))["tiers"]["max"]["workers"] == 1

        await until(live, timeout_s=SOON_S, otherwise="the worker was not live")
        sent = await bob.send("hello", tier="max")
        claimed = await claiming
        assert claimed["job"]["id"] == sent.job_id
        assert claimed["messages"][-1] == {"role": "user", "content": "hello"}
        mine = {"jobId": sent.job_id, "lease": claimed["lease"]["token"]}
        for seq, value in enumerate(["Hello", ", bob", "."]):
            assert await call("token", **mine, seq=seq, value=value) == {"ok": True, "stop": False}
        stale = {**mine, "lease": "ls_other", "seq": 3, "value": "!"}
        refused = await charlie.answer("POST", "/api/worker/token", stale, bearer)
        assert (refused.status_code, refused.json()["code"]) == (409, "lease_lost")
        assert await call("complete", **mine, tokens=3) == {"earned": 105_000}
        assert await call("complete", **mine, tokens=3) == {"earned": 105_000}
        await bob.read(sent, timeout_s=SOON_S)
        assert (sent.text, sent.endings[0]["tokens"]) == ("Hello, bob.", 3)
        assert await bob.credits() == 485
        await call("release")


async def test_news_come_by_websocket(stack: Stack) -> None:
    async with Person(stack.base_url) as alice:
        await alice.sign_in()
        cookies = "; ".join(f"{name}={value}" for name, value in alice.http.cookies.items())
        address = f"ws{stack.base_url.removeprefix('http')}/ws/live"
        async with connect(
            address, additional_headers={"Cookie": cookies}, origin=stack.base_url, proxy=None
        ) as socket:
            await news(socket, "network")
            await no_worker_is_live(alice, "pro")
            sent = await alice.send("hello", tier="pro")
            assert await news(socket, "balance") == {"type": "balance", "credits": 490}
            await alice.read(sent, timeout_s=SOON_S)
        assert await alice.credits() == 490


async def news(socket: ClientConnection, kind: str) -> Any:
    """The next news of a kind."""
    async with asyncio.timeout(SOON_S):
        while True:
            found = json.loads(await socket.recv())
            if found["type"] == kind:
                return found


async def test_the_worker_program_serves_and_is_paid(stack: Stack, tmp_path: Path) -> None:
    async with Person(stack.base_url) as bob, Person(stack.base_url) as charlie:
        await bob.sign_in()
        await charlie.sign_in()
        key = await charlie.call("POST", "/api/keys", {"name": "rig"})
        with CountingModel(delta_s=0.01) as model:
            options = ("--once", "--model", NAME, "--tiers", "pro")
            secret = {"ASHAO_API_KEY": key["key"]}
            with NativeWorker(stack.base_url, tmp_path, model.url, *options, **secret) as worker:
                await until(lambda: _is_live(charlie), timeout_s=SOON_S, otherwise="the worker was not live")
                sent = await bob.send(question(40), tier="pro", words=40)
                await bob.read(sent, timeout_s=SOON_S)
                assert await asyncio.to_thread(worker.process.wait, 60) == 0
                (done,) = worker.events("done")
        assert is_whole(sent.text, 40)
        assert (await bob.answer_kept(sent))["content"] == sent.text
        assert (done["jobId"], done["earnedMicros"]) == (sent.job_id, 70_000)
        stats = await charlie.stats()
        assert (stats["jobs"], stats["earned"]) == (1, 70_000)
        database = Database(stack)
        # Granted credits paid for it: the share waits in escrow.
        assert database.balance(charlie, "escrow") == 70_000
        assert database.balance(charlie, "earnings") == 0
        database.assert_true_to([sent])
        database.check_books()


async def _is_live(owner: Person) -> bool:
    return any(row["status"] != "offline" for row in (await owner.stats())["workers"])
