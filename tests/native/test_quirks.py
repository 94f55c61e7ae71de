"""Every row of what model servers really send, read by the native worker over HTTP."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from ashao_worker.answers import Claim
from ashao_worker.job import Done, Failed, JobRun
from ashao_worker.network import Network
from ashao_worker.stats import Stats
from ashao_worker.upstream import Upstream

from .fakes import API_KEY, FakeNetwork
from .quirks import QUIRKS, Quirk, QuirkServer


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as running:
        yield running


@pytest.fixture
async def job(network: FakeNetwork, server: QuirkServer) -> AsyncIterator[JobRun]:
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        upstream = Upstream(server.url, client, key=None, max_tokens=99, temperature=None, silence_s=20)
        upstream.model = "m"
        worker = Network(network.server.url, client)
        await worker.register(API_KEY, "m", ["max"])
        await worker.heartbeat(0, [])
        network.put("Tell me.")
        claim = await worker.claim(["max"], 1000)
        assert isinstance(claim, Claim)
        yield JobRun(claim, worker, upstream, Stats())


@pytest.mark.parametrize("quirk", QUIRKS, ids=str)
async def test_the_worker_reads_what_servers_send(
    network: FakeNetwork, server: QuirkServer, job: JobRun, quirk: Quirk
) -> None:
    server.quirk = quirk
    outcome = await job.run()
    served = network.jobs["job_0"]
    assert (served.text, served.thoughts) == (quirk.text, quirk.thoughts)
    if quirk.outcome == "handed on":
        assert isinstance(outcome, Failed)
        assert (served.state, served.tokens) == ("failed", None)
    else:
        assert isinstance(outcome, Done)
        assert (served.state, served.finish) == ("done", quirk.outcome)
