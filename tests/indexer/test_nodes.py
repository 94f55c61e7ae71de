"""A node that is away, slow, wrong or talks nonsense: nothing is written, and a sentence says why."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ashao_site.chain.indexer import follow as following
from ashao_site.chain.indexer import reading
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.indexer.queries import chain_progress
from tests.chain.nodes import LONG_S, SHORT_S, dead_url, dripping, node, result, say, silent_node
from tests.indexer.support import follow

from .support import DEEP, USD, World, at, credits_of, cursor, everything, person, relay, treasury_micros

pytestmark = pytest.mark.usefixtures("networked")


@pytest.fixture
def waiting(world: World) -> World:
    """A chain with a deposit that is deep enough and was not read yet, and a cursor before it."""
    alice = world.rich()
    person(alice)
    world.confirm()
    world.pay(alice, 5 * USD)
    world.mine()
    return world


def tried(world: World, settings: Any, url: str, timeout_s: float = LONG_S) -> str:
    """The problem that is kept after a run with that node; nothing was written, and the right one mends it."""
    before = everything()
    settings.CHAIN = replace(at(world.config, url), timeout_s=timeout_s)
    follow()
    assert everything() == before
    problem, since = cursor().problem, cursor().problem_at
    assert "hunter2" not in problem
    assert chain_progress().problem == (problem or None)
    settings.CHAIN = world.config
    if problem:
        assert since is not None
        follow()
        assert (cursor().problem, cursor().problem_at, chain_progress().ok) == ("", None, True)
        assert treasury_micros() == world.held() == 5 * USD
    return problem


def test_away_silent_slow_and_garbage(waiting: World, settings):
    assert tried(waiting, settings, dead_url()) == "The chain's node cannot be reached."


def test_silent(waiting: World, settings):
    with silent_node() as url:
        assert tried(waiting, settings, url, SHORT_S) == "The chain did not answer within 0.3 s."


def test_slow(waiting: World, settings):
    with node(dripping) as url:
        assert tried(waiting, settings, url, SHORT_S) == "The chain did not answer within 0.3 s."


@pytest.mark.parametrize("answer", [say(b"hunter2"), say(b"[]"), result("hunter2"), result(None), result({})])
def test_garbage(waiting: World, settings, answer):
    with node(answer) as url:
        assert tried(waiting, settings, url).startswith("The chain's node answers with something that is ")


def test_a_refusal_of_everything(waiting: World, settings):
    body = b'{"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "hunter2 is used up"}}'
    with node(say(body)) as url:
        assert tried(waiting, settings, url) == "The chain's node refuses to answer (error -32005)."


def test_another_chain_id(waiting: World, settings):
    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "result": "0x1"} if call["method"] == "eth_chainId" else answer

    with node(relay(waiting.config.rpc_url, change)) as url:
        said = tried(waiting, settings, url)
    assert said == "The chain at CHAIN_RPC_URL has id 1, not 31337 (CHAIN_ID)."


Spoil = Callable[[dict[str, Any]], object]


def spoiled(**fields: object) -> Spoil:
    return lambda log: {**log, **fields}


def topics(*, of: int, to: str) -> Spoil:
    return lambda log: {**log, "topics": [*log["topics"][:of], to, *log["topics"][of + 1 :]]}


SPOILT: dict[str, Spoil] = {
    "another contract": spoiled(address="0x" + "ab" * 20),
    "another event": topics(of=0, to="0x" + "ab" * 32),
    "to somebody else": topics(of=2, to="0x" + "00" * 12 + "ab" * 20),
    "no address": topics(of=1, to="0x" + "ab" * 32),
    "a topic too few": lambda log: {**log, "topics": log["topics"][:2]},
    "topics that are none": spoiled(topics="0xabc"),
    "a block that was not asked for": spoiled(blockNumber="0x1"),
    "no block": spoiled(blockNumber=None),
    "a number that is none": spoiled(blockNumber=17),
    "an amount too long": lambda log: {**log, "data": log["data"] + "00"},
    "no amount": spoiled(data="0x"),
    "no hash": spoiled(transactionHash="0x12"),
    "a great log index": spoiled(logIndex=hex(2**31)),
    "no log at all": lambda log: "hunter2",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_logs_that_do_not_fit(waiting: World, settings, spoil: Spoil):
    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_getLogs":
            return answer
        return {**answer, "result": [spoil(log) for log in answer["result"]]}

    with node(relay(waiting.config.rpc_url, change)) as url:
        said = tried(waiting, settings, url)
    assert said == "The chain's node answers with something that is no chain's."


def test_one_log_twice(waiting: World, settings):
    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "result": answer["result"] * 2} if call["method"] == "eth_getLogs" else answer

    with node(relay(waiting.config.rpc_url, change)) as url:
        assert tried(waiting, settings, url)


def test_removed_logs_are_ignored(waiting: World, settings):
    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_getLogs":
            return answer
        gone = [{**log, "removed": True, "logIndex": "0x77"} for log in answer["result"]]
        return {**answer, "result": [*gone, *answer["result"]]}

    with node(relay(waiting.config.rpc_url, change)) as url:
        settings.CHAIN = at(waiting.config, url)
        follow()
    assert treasury_micros() == 5 * USD


@pytest.mark.parametrize("which", ["end", "log"])
def test_a_chain_that_changes_while_it_is_read(waiting: World, settings, which: str):
    seen: dict[str, int] = {}
    block = waiting.head() - DEEP

    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if which == "log" and call["method"] == "eth_getLogs":
            return {**answer, "result": [{**log, "blockHash": "0x" + "ab" * 32} for log in answer["result"]]}
        if which == "end" and call["method"] == "eth_getBlockByNumber" and call["params"][0] == hex(block):
            seen["times"] = seen.get("times", 0) + 1
            if seen["times"] > 1:
                return {**answer, "result": {**answer["result"], "hash": "0x" + "ab" * 32}}
        return answer

    with node(relay(waiting.config.rpc_url, change)) as url:
        said = tried(waiting, settings, url)
    assert said == "The chain changed while it was read."


def test_a_node_that_is_behind(waiting: World, settings):
    behind = hex(cursor().block - 1)

    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] == "eth_getBlockByNumber" and call["params"][0] == "latest":
            return {**answer, "result": {**answer["result"], "number": behind}}
        return answer

    with node(relay(waiting.config.rpc_url, change)) as url:
        assert "blocks only" in tried(waiting, settings, url)
    assert cursor().alarm == ""


@pytest.mark.parametrize("which", ["latest", "end"])
def test_blocks_of_the_future(waiting: World, settings, which: str):
    """Their time settles epochs: all of those until then, of which nobody would be given anything."""
    end = hex(waiting.head() - DEEP)

    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        asked = call["params"][0] if call["method"] == "eth_getBlockByNumber" else ""
        if asked != ("latest" if which == "latest" else end):
            return answer
        later = hex(int(answer["result"]["timestamp"], 16) + 2 * 86_400)
        return {**answer, "result": {**answer["result"], "timestamp": later}}

    with node(relay(waiting.config.rpc_url, change)) as url:
        said = tried(waiting, settings, url)
    assert said == "The chain's clock is more than a day ahead of ours."


def blocks_asked(call: dict[str, Any]) -> int:
    return int(call["params"][0]["toBlock"], 16) - int(call["params"][0]["fromBlock"], 16) + 1


def test_a_range_that_is_refused_is_halved_and_grows_again(waiting: World, settings):
    waiting.mine(40)
    asked: list[int] = []
    most = 5

    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_getLogs":
            return answer
        asked.append(blocks_asked(call))
        refusal = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "too many blocks"}}
        return refusal if asked[-1] > most else answer

    with node(relay(waiting.config.rpc_url, change)) as url:
        settings.CHAIN = at(waiting.config, url)
        follow()
    assert treasury_micros() == 5 * USD
    assert cursor().block == waiting.head() - DEEP
    assert cursor().problem == ""
    sizes = list(dict.fromkeys(asked))
    assert sizes[0] > 40
    assert max(asked[asked.index(sizes[-1]) :]) <= most * 1.5
    settings.CHAIN = waiting.config
    waiting.mine(40)
    before = cursor().range_blocks
    follow()
    assert cursor().range_blocks > before
    assert cursor().block == waiting.head() - DEEP


def test_a_range_that_takes_too_long_is_halved_for_the_next_run(waiting: World, settings):
    waiting.mine(8)

    def change(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] == "eth_getLogs" and blocks_asked(call) > 3:
            raise OSError
        return answer

    with node(relay(waiting.config.rpc_url, change)) as url:
        settings.CHAIN = at(waiting.config, url)
        for expected in (5, 2):
            follow()
            assert cursor().range_blocks == expected
            assert cursor().problem
        for _ in range(4):  # it grows while it works, and is too much again now and then
            follow()
    assert cursor().block == waiting.head() - DEEP
    assert cursor().problem == ""


def test_a_range_with_too_many_logs_is_read_in_parts(waiting: World, monkeypatch):
    alice = waiting.rich()
    user = person(alice)
    monkeypatch.setattr(reading, "MAX_BLOCKS_WITH_LOGS", 1)
    monkeypatch.setattr(reading, "MAX_LOGS", 1)
    for _ in range(3):
        waiting.pay(alice, 1 * USD)
    waiting.confirm()
    assert credits_of(user) == 3 * USD
    assert cursor().block == waiting.head() - DEEP


def test_more_than_the_books_can_hold_is_an_alarm(waiting: World):
    faucet = waiting.chain.role("faucet")
    call = waiting.usdc.functions.mint(waiting.treasury.address, 10**15 + 1)
    waiting.chain.send(faucet, call)
    waiting.confirm()
    assert cursor().alarm.endswith("moves more USDC than the books can hold.")
    assert treasury_micros() == 0


def test_another_process_that_was_first(waiting: World, monkeypatch):
    real = following.read_range

    def slow(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        monkeypatch.setattr(following, "read_range", real)
        follow()  # somebody else does all of it meanwhile
        return found

    monkeypatch.setattr(following, "read_range", slow)
    follow()
    assert treasury_micros() == 5 * USD
    assert ChainCursor.objects.get().problem == ""
