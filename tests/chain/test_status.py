"""What the application says of a chain that is right, wrong, away, silent, slow or not a chain."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from ashao_site.chain import client as client_module
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.node import Node
from ashao_site.chain.node import node as configured_node
from ashao_site.chain.settings import ChainSettings
from ashao_site.chain.watch import (
    NotConfigured,
    Reachable,
    Unreachable,
    Wrong,
    describe,
    status,
    status_of,
)
from tests.contracts.support import Chain as TestChain

from .nodes import LONG_S, SHORT_S, dead_url, dripping, node, result, say, silent_node

IN_TIME_S = 60.0
"""What does not end by its limit takes for ever; what does ends well within this, on a busy machine too."""


@contextmanager
def nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield
    assert "hunter2" not in caplog.text


def look(config: ChainSettings, url: str, timeout_s: float = LONG_S) -> str:
    """What is said of an unreachable chain, in a bounded time."""
    started = time.monotonic()
    found = status_of(Node(replace(config, rpc_url=url, timeout_s=timeout_s)))
    assert time.monotonic() - started < IN_TIME_S
    assert isinstance(found, Unreachable), found
    assert "hunter2" not in found.sentence
    assert found.sentence.endswith(".")
    return found.sentence


def test_the_right_chain(dev, config):
    TestChain(dev).rpc("evm_mine")
    found = status_of(Node(config))
    assert isinstance(found, Reachable)
    assert found.block >= 3
    assert 0 <= found.age_s < 60
    assert describe(found).startswith("The chain answers: block ")


def test_another_chain_id(config):
    found = status_of(Node(replace(config, chain_id=8453)))
    assert found == Wrong("The chain at CHAIN_RPC_URL has id 31337, not 8453 (CHAIN_ID).")


@pytest.mark.parametrize(
    ("field", "name"),
    [("token", "ASHAO_TOKEN_ADDRESS"), ("vault", "STAKING_VAULT_ADDRESS"), ("usdc", "USDC_ADDRESS")],
)
def test_no_code_at_an_address(config, field, name):
    found = status_of(Node(replace(config, **{field: config.treasury})))
    assert found == Wrong(f"The chain has no contract at {config.treasury} ({name}).")


def test_nobody_listens(config, caplog):
    with nothing_secret_is_logged(caplog):
        assert look(config, dead_url()) == "The chain's node cannot be reached."


def test_a_name_that_does_not_exist(config):
    assert look(config, "http://no-such-node.invalid/") == "The chain's node cannot be reached."


def test_a_node_that_never_answers(config, caplog):
    with nothing_secret_is_logged(caplog), silent_node() as url:
        assert look(config, url, SHORT_S) == "The chain did not answer within 0.3 s."


def test_a_node_that_answers_for_ever(config):
    with node(dripping) as url:
        assert look(config, url, SHORT_S) == "The chain did not answer within 0.3 s."


def test_a_redirect_is_not_followed(config, caplog):
    with nothing_secret_is_logged(caplog), node(say(b"", 307, Location=config.rpc_url)) as url:
        assert look(config, url) == "The chain's node answers with HTTP 307."


def test_an_http_error(config):
    with node(say(b"slow down, hunter2", 429)) as url:
        assert look(config, url) == "The chain's node answers with HTTP 429."


GARBAGE = [b"", b"<html>hunter2</html>", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"jsonrpc": "2.0"}']


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage(config, body):
    with node(say(body)) as url:
        assert look(config, url).startswith("The chain's node answers with something that is ")


@pytest.mark.parametrize("value", [None, "hunter2", {}, [], -1, True, "0x"])
def test_results_that_make_no_sense(config, value):
    with node(result(value)) as url:
        found = status_of(Node(replace(config, rpc_url=url)))
    assert isinstance(found, Unreachable | Wrong), found
    assert "hunter2" not in describe(found)


def test_a_node_that_refuses_says_why_by_number_only(config):
    error = b'{"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "key hunter2 is used up"}}'
    with node(say(error)) as url:
        assert look(config, url) == "The chain's node refuses to answer (error -32005)."


def test_too_long_an_answer_is_not_read(config, monkeypatch):
    monkeypatch.setattr(client_module, "ANSWER_MAX_BYTES", 1000)
    with node(say(b" " * 100_000)) as url:
        assert look(config, url) == "The chain's node answers with more than can be read."


def test_a_call_of_the_client_is_an_error_that_people_can_see(config):
    with silent_node() as url:
        away = Node(replace(config, rpc_url=url, timeout_s=SHORT_S))
        with pytest.raises(ChainUnavailable) as failure:
            away.latest()
    assert (failure.value.status, failure.value.code) == (503, "chain_unavailable")
    assert "hunter2" not in repr(failure.value) + repr(failure.value.__cause__) + repr(away.config)


def test_one_client_for_a_process(config, settings):
    settings.CHAIN = config
    assert configured_node() is configured_node()
    assert configured_node().chain_id() == config.chain_id


def test_no_chain(settings):
    settings.CHAIN = None
    assert status() == NotConfigured()
    with pytest.raises(ChainUnavailable, match="No chain is configured"):
        configured_node()


def check_chain() -> tuple[int, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("check_chain", stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), err.getvalue()
    return 0, out.getvalue()


def test_the_command_says_one_sentence(config, settings):
    settings.CHAIN = config
    code, said = check_chain()
    assert (code, said.count("\n")) == (0, 1)
    assert said.startswith("The chain answers: block ")
    settings.CHAIN = replace(config, chain_id=1)
    assert check_chain() == (1, "The chain at CHAIN_RPC_URL has id 31337, not 1 (CHAIN_ID).\n")
    settings.CHAIN = replace(config, rpc_url=dead_url())
    assert check_chain() == (1, "The chain's node cannot be reached.\n")
    settings.CHAIN = None
    assert check_chain() == (0, "No chain is configured.\n")
