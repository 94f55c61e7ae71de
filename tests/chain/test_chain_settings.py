"""The settings of the chain: all of one chain or none, and a wrong value is one sentence."""

import json
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from web3 import Web3

from ashao_site.chain.notation import checksummed
from ashao_site.chain.settings import read_chain
from ashao_site.embedded.config import CHAIN_VARIABLES, ROOT

ALICE, BOB, CHARLIE, DORA = (Web3.to_checksum_address("0x" + pair * 20) for pair in ("ab", "cd", "ef", "1f"))
WHOLE = {
    "CHAIN_RPC_URL": "https://node.example/v2/hunter2",
    "ASHAO_TOKEN_ADDRESS": ALICE,
    "STAKING_VAULT_ADDRESS": BOB,
    "USDC_ADDRESS": CHARLIE,
    "TREASURY_ADDRESS": DORA,
}


@pytest.fixture
def env(monkeypatch):
    """Set the variables of a chain, and no others."""
    for name in (*CHAIN_VARIABLES, "CHAIN_CONFIRMATIONS", "CHAIN_TIMEOUT_MS"):
        monkeypatch.delenv(name, raising=False)

    def give(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return give


def test_no_chain(env):
    assert read_chain(chain_id=31_337, embedded={}) is None


def test_a_chain(env):
    env(**WHOLE, CHAIN_START_BLOCK="120", CHAIN_TIMEOUT_MS="750")
    found = read_chain(chain_id=8453, embedded={})
    assert found is not None
    assert (found.chain_id, found.confirmations, found.start_block, found.timeout_s) == (8453, 12, 120, 0.75)
    assert (found.token, found.vault, found.usdc, found.treasury) == (ALICE, BOB, CHARLIE, DORA)
    assert "hunter2" not in repr(found)


def test_fewer_confirmations_on_the_dev_chain(env):
    env(**WHOLE)
    found = read_chain(chain_id=31_337, embedded={})
    assert found is not None
    assert found.confirmations == 2


def test_the_embedded_chain_and_another_are_never_mixed(env):
    embedded = {name.lower(): value for name, value in WHOLE.items()} | {"chain_start_block": "7"}
    found = read_chain(chain_id=31_337, embedded=embedded)
    assert found is not None
    assert (found.token, found.start_block) == (ALICE, 7)
    env(CHAIN_RPC_URL="https://other.example")
    with pytest.raises(ImproperlyConfigured, match="ASHAO_TOKEN_ADDRESS is not set"):
        read_chain(chain_id=31_337, embedded=embedded)


@pytest.mark.parametrize("form", [str.lower, lambda text: "0x" + text[2:].upper(), str])
def test_an_address_in_any_of_its_forms(env, form):
    env(**{**WHOLE, "USDC_ADDRESS": form(CHARLIE)})
    found = read_chain(chain_id=1, embedded={})
    assert found is not None
    assert found.usdc == CHARLIE


def test_checksums_are_those_of_eip_55():
    for number in range(200):
        address = Web3.keccak(number)[:20].hex()
        assert checksummed(f"0x{address}") == Web3.to_checksum_address(f"0x{address}")


WRONG = [
    ("CHAIN_RPC_URL", "ws://node.example/hunter2"),
    ("CHAIN_RPC_URL", "hunter2"),
    ("CHAIN_RPC_URL", "https://"),
    ("CHAIN_RPC_URL", "https://node.example:port/hunter2"),
    ("USDC_ADDRESS", ALICE[:-1]),
    ("USDC_ADDRESS", ALICE + "0"),
    ("USDC_ADDRESS", "vitalik.eth"),
    ("USDC_ADDRESS", CHARLIE.swapcase().replace("0X", "0x")),
    ("USDC_ADDRESS", "0x" + "0" * 40),
    ("USDC_ADDRESS", BOB),
    ("USDC_ADDRESS", ""),
    ("CHAIN_CONFIRMATIONS", "0"),
    ("CHAIN_CONFIRMATIONS", "two"),
    ("CHAIN_START_BLOCK", "-1"),
    ("CHAIN_TIMEOUT_MS", "99"),
    ("CHAIN_TIMEOUT_MS", "60001"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_one_sentence_that_names_it(env, name, value):
    env(**{**WHOLE, name: value})
    with pytest.raises(ImproperlyConfigured) as failure:
        read_chain(chain_id=31_337, embedded={})
    sentence = str(failure.value)
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "hunter2" not in sentence


def test_a_wrong_address_is_told_where_no_chain_is_named(env):
    env(TREASURY_ADDRESS="0x12")
    with pytest.raises(ImproperlyConfigured) as failure:
        read_chain(chain_id=31_337, embedded={})
    assert str(failure.value).startswith("TREASURY_ADDRESS ")


def manage(*words: str, home: str, **env: str) -> "subprocess.CompletedProcess[str]":
    plain = {name: value for name, value in os.environ.items() if name not in CHAIN_VARIABLES}
    return subprocess.run(
        (sys.executable, "manage.py", *words),
        cwd=ROOT,
        env={**plain, "ASHAO_HOME": home, "LOG_LEVEL": "DEBUG", **env},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_wrong_value_stops_the_start(tmp_path):
    done = manage("check_chain", home=str(tmp_path), CHAIN_RPC_URL="ftp://hunter2.example")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ashao: CHAIN_RPC_URL must look like https://host/path.\n"


def test_a_command_finds_the_chain_that_make_run_started(tmp_path, config):
    named = {"CHAIN_RPC_URL": config.rpc_url, "TREASURY_ADDRESS": config.treasury}
    contracts = {
        "ASHAO_TOKEN_ADDRESS": config.token,
        "STAKING_VAULT_ADDRESS": config.vault,
        "USDC_ADDRESS": config.usdc,
    }
    told = {name.lower(): value for name, value in {**named, **contracts}.items()}
    (tmp_path / "services.json").write_text(json.dumps(told))
    done = manage("check_chain", home=str(tmp_path))
    assert (done.returncode, done.stdout[:25]) == (0, "The chain answers: block "), done.stderr
    env = {**named, **contracts, "CHAIN_RPC_URL": f"{config.rpc_url}/?key=hunter2", "CHAIN_ID": "5"}
    done = manage("check_chain", home=str(tmp_path), **env)
    assert done.returncode == 1
    assert "has id 31337, not 5" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
