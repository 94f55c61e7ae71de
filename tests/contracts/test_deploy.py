"""`python -m staking.deploy` and `staking.verify`, on a real chain."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest
from web3 import Web3

from ashao_site.embedded.anvil import CHAIN_ID
from ashao_site.embedded.config import ROOT
from staking.deploy import DevRoles, deploy
from staking.node import ChainError, connect

from .support import ETHER, Chain


@pytest.fixture
def key(chain: Chain, charlie) -> str:
    """A deployer's key, with ether for gas."""
    return charlie.key.hex()


@pytest.fixture
def roles(chain: Chain) -> DevRoles:
    return DevRoles(chain.role("faucet").address, chain.role("blacklister").address)


def run(module: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value for name, value in os.environ.items() if name not in ("CHAIN_RPC_URL", "DEPLOYER_KEY")
    }
    command = (sys.executable, "-m", module, *arguments)
    return subprocess.run(
        command, cwd=ROOT, env={**clean, **env}, capture_output=True, text=True, timeout=60, check=False
    )


def test_deploys_once(chain, key, roles, alice, tmp_path) -> None:
    record = tmp_path / "contracts.json"
    first = deploy(chain.dev.url, key, chain_id=CHAIN_ID, recipient=alice.address, dev=roles, record=record)
    blocks = chain.web3.eth.block_number
    assert deploy(chain.dev.url, key, chain_id=CHAIN_ID, dev=roles, record=record) == first
    assert chain.web3.eth.block_number == blocks
    token = chain.web3.eth.contract(first.token, abi=chain.deploy("AshaoToken", alice.address).abi)
    assert token.functions.balanceOf(alice.address).call() == 10**9 * ETHER
    assert not chain.web3.eth.get_code(first.token, first.start_block)


def test_a_deployment_that_was_cut_off_goes_on(chain, key, roles, alice, tmp_path) -> None:
    record = tmp_path / "contracts.json"
    first = deploy(chain.dev.url, key, chain_id=CHAIN_ID, record=record)
    assert first.usdc is None
    found = json.loads(record.read_text())
    record.write_text(json.dumps({**found, "vault": alice.address}))  # written, then never sent
    second = deploy(chain.dev.url, key, chain_id=CHAIN_ID, dev=roles, record=record)
    assert (second.token, second.start_block) == (first.token, first.start_block)
    assert second.vault not in (first.vault, alice.address)
    assert second.usdc


def test_a_chain_that_began_anew_gets_new_contracts(chain, key, tmp_path) -> None:
    record = tmp_path / "contracts.json"
    snapshot = chain.rpc("evm_snapshot")
    first = deploy(chain.dev.url, key, chain_id=CHAIN_ID, record=record)
    chain.rpc("evm_revert", snapshot)
    second = deploy(chain.dev.url, key, chain_id=CHAIN_ID, record=record)
    assert chain.web3.eth.get_code(second.token)
    assert first.start_block <= second.start_block


def test_an_earlier_transaction_that_waits_stops_it(chain, charlie, key) -> None:
    chain.rpc("evm_setAutomine", False)
    try:
        gas = {"gas": 21000, "gasPrice": 2 * 10**9, "chainId": CHAIN_ID, "nonce": 0}
        waiting = charlie.sign_transaction({"to": charlie.address, "value": 0, **gas})
        chain.web3.eth.send_raw_transaction(waiting.raw_transaction)
        with pytest.raises(ChainError, match="still waits"):
            deploy(chain.dev.url, key, chain_id=CHAIN_ID)
    finally:
        chain.rpc("evm_mine")
        chain.rpc("evm_setAutomine", True)


def test_what_is_refused(chain, key, roles) -> None:
    with pytest.raises(ChainError, match=f"The chain has id {CHAIN_ID}, not 1."):
        deploy(chain.dev.url, key, chain_id=1)
    with pytest.raises(ChainError, match="dev chain"):
        deploy(chain.dev.url, key, chain_id=8453, dev=roles)
    with pytest.raises(ChainError, match="32 bytes"):
        deploy(chain.dev.url, "0x12", chain_id=CHAIN_ID)
    with pytest.raises(ChainError, match="nothing to pay for gas"):
        deploy(chain.dev.url, "0x" + "11" * 32, chain_id=CHAIN_ID)


def test_a_node_that_is_away_or_silent_is_told_in_time_and_without_its_url() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(ChainError, match="does not answer") as failure:
            connect(f"http://127.0.0.1:{port}/secret-key", chain_id=1, timeout_s=0.3)
        assert time.monotonic() - begun < 60
        assert "secret" not in str(failure.value)
    with pytest.raises(ChainError, match="does not answer"):
        connect(f"http://127.0.0.1:{port}", chain_id=1, timeout_s=0.3)
    with pytest.raises(ChainError, match="http or https"):
        connect("ws://127.0.0.1", chain_id=1)


def test_the_commands(chain, key, roles, alice) -> None:
    env = {"CHAIN_RPC_URL": chain.dev.url, "DEPLOYER_KEY": key}
    dev = ("--dev", "--faucet", roles.faucet, "--blacklister", roles.blacklister)
    done = run("staking.deploy", "--chain-id", str(CHAIN_ID), "--recipient", alice.address, *dev, **env)
    assert (done.returncode, done.stderr) == (0, "")
    found = dict(line.split("=") for line in done.stdout.splitlines())
    assert list(found) == [
        "CHAIN_ID",
        "CHAIN_START_BLOCK",
        "ASHAO_TOKEN_ADDRESS",
        "STAKING_VAULT_ADDRESS",
        "USDC_ADDRESS",
    ]
    token, vault, usdc = list(found.values())[2:]
    assert all(Web3.is_checksum_address(address) for address in (token, vault, usdc))
    at = ("--chain-id", str(CHAIN_ID), "--token", token)
    done = run("staking.verify", *at, "--vault", vault, **env)
    assert (done.returncode, done.stderr) == (0, "")
    done = run("staking.verify", *at, "--vault", usdc, **env)
    assert (done.returncode, done.stderr) == (1, f"ashao: The code at {usdc} is not that of StakingVault.\n")
    done = run("staking.verify", *at, "--vault", alice.address, **env)
    assert done.stderr.startswith("ashao: There is no contract at")
    other = chain.deploy("StakingVault", usdc).address
    done = run("staking.verify", *at, "--vault", other, **env)
    assert done.stderr == f"ashao: The vault at {other} holds the token {usdc}, not {token}.\n"


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({}, "CHAIN_RPC_URL is not set."),
        ({"CHAIN_RPC_URL": "http://127.0.0.1:1"}, "DEPLOYER_KEY is not set."),
    ],
)
def test_a_missing_variable_is_one_sentence(env, sentence) -> None:
    done = run("staking.deploy", "--chain-id", "1", **env)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"ashao: {sentence}\n")
