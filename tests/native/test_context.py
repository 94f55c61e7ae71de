"""What a model can read: found out, told to the network, and never exceeded."""

import httpx
import pytest
from ashao_worker.completions import TOO_LONG
from ashao_worker.context import ContextFinder
from ashao_worker.errors import Cause, UpstreamError
from ashao_worker.fitting import TOKENS_PER_MESSAGE, estimate_tokens, fit
from ashao_worker.limits import ANSWER_ROOM_TOKENS
from hypothesis import given
from hypothesis import strategies as st

from workers.jobs import fit as fit_there

from .conftest import Programs
from .fake_network import FakeNetwork
from .fake_upstream import FakeUpstream
from .http_server import Exchange, Server

TURNS = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant"]), st.text(max_size=60)), min_size=1, max_size=12
)


def listed(**about: object) -> dict:
    return {"/v1/models": {"object": "list", "data": [{"id": "other"}, {"id": "tiny", **about}]}}


@pytest.mark.parametrize(
    ("pages", "tokens"),
    [
        ({"/props": {"default_generation_settings": {"n_ctx": 8192}}, **listed()}, 8192),
        (listed(meta={"n_ctx": 2048, "n_ctx_train": 131072}), 2048),
        (listed(max_model_len=32768), 32768),
        (listed(context_length=131072), 131072),
        (listed() | {"/api/v0/models": {"data": [{"id": "tiny", "loaded_context_length": 4096}]}}, 4096),
        (listed() | {"/api/ps": {"models": [{"name": "tiny:latest", "context_length": 16384}]}}, 16384),
        (listed() | {"/api/show": {"parameters": 'stop  "<x>"\nnum_ctx                        2048'}}, 2048),
        (listed() | {"/api/show": {"model_info": {"llama.context_length": 131072}}}, 4096),
        (listed() | {"/api/show": {"model_info": {"llama.context_length": 2048}}}, 2048),
        (listed(max_model_len="many", meta=None), None),
        ({}, None),
    ],
    ids=[
        "llama.cpp /props",
        "llama.cpp list",
        "vLLM and SGLang",
        "OpenRouter",
        "LM Studio",
        "Ollama, loaded",
        "Ollama, told",
        "Ollama, its own",
        "Ollama, a small model",
        "nonsense",
        "nothing",
    ],
)
async def test_each_server_tells_it_in_its_own_place(pages: dict, tokens: int | None) -> None:
    async def handle(exchange: Exchange) -> None:
        page = pages.get(exchange.path)
        await exchange.json(200 if page else 404, page or {"error": "no such page"})

    server = Server(handle)
    await server.start()
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        assert await ContextFinder(f"{server.url}/v1", client, {}).find("tiny") == tokens
    await server.stop()


def turns(*contents: str) -> list[dict[str, str]]:
    """A conversation that a person began."""
    return [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(contents)]


def test_the_oldest_turns_go_and_the_question_stays() -> None:
    system = {"role": "system", "content": "Be brief."}
    talk = [system, *turns("a" * 900, "b" * 900, "c" * 900, "d" * 900, "What?")]
    kept, room = fit(talk, "", context=1024, max_tokens=9999)
    assert kept == [system, *talk[3:]]
    assert room >= ANSWER_ROOM_TOKENS
    kept, room = fit(talk, "", context=10_000, max_tokens=500)
    assert (kept, room) == (talk, 500)


def test_a_question_that_is_too_long_is_for_somebody_else() -> None:
    with pytest.raises(UpstreamError, match=TOO_LONG) as caught:
        fit(turns("a", "b", "c" * 9000), "", context=1024, max_tokens=100)
    assert caught.value.cause is Cause.CONVERSATION
    with pytest.raises(UpstreamError):
        fit(turns("a"), "p" * 9000, context=1024, max_tokens=100)


@given(talk=TURNS, context=st.integers(256, 600), max_tokens=st.integers(1, 400))
def test_what_is_sent_fits_and_ends_as_it_did(
    talk: list[tuple[str, str]], context: int, max_tokens: int
) -> None:
    messages = [{"role": role, "content": text} for role, text in talk]
    try:
        kept, room = fit(messages, "", context=context, max_tokens=max_tokens)
    except UpstreamError:
        return
    assert 1 <= room <= max_tokens
    assert room + sum(estimate_tokens(m["content"]) for m in kept) <= context
    assert [m for m in kept if m["role"] == "system"] == [m for m in messages if m["role"] == "system"]
    asked = [at for at, m in enumerate(messages) if m["role"] == "user"]
    if asked:
        tail = messages[asked[-1] :]
        assert kept[len(kept) - len(tail) :] == tail


@given(text=st.text())
def test_the_network_never_sends_what_does_not_fit(text: str) -> None:
    """It matches by an estimate of its own, and tells people what was cut: the worker must find no more than that."""
    assert estimate_tokens(text) <= fit_there.estimate_tokens(text)
    assert TOKENS_PER_MESSAGE == fit_there.MESSAGE_TOKENS
    assert ANSWER_ROOM_TOKENS <= fit_there.ANSWER_ROOM_TOKENS


@pytest.mark.parametrize("text", ["a plain sentence of English words " * 20, "面包的历史" * 40, "🦙" * 50])
def test_the_estimate_errs_upwards(text: str) -> None:
    # By Llama's and Qwen's tokenizers these are 121, 120 to 200 and 100 to 150 tokens.
    assert estimate_tokens(text) >= {"a": 121, "面": 200, "🦙": 100}[text[0]]


async def test_the_network_is_told_and_nothing_longer_is_sent(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.context = {"meta": {"n_ctx": 2048}}
    long = [{"role": role, "content": role * 200} for role in ("user", "assistant") * 3]
    fits, too_long = network.put("And now?", before=long), network.put("x" * 30_000)
    program = await programs.start("--json", "--max-tokens", "100")
    await network.until(lambda: fits.state == "done" and too_long.state == "failed")
    assert too_long.reason == TOO_LONG
    assert network.workers["wt_0"]["contextTokens"] == 2048
    (asked,) = upstream.requests  # the other one never was
    assert asked["messages"][-1]["content"] == "And now?"
    assert asked["messages"][0]["role"] == "user"
    assert len(asked["messages"]) == 5  # the oldest turn made way
    program.process.terminate()
    await program.wait()


async def test_what_the_owner_says_wins_and_a_change_makes_another_worker(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.context = {"meta": {"n_ctx": 2048}}
    for flags in ((), ("--context", "512"), ("--context", "512")):
        network.put("hello")
        await programs.run("--once", *flags)
    assert [worker["contextTokens"] for worker in network.workers.values()] == [2048, 512]
