"""One job at a time, against both servers, in this process."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from ashao_worker.answers import Claim
from ashao_worker.batcher import Batcher
from ashao_worker.errors import LeaseLost, OutOfOrder
from ashao_worker.job import Done, Failed, JobRun, Lost
from ashao_worker.limits import CHUNK_GATHER_S
from ashao_worker.network import Network
from ashao_worker.stats import Stats
from ashao_worker.thinking import Piece
from ashao_worker.upstream import Upstream
from hypothesis import given, settings
from hypothesis import strategies as st

from .fake_network import API_KEY, FakeNetwork
from .fake_upstream import FakeUpstream, answer_of

WORDS = "one two three four five six seven eight nine ten"


class Bench:
    """A registered worker's parts."""

    def __init__(self, fake: FakeNetwork, network: Network, upstream: Upstream) -> None:
        self.fake, self.network, self.upstream = fake, network, upstream
        self.stats = Stats()

    async def claim(self, words: str = WORDS, *, prefix: str = "") -> JobRun:
        self.fake.put(words, prefix=prefix)
        claim = await self.network.claim(["max"], 1000)
        assert isinstance(claim, Claim)
        return JobRun(claim, self.network, self.upstream, self.stats)

    async def serve(self, words: str = WORDS, *, prefix: str = ""):
        return await (await self.claim(words, prefix=prefix)).run()

    @property
    def job(self):
        return self.fake.jobs["job_0"]


@pytest.fixture
async def bench(network: FakeNetwork, upstream: FakeUpstream) -> AsyncIterator[Bench]:
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        model_server = Upstream(upstream.url, client, key=None, max_tokens=99, temperature=0.0, silence_s=0.5)
        model_server.model = "tiny"
        worker = Network(network.server.url, client)
        await worker.register(API_KEY, "tiny", ["max"])
        yield Bench(network, worker, model_server)


def whole(words: str = WORDS) -> str:
    return "".join(answer_of([{"role": "user", "content": words}]))


async def test_the_answer_arrives_exactly(bench: Bench, upstream: FakeUpstream) -> None:
    outcome = await bench.serve()
    assert isinstance(outcome, Done)
    assert bench.job.text == whole()
    assert bench.job.finish == "stop"
    assert bench.job.tokens == outcome.tokens == 113  # as the model server counted
    assert outcome.earned_micros == 105_000
    body = upstream.requests[0]
    assert (body["model"], body["max_tokens"], body["temperature"], body["stream"]) == ("tiny", 99, 0.0, True)
    assert body["messages"] == [{"role": "user", "content": WORDS}]
    assert "continue_final_message" not in body


async def test_tokens_are_counted_where_the_server_does_not(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.usage = False
    await bench.serve()
    assert bench.job.tokens == 13


async def test_the_longest_answer_is_told_as_such(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.finish = "length"
    await bench.serve()
    assert bench.job.finish == "length"


async def test_a_fast_model_makes_few_calls(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.deltas = [f"{n} " for n in range(400)]
    upstream.delta_s = 0.001
    begun = time.monotonic()
    await bench.serve()
    took_s = time.monotonic() - begun
    assert bench.job.text == "".join(upstream.deltas)
    # However long it took: never more than one chunk for each time of gathering, besides the first and the last.
    assert len(bench.job.chunks) <= took_s / CHUNK_GATHER_S + 2
    assert bench.job.chunks[0] == "0 "  # the first goes out at once


async def test_halves_of_a_character_and_odd_spaces_get_through(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.deltas = ["a\u2028b\x85c\x1c", "\0", "é" * 20_000, "🦙"]
    await bench.serve()
    assert bench.job.text == "a\u2028b\x85c\x1c" + "é" * 20_000 + "🦙"


@pytest.mark.parametrize("side", ["cut_before", "cut_after"])
async def test_a_lost_connection_neither_doubles_nor_loses_a_token(
    bench: Bench, upstream: FakeUpstream, side: str
) -> None:
    upstream.delta_s = 0.02
    getattr(bench.fake, side).update(token=4, complete=1)
    outcome = await bench.serve()
    assert isinstance(outcome, Done)
    assert outcome.earned_micros == 105_000
    assert bench.job.text == whole()


async def test_a_busy_network_is_tried_again_when_it_says(bench: Bench) -> None:
    bench.fake.answers["token"] = [
        (503, {"error": "Down.", "code": "unavailable"}, {}),
        (429, {"error": "Too many.", "code": "rate_limited"}, {"retry_after": "1"}),
        (502, {}, {}),
    ]
    begun = time.monotonic()
    assert isinstance(await bench.serve(), Done)
    assert bench.job.text == whole()
    assert time.monotonic() - begun > 1.0


async def test_a_network_away_for_longer_than_the_lease_loses_the_job(
    bench: Bench, upstream: FakeUpstream
) -> None:
    upstream.delta_s = 0.1
    job = await bench.claim()
    job.lease.until_s = time.monotonic() + 0.6
    job.lease.renew = lambda: None
    running = asyncio.create_task(job.run())
    await bench.fake.until(lambda: bench.job.chunks)
    await bench.fake.server.stop()
    assert isinstance(await asyncio.wait_for(running, 60), Lost)
    await bench.fake.until(lambda: upstream.broken_off == 1)


async def test_chunks_that_the_network_forgot_are_sent_again(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.delta_s = 0.05
    bench.fake.forget_at = 5
    assert isinstance(await bench.serve(), Done)
    assert bench.job.text == whole()


async def test_stop_ends_the_generation_and_keeps_the_text(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.delta_s = 0.05
    bench.fake.stop_at = 3
    outcome = await bench.serve()
    assert isinstance(outcome, Done)
    assert bench.job.state == "done"
    assert len(bench.job.chunks) == 4
    assert whole().startswith(bench.job.text)
    assert outcome.tokens == bench.job.tokens < 13
    await bench.fake.until(lambda: upstream.broken_off == 1)
    assert bench.job.after_end == 0


async def test_a_stop_from_outside_does_the_same(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.hang_after = 3
    job = await bench.claim()
    running = asyncio.create_task(job.run())
    await bench.fake.until(lambda: len(bench.job.text) > 10)
    job.stop()
    assert isinstance(await running, Done)
    assert bench.job.state == "done"


async def test_nothing_is_sent_any_more_once_the_end_is_told(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.hang_after = 6
    bench.fake.cut_before |= {"token": 1000, "complete": 3}
    job = await bench.claim()
    running = asyncio.create_task(job.run())
    await bench.fake.until(lambda: bench.fake.calls.count("token") > 1)
    job.stop()
    assert isinstance(await running, Done)
    assert "token" not in bench.fake.calls[bench.fake.calls.index("complete") :]


async def test_each_chunk_renews_the_lease(
    bench: Bench, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ashao_worker.retries.LEASE_GRACE_S", 0.0)
    upstream.delta_s = 0.08
    bench.fake.lease_ms = 600
    bench.fake.cut_before["complete"] = 2
    assert isinstance(await bench.serve(), Done)


async def test_a_lost_lease_ends_everything_at_once(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.delta_s = 0.05
    running = asyncio.create_task((await bench.claim()).run())
    await bench.fake.until(lambda: len(bench.job.chunks) == 3)
    bench.fake.take_away(bench.job)
    assert isinstance(await running, Lost)
    assert bench.job.after_end == 1  # the call that told us, and none after it
    await bench.fake.until(lambda: upstream.broken_off == 1)


async def test_abandoning_sends_nothing_more(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.hang_after = 2
    job = await bench.claim()
    running = asyncio.create_task(job.run())
    await bench.fake.until(lambda: bench.job.chunks)
    calls = len(bench.fake.calls)
    job.abandon()
    assert isinstance(await running, Lost)
    assert set(bench.fake.calls[calls:]) <= {"token"}
    assert bench.job.state == "running"


async def test_handing_back(bench: Bench, upstream: FakeUpstream) -> None:
    upstream.hang_after = 2
    job = await bench.claim()
    running = asyncio.create_task(job.run())
    await bench.fake.until(lambda: bench.job.chunks)
    job.hand_back()
    assert isinstance(await running, Failed)
    assert (bench.job.state, bench.job.reason) == ("failed", "worker stopping")


@pytest.mark.parametrize("repeats", [True, False])
@pytest.mark.parametrize("cut", [1, 12, 40])
async def test_a_prefix_is_continued(bench: Bench, upstream: FakeUpstream, repeats: bool, cut: int) -> None:
    upstream.repeats_prefix = repeats
    prefix = whole()[:cut]
    assert isinstance(await bench.serve(prefix=prefix), Done)
    assert prefix + bench.job.text == whole()
    body = upstream.requests[0]
    assert body["messages"][-1] == {"role": "assistant", "content": prefix}
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)


async def test_a_continuation_may_be_empty(bench: Bench) -> None:
    assert isinstance(await bench.serve(prefix=whole()), Done)
    assert bench.job.text == ""


async def test_a_server_that_refuses_unknown_fields_is_asked_plainly(
    bench: Bench, upstream: FakeUpstream
) -> None:
    upstream.refuses_extras = True
    assert isinstance(await bench.serve(prefix=whole()[:9]), Done)
    assert whole()[:9] + bench.job.text == whole()
    assert [("stream_options" in body) for body in upstream.requests] == [True, False]


@pytest.mark.parametrize(
    ("fault", "value", "expected"),
    [
        ("error", 500, Failed("model server error 500", upstream=True)),
        ("error", 400, Failed("model server refused the request", upstream=False, unsure=True)),
        ("hang_after", 0, Failed("model server stalled", upstream=True)),
        ("drop_after", 0, Failed("model server dropped the stream", upstream=True)),
        ("deltas", [], Failed("empty answer", upstream=False, unsure=True)),
    ],
)
async def test_a_model_server_that_fails_before_the_first_token(
    bench: Bench, upstream: FakeUpstream, fault: str, value: object, expected: Failed
) -> None:
    setattr(upstream, fault, value)
    assert await bench.serve() == expected
    assert (bench.job.state, bench.job.reason, bench.job.chunks) == ("failed", expected.reason, [])


@pytest.mark.parametrize("fault", ["hang_after", "drop_after", "end_after"])
async def test_what_was_streamed_before_a_failure_is_kept(
    bench: Bench, upstream: FakeUpstream, fault: str
) -> None:
    setattr(upstream, fault, 5)
    assert isinstance(await bench.serve(), Failed)
    assert bench.job.text == "".join(answer_of(bench.job.messages)[:5])
    assert "said" not in bench.job.reason


async def test_a_model_server_that_is_gone(bench: Bench, upstream: FakeUpstream) -> None:
    await upstream.server.stop()
    assert await bench.serve() == Failed("model server unreachable", upstream=True)


async def test_a_network_slower_than_the_model_holds_the_model_back(
    bench: Bench, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ashao_worker.batcher.BUFFER_MAX_CHARS", 100)
    upstream.deltas = ["x" * 30] * 60
    bench.fake.cut_before["token"] = 3
    assert isinstance(await bench.serve(), Done)
    assert bench.job.text == "x" * 1800
    assert max(map(len, bench.job.chunks)) <= 130


async def test_an_answer_has_a_longest_length(
    bench: Bench, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ashao_worker.job.ANSWER_MAX_CHARS", 100)
    upstream.deltas = ["0123456789abcdef"] * 60
    assert isinstance(await bench.serve(), Done)
    assert (len(bench.job.text), bench.job.finish) == (100, "length")


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.text(max_size=8), max_size=12),
    memory=st.lists(st.integers(min_value=0, max_value=12), max_size=4),
)
def test_batches_add_up_whatever_the_network_forgets(texts: list[str], memory: list[int]) -> None:
    """The far side may forget back to any chunk, any few times: the text is whole in the end."""
    kept: list[str] = []
    forgets = list(memory)

    async def send(seq: int, chunk: Piece) -> bool:
        if forgets and seq > (back := forgets[-1]):
            forgets.pop()
            del kept[back:]
            raise OutOfOrder(len(kept))
        assert seq == len(kept)
        kept.append(chunk.text)
        return False

    async def run() -> None:
        batcher = Batcher(send, gather_s=0.0)
        sending = asyncio.create_task(batcher.run())
        for text in texts:
            await batcher.put(text)
            await asyncio.sleep(0)
        batcher.close("!")
        assert await sending is False

    asyncio.run(run())
    assert "".join(kept) == "".join(texts) + "!"


async def test_a_network_that_never_agrees_about_the_order_loses_the_job() -> None:
    async def send(seq: int, chunk: Piece) -> bool:
        raise OutOfOrder(0)

    batcher = Batcher(send)
    batcher.close("text")
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(batcher.run(), 2)
