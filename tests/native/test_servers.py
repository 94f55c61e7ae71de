"""A worker whose model server is slow, gone, or in trouble with one conversation."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from ashao_worker.config import parse
from ashao_worker.gate import UpstreamGate
from ashao_worker.network import Network
from ashao_worker.runner import Runner
from ashao_worker.shutdown import Shutdown
from ashao_worker.status import Quiet
from ashao_worker.upstream import Upstream

from .conftest import Programs
from .fake_network import API_KEY, FakeNetwork
from .fake_upstream import FakeUpstream, answer_of
from .test_runner import Serving


@pytest.fixture
async def serving(
    network: FakeNetwork, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Serving]:
    monkeypatch.setattr("ashao_worker.runner.HEARTBEAT_S", 0.1)
    monkeypatch.setattr("ashao_worker.gate.UPSTREAM_WATCH_S", 0.1)
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        model = Upstream(upstream.url, client, key=None, max_tokens=99, temperature=None, silence_s=20)
        model.model = "tiny"
        worker = Network(network.server.url, client)
        await worker.register(API_KEY, "tiny", ["max"])
        config, shutdown = parse(["--api-key", API_KEY], {}), Shutdown()
        runner = Runner(config, ["max"], network=worker, upstream=model, reporter=Quiet(), shutdown=shutdown)
        serving = Serving(runner, shutdown)
        yield serving
        serving.task.cancel()
        await asyncio.gather(serving.task, return_exceptions=True)


async def next_event(program) -> dict:
    return json.loads(await asyncio.wait_for(program.process.stdout.readline(), 30))


async def test_a_model_that_is_still_being_loaded_is_waited_for(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.loading = True
    job = network.put("hello")
    program = await programs.start("--once", "--json")
    event = await next_event(program)
    assert (event["event"], event["state"]) == ("state", "upstream_loading")
    assert network.calls == []  # nobody waits for a worker that could not answer
    upstream.loading = False
    assert await program.wait() == 0
    assert job.state == "done"
    assert len(upstream.probes) == 1


async def test_answers_that_start_within_a_thought_are_known_by_a_greeting(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.thought = "They greet me. "
    job = network.put("hello")
    program = await programs.start("--once", "--json")
    assert await program.wait() == 0
    assert (job.thoughts, job.text) == (
        upstream.thought,
        "".join(answer_of([{"role": "user", "content": "hello"}])),
    )


async def test_one_that_answers_its_list_and_not_its_model_is_waited_for_too(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.probe_status = 500
    program = await programs.start("--once", "--json")
    assert (await next_event(program))["state"] == "upstream_loading"
    assert network.calls == []
    upstream.probe_status = 0
    job = network.put("hello")
    assert await program.wait() == 0
    assert job.state == "done"


async def test_headers_that_take_long_are_waited_for_and_that_is_said(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.probe_wait_s = 4.0  # above what is told of
    job = network.put("hello")
    program = await programs.start("--once", "--json")
    event = await next_event(program)
    assert (event["state"], event["detail"]) == (
        "upstream_loading",
        "waiting for the model server's first answer",
    )
    assert network.calls == []
    assert await program.wait() == 0
    assert job.state == "done"


async def test_it_can_be_stopped_while_it_waits(programs: Programs, upstream: FakeUpstream) -> None:
    upstream.loading = True
    program = await programs.start("--json")
    await next_event(program)
    program.process.terminate()
    assert await program.wait() == 0


async def test_a_long_conversation_shuts_nobody_out(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.reads_chars = 500
    long, short = network.put("x" * 600), network.put("hello")
    program = await programs.start("--json")
    await network.until(lambda: short.state == "done")
    assert (long.state, long.reason) == ("failed", "the conversation is longer than the model server reads")
    program.process.terminate()
    await program.wait()
    assert "upstream_down" not in [event["state"] for event in program.named("state")]
    assert len(upstream.probes) == 1  # what the server said of it leaves no doubt
    assert len([r for r in upstream.requests if len(r["messages"][0]["content"]) == 600]) == 1


async def test_a_conversation_that_is_refused_has_the_server_asked_and_shuts_nothing(
    serving: Serving, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.error = 400
    refused = network.put("a picture of nothing")
    await network.until(lambda: refused.state == "failed")
    upstream.error = 0
    served = network.put("hello")
    await network.until(lambda: served.state == "done")
    assert len(upstream.probes) == 2  # at the start, and after the refusal
    await network.until(lambda: network.ready[-1])


async def test_a_worker_whose_model_server_is_gone_is_not_waited_for(
    serving: Serving, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    await network.until(lambda: network.claims_waiting == 1)
    await network.until(lambda: network.ready and network.ready[-1])
    await upstream.server.stop()
    await network.until(lambda: not network.ready[-1])
    await network.until(lambda: network.claims_waiting == 0)
    job = network.put("hello")
    await upstream.server.start()
    await network.until(lambda: job.state == "done")
    await network.until(lambda: network.ready[-1])
    assert await serving.drain() == 0


async def test_a_worker_that_leaves_says_so(
    serving: Serving, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.hang_after = 2
    job = network.put("hello")
    await network.until(lambda: job.chunks)
    serving.shutdown.request(5)
    await network.until(lambda: not network.ready[-1])
    serving.shutdown.request()
    await asyncio.wait_for(serving.task, 60)


async def test_many_doubtful_failures_in_a_row_are_the_servers(upstream: FakeUpstream) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        server = Upstream(upstream.url, client, key=None, max_tokens=9, temperature=None, silence_s=20)
        gate = UpstreamGate(server)
        await gate.passed()
        for _ in range(2):
            gate.doubted("empty answer")
            assert gate.ready
            await gate.passed()
        gate.doubted("empty answer")
        assert not gate.ready
        assert gate.trouble == "empty answer"
        await gate.passed()
        assert gate.ready
        assert len(upstream.probes) == 4


async def test_thoughts_go_out_while_the_model_thinks(
    serving: Serving, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.deltas = ["<think>", "hm, ", "well", "</think>\n\n", "Forty-two."]
    upstream.hang_after = 3
    job = network.put("hello")
    await network.until(lambda: job.thoughts == "hm, well")
    assert job.text == ""
    network.stop(job)  # Stop is heard though no chunk comes
    await network.until(lambda: upstream.broken_off == 1)


async def test_a_network_of_the_first_edition_is_told_no_thoughts(
    serving: Serving, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    network.first_edition = True
    network.ready.clear()
    await network.until(lambda: len(network.ready) > 2)
    upstream.deltas = ["<think>hm</think>Forty-", "two."]
    job = network.put("hello")
    await network.until(lambda: job.state == "done")
    assert job.chunks[0].startswith("Forty")
    assert (job.text, job.thoughts) == ("Forty-two.", "")


@pytest.mark.parametrize("call", ["register", "claim"])
async def test_a_network_that_says_when_is_asked_again_then(
    programs: Programs, network: FakeNetwork, call: str
) -> None:
    refusal = {"error": "Too many.", "code": "rate_limited"}
    network.answers[call] = [(429, refusal, {"retry_after": "2"})]
    job = network.put("hello")
    program = await programs.start("--once")
    await network.until(lambda: call in network.calls)
    asked_s = time.monotonic()
    await network.until(lambda: network.calls.count(call) == 2)
    assert time.monotonic() - asked_s > 1.5
    assert await program.wait() == 0
    assert job.state == "done"
