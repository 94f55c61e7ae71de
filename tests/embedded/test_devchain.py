"""The dev chain as a part of `run`: its contracts are there, and stay."""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from ashao_site.embedded import anvil, contracts
from ashao_site.embedded.anvil import call, code_at
from ashao_site.embedded.app import EVERYTHING
from ashao_site.embedded.home import Home
from ashao_site.embedded.logs import Console
from ashao_site.embedded.stack import Stack
from ashao_site.embedded.supervisor import Supervisor

from .helpers import EMBEDDED, ROOT, processes_in, wait_for

CONTRACTS = ("ASHAO_TOKEN_ADDRESS", "STAKING_VAULT_ADDRESS", "USDC_ADDRESS")


def port_of(stack: Stack) -> int:
    return int(stack.chain["CHAIN_RPC_URL"].rpartition(":")[2])


def rpc(stack: Stack, method: str, *params: object):
    return call(port_of(stack), method, *params, timeout_s=120)


def where(stack: Stack) -> dict[str, str]:
    """What must stay as it is, from one start to the next."""
    return {name: value for name, value in stack.chain.items() if name != "CHAIN_RPC_URL"}


def first_block(stack: Stack) -> str:
    return rpc(stack, "eth_getBlockByNumber", "0x0", False)["hash"]


def balance(stack: Stack, token: str, holder: str) -> int:
    data = "0x70a08231" + holder[2:].lower().rjust(64, "0")
    return int(rpc(stack, "eth_call", {"to": stack.chain[token], "data": data}, "latest"), 16)


def deployments(stack: Stack) -> int:
    """How many times something was deployed: the deployer's transactions."""
    deployer = anvil.read_accounts(stack.home / "anvil")["deployer"].address
    return int(rpc(stack, "eth_getTransactionCount", deployer, "latest"), 16)


def test_the_first_start_deploys_and_the_second_finds_it_again(home: Path) -> None:
    with Stack(home=home, only=["anvil"]) as stack:
        told, genesis = where(stack), first_block(stack)
        assert set(stack.chain) == {
            "CHAIN_RPC_URL",
            "CHAIN_ID",
            "CHAIN_START_BLOCK",
            "TREASURY_ADDRESS",
            "FAUCET_KEY",
            "RELAYER_KEY",
            "TREASURY_SIGNER_KEY",
            *CONTRACTS,
        }
        assert all(code_at(port_of(stack), told[name]) for name in CONTRACTS)
        accounts = anvil.read_accounts(home / "anvil")
        assert told["TREASURY_ADDRESS"] == accounts["treasury"].address
        assert balance(stack, "ASHAO_TOKEN_ADDRESS", accounts["faucet"].address) == 10**27
        assert deployments(stack) == 3
        assert not any(accounts["deployer"].private_key in line for line in processes_in(home))
        assert stack.stop() == 0
        stack.start()
        assert (where(stack), first_block(stack), deployments(stack)) == (told, genesis, 3)


def test_a_killed_chain_comes_back_with_its_state(home: Path) -> None:
    with Stack(home=home, only=["anvil"]) as stack:
        told, genesis, url = where(stack), first_block(stack), stack.chain["CHAIN_RPC_URL"]
        time.sleep(0.5)  # the last block is saved
        stack.restart("anvil")
        assert (where(stack), stack.chain["CHAIN_RPC_URL"], first_block(stack)) == (told, url, genesis)
        assert all(code_at(port_of(stack), told[name]) for name in CONTRACTS)


def test_a_start_that_was_killed_while_deploying_is_completed_by_the_next(home: Path) -> None:
    with Stack(home=home, only=["anvil"]) as stack:
        stack.stop()
        shutil.rmtree(home / "anvil")
        record = home / "anvil" / contracts.RECORD_FILE
        process = subprocess.Popen(
            (*EMBEDDED, "run", "--temporary", "--only", "anvil", "--parent", str(os.getpid())),
            cwd=ROOT,
            env=stack.env,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not record.exists():  # the first contract's address is known, the contract not yet there
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.wait()
        stack.start()
        assert all(code_at(port_of(stack), where(stack)[name]) for name in CONTRACTS)


def test_a_machine_without_anvil_goes_on_without_a_chain(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(anvil, "MODULES", home / "nothing")
    monkeypatch.setenv("PATH", str(home))
    of_home = Home(home)
    of_home.prepare()
    with Supervisor(of_home, Console()) as supervisor:
        port = contracts.launch(supervisor, site_port=8000)
        assert port is None
        assert contracts.complete(supervisor, port) == {}
    of_home.release()
    assert "Until then there is no chain; everything else works." in capsys.readouterr().out


def test_contracts_that_were_compiled_anew_are_deployed(home: Path) -> None:
    with Stack(home=home, only=["anvil"]) as stack:
        told = where(stack)
        stack.stop()
        (home / "anvil" / contracts.DIGEST_FILE).write_text("of another compilation\n")
        record = json.loads((home / "anvil" / contracts.RECORD_FILE).read_text())
        record["usdc"] = record["token"]  # other code than DevUSDC's
        (home / "anvil" / contracts.RECORD_FILE).write_text(json.dumps(record))
        stack.start()
        found = where(stack)
        assert deployments(stack) == 4
        assert found["ASHAO_TOKEN_ADDRESS"] == told["ASHAO_TOKEN_ADDRESS"]
        assert found["USDC_ADDRESS"] not in told.values()


@pytest.mark.stack
def test_another_chain_switches_it_off_and_is_told_when_it_goes_away(home: Path) -> None:
    with Stack(home=home, only=["anvil"]) as other, Stack(env=other.chain, only=EVERYTHING) as stack:
        assert "anvil" not in stack.pids()
        assert stack.chain == {}
        assert not (stack.home / "anvil").exists()
        assert readyz(stack)["chain"] == "ok"
        assert wait_for(lambda: "The chain            ok\n" in stack.output())
        other.stop()
        assert wait_for(lambda: readyz(stack)["chain"] != "ok", timeout_s=120)
        rest = {"status": "ok", "postgres": "ok", "redis": "ok"}
        assert readyz(stack) == {**rest, "chain": "The chain's node cannot be reached."}


def readyz(stack: Stack) -> dict[str, str]:
    with urllib.request.urlopen(f"{stack.base_url}/readyz", timeout=120) as response:
        return dict(json.load(response))
