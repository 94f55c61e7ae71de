"""Going on with an answer that somebody else began, by servers that do it each in their own way."""

from collections.abc import AsyncIterator

import httpx
import pytest
from ashao_worker.answers import Claim
from ashao_worker.continuation import CONTINUE, PROBE_PREFIX
from ashao_worker.job import Done, Failed, JobRun
from ashao_worker.network import Network
from ashao_worker.stats import Stats
from ashao_worker.upstream import Upstream

from .fake_network import API_KEY, FakeNetwork
from .fake_upstream import FakeUpstream, answer_of

WORDS = "one two three four five six seven eight"
WHOLE = "".join(answer_of([{"role": "user", "content": WORDS}]))
PREFIX = WHOLE[:33]
THINKS = "Assistant response prefill is incompatible with enable_thinking."


class Going:
    def __init__(self, fake: FakeNetwork, network: Network, upstream: Upstream) -> None:
        self.fake, self.network, self.upstream = fake, network, upstream

    async def on(self, prefix: str = PREFIX):
        job = self.fake.put(WORDS, prefix=prefix)
        claim = await self.network.claim(["max"], 1000)
        assert isinstance(claim, Claim)
        return job, await JobRun(claim, self.network, self.upstream, Stats()).run()


@pytest.fixture
async def going(network: FakeNetwork, upstream: FakeUpstream) -> AsyncIterator[Going]:
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        server = Upstream(upstream.url, client, key=None, max_tokens=99, temperature=None, silence_s=20)
        server.model = "tiny"
        worker = Network(network.server.url, client)
        await worker.register(API_KEY, "tiny", ["max"])
        yield Going(network, worker, server)


async def test_a_server_that_goes_on_is_left_to_it(going: Going, upstream: FakeUpstream) -> None:
    await going.upstream.probe()
    (probe,) = upstream.probes
    assert (probe["messages"][-1], probe["temperature"]) == (
        {"role": "assistant", "content": PROBE_PREFIX},
        0,
    )
    job, outcome = await going.on()
    assert isinstance(outcome, Done)
    assert PREFIX + job.text == WHOLE
    assert upstream.requests[0]["messages"][-1] == {"role": "assistant", "content": PREFIX}


@pytest.mark.parametrize("refuses", ["", THINKS, "Expected last role User or Tool"])
async def test_a_server_that_does_not_is_asked_to_in_a_turn_of_the_persons(
    going: Going, upstream: FakeUpstream, refuses: str
) -> None:
    """llama-cpp-python takes what the model said for finished, and answers anew; llama.cpp may refuse it."""
    upstream.takes_prefix, upstream.refuses_prefix = False, refuses
    await going.upstream.probe()
    job, outcome = await going.on()
    assert isinstance(outcome, Done)
    assert PREFIX + job.text == WHOLE
    (asked,) = upstream.requests  # at once: nothing had to be refused first
    assert asked["messages"][-2:] == [
        {"role": "assistant", "content": PREFIX},
        {"role": "user", "content": CONTINUE},
    ]
    assert "continue_final_message" not in asked
    assert "stream_options" in asked


async def test_a_refusal_that_comes_only_with_a_job_is_learned_from(
    going: Going, upstream: FakeUpstream
) -> None:
    upstream.refuses_prefix = THINKS
    for _ in range(2):
        job, outcome = await going.on()
        assert isinstance(outcome, Done)
        assert PREFIX + job.text == WHOLE
    last = [body["messages"][-1]["role"] for body in upstream.requests]
    assert last == [
        "assistant",
        "assistant",
        "user",
        "user",
    ]  # with and without our fields; then the other way


@pytest.mark.parametrize("before", ["", "\n\n"])
async def test_an_answer_that_begins_anew_is_handed_on_and_garbles_nothing(
    going: Going, upstream: FakeUpstream, before: str
) -> None:
    """Tried with a real server: "10,000 BCThe history of bread is…" was paid as a whole answer."""
    upstream.takes_prefix = False
    upstream.deltas = [*f"{before}The history of bread is ", "long."]
    job, outcome = await going.on("The history of bread dates back to 10,000 BC")
    assert outcome == Failed("model began its answer anew", upstream=False, unsure=True)
    assert (job.state, job.text) == ("failed", "")


async def test_an_answer_that_is_repeated_whole_goes_on_behind_what_was_read(
    going: Going, upstream: FakeUpstream
) -> None:
    upstream.takes_prefix = False
    job, outcome = await going.on()
    assert isinstance(outcome, Done)
    assert PREFIX + job.text == WHOLE


async def test_what_only_thinks_adds_nothing_to_a_prefix(going: Going, upstream: FakeUpstream) -> None:
    upstream.takes_prefix, upstream.deltas, upstream.finish = False, ["<think>on and on"], "length"
    _, outcome = await going.on()
    assert outcome == Failed("only thoughts, no answer", upstream=False, unsure=True)
