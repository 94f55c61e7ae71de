"""The loop, in this process, with a heartbeat that is faster than life."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from ashao_worker.config import parse
from ashao_worker.network import Network
from ashao_worker.runner import Runner
from ashao_worker.shutdown import Shutdown
from ashao_worker.status import Quiet
from ashao_worker.upstream import Upstream

from .fake_network import API_KEY, FakeJob, FakeNetwork
from .fake_upstream import FakeUpstream, answer_of


class Serving:
    """A runner at work."""

    def __init__(self, runner: Runner, shutdown: Shutdown) -> None:
        self.runner, self.shutdown = runner, shutdown
        self.task = asyncio.create_task(runner.run())

    async def drain(self) -> int:
        self.shutdown.request(0.2)
        return await asyncio.wait_for(self.task, 60)


@pytest.fixture
async def serving(
    network: FakeNetwork, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Serving]:
    monkeypatch.setattr("ashao_worker.runner.HEARTBEAT_S", 0.1)
    monkeypatch.setattr("ashao_worker.retries.LEASE_GRACE_S", 0.0)
    network.lease_ms = 600
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        model = Upstream(upstream.url, client, key=None, max_tokens=9, temperature=None, silence_s=1.2)
        model.model = "tiny"
        worker = Network(network.server.url, client)
        await worker.register(API_KEY, "tiny", ["max"])
        config, shutdown = parse(["--api-key", API_KEY, "--jobs", "2"], {}), Shutdown()
        runner = Runner(config, ["max"], network=worker, upstream=model, reporter=Quiet(), shutdown=shutdown)
        serving = Serving(runner, shutdown)
        yield serving
        serving.task.cancel()
        await asyncio.gather(serving.task, return_exceptions=True)


def said(job: FakeJob) -> str:
    """What the model server says of it before it hangs."""
    return "".join(answer_of(job.messages)[:4])


async def test_a_heartbeat_carries_orders_and_the_speed(
    serving: Serving, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.hang_after = 4
    stopped, lost = network.put("stop me please"), network.put("lose me please")
    await network.until(lambda: all(job.text == said(job) for job in (stopped, lost)))
    network.stop(stopped)
    network.take_away(lost)
    await network.until(lambda: serving.runner.stats.done == 1 and serving.runner.stats.lost == 1)
    assert lost.after_end == 0
    assert max(network.speeds) > 0
    # Both streams of the model server are cut: it works for nobody any more.
    await network.until(lambda: upstream.broken_off == 2)
    assert await serving.drain() == 0


async def test_a_heartbeat_keeps_the_lease_of_a_slow_model(
    serving: Serving, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.hang_after = 2  # given up after 1.2 s, and the lease is half of that
    network.cut_before["fail"] = 1
    job = network.put("slow and steady")
    await network.until(lambda: job.state == "failed")
    assert job.reason == "model server stalled"
    assert await serving.drain() == 0


async def test_a_claim_that_is_refused_for_now_is_tried_again(serving: Serving, network: FakeNetwork) -> None:
    network.answers["claim"] = [(409, {"error": "One claim at a time.", "code": "conflict"}, {})]
    jobs = [network.put(f"question {n}") for n in range(3)]
    await network.until(lambda: all(job.state == "done" for job in jobs))
    assert await serving.drain() == 0


async def test_an_empty_answer_that_comes_at_once_is_no_hot_loop(
    serving: Serving, network: FakeNetwork
) -> None:
    network.answers["claim"] = [(200, {"job": None, "reason": "paused"}, {})] * 1000
    network.put("wakes the claim that waits")
    await asyncio.sleep(1.0)
    assert network.calls.count("claim") < 6
    assert await serving.drain() == 0


async def test_a_heartbeat_names_the_jobs_that_it_is_for(
    serving: Serving, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.hang_after = 2
    await network.until(lambda: [] in network.renewed)
    job = network.put("slow and steady")
    await network.until(lambda: [job.id] in network.renewed)
    assert await serving.drain() == 0
