"""Every row of what model servers really send, read by the native worker over HTTP."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from ashao_worker.answers import Claim
from ashao_worker.job import Done, Failed, JobRun
from ashao_worker.network import Network
from ashao_worker.stats import Stats
from ashao_worker.upstream import Upstream

from .fake_network import API_KEY, FakeNetwork
from .quirks import DONE, OPENING, QUIRKS, STOP, UNMARKED, Quirk, QuirkServer, delta, event, said


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as running:
        yield running


@pytest.fixture
async def upstream(server: QuirkServer) -> AsyncIterator[Upstream]:
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        asked = Upstream(server.url, client, key=None, max_tokens=99, temperature=None, silence_s=20)
        asked.model = "m"
        yield asked


@pytest.fixture
async def worker(network: FakeNetwork) -> AsyncIterator[Network]:
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        running = Network(network.server.url, client)
        await running.register(API_KEY, "m", ["max"])
        await running.heartbeat(0, [])
        yield running


async def claimed(network: FakeNetwork, worker: Network, upstream: Upstream, prefix: str = "") -> JobRun:
    network.put("Tell me.", prefix=prefix)
    claim = await worker.claim(["max"], 1000)
    assert isinstance(claim, Claim)
    return JobRun(claim, worker, upstream, Stats())


@pytest.mark.parametrize("quirk", QUIRKS, ids=str)
async def test_the_worker_reads_what_servers_send(
    network: FakeNetwork, server: QuirkServer, worker: Network, upstream: Upstream, quirk: Quirk
) -> None:
    server.quirk = quirk
    await check(quirk, network, await claimed(network, worker, upstream))


@pytest.mark.parametrize("quirk", UNMARKED, ids=str)
async def test_it_finds_out_that_answers_start_within_a_thought(
    network: FakeNetwork, server: QuirkServer, worker: Network, upstream: Upstream, quirk: Quirk
) -> None:
    server.quirk = UNMARKED[0]
    await upstream.find_thinking()
    assert server.requests[0]["messages"][-1]["role"] == "user"
    server.quirk = quirk
    await check(quirk, network, await claimed(network, worker, upstream))


GREETS = [*said("Hello!"), STOP, DONE]


@pytest.mark.parametrize(
    "greeting",
    [
        GREETS,
        [event(delta(reasoning="</think>")), *GREETS],
        [*said("<think>hm</think>"), *GREETS],
        [*said("Hello!"), DONE],  # which says no reason for its end
        [OPENING, *said("on and on"), event(delta(finish="length")), DONE],
    ],
)
async def test_whose_answers_do_not_is_read_as_usual(
    network: FakeNetwork, server: QuirkServer, worker: Network, upstream: Upstream, greeting: list[bytes]
) -> None:
    server.quirk = UNMARKED[0]
    await upstream.find_thinking()
    server.quirk = Quirk("a greeting", "any", greeting, "", "stop")
    await upstream.find_thinking()  # of another model
    server.quirk = usual = Quirk(
        "an answer", "any", [*said("It is </think>."), STOP, DONE], "It is </think>.", "stop"
    )
    await check(usual, network, await claimed(network, worker, upstream))


async def test_what_goes_on_with_an_open_turn_is_no_thought(
    network: FakeNetwork, server: QuirkServer, worker: Network, upstream: Upstream
) -> None:
    server.quirk = UNMARKED[0]
    await upstream.find_thinking()
    server.quirk = rest = Quirk("the rest", "any", [*said("-two."), STOP, DONE], "-two.", "stop")
    await check(rest, network, await claimed(network, worker, upstream, prefix="Forty"))


async def check(quirk: Quirk, network: FakeNetwork, job: JobRun) -> None:
    outcome = await job.run()
    served = network.jobs["job_0"]
    assert (served.text, served.thoughts) == (quirk.text, quirk.thoughts)
    if quirk.outcome == "handed on":
        assert isinstance(outcome, Failed)
        assert (served.state, served.tokens) == ("failed", None)
    else:
        assert isinstance(outcome, Done)
        assert (served.state, served.finish) == ("done", quirk.outcome)
