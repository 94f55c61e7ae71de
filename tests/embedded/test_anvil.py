"""The dev chain as a server of the stack: it is there again after a stop and after a kill."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ashao_site.embedded import anvil
from ashao_site.embedded.anvil import AT_ONCE, CHAIN_ID, answers, anvil_spec, call
from ashao_site.embedded.ports import free_port
from ashao_site.embedded.process import Child, spawn

from .helpers import ROOT, plain_env, wait_for

SCRIPT = """
import json, sys
from pathlib import Path
from ashao_site.embedded.anvil import start_anvil
from ashao_site.embedded.home import Home
from ashao_site.embedded.logs import Console
from ashao_site.embedded.supervisor import Supervisor

home = Home(Path(sys.argv[1]))
home.prepare()
with Supervisor(home, Console()) as supervisor:
    chain = start_anvil(supervisor, home)
    print(json.dumps([chain.url, {role: one.address for role, one in chain.accounts.items()}]), flush=True)
    supervisor.supervise()
"""


class Running:
    """A keeper and its anvil, in a folder that stays."""

    def __init__(self, folder: Path, **options) -> None:
        self.port = free_port()
        self.child: Child = spawn(anvil_spec(folder, self.port, **options), None)

    def rpc(self, method: str, *params: object):
        return call(self.port, method, *params, timeout_s=120)

    def height(self) -> int:
        return int(self.rpc("eth_blockNumber"), 16)

    def block(self, number: str = "latest") -> dict:
        return self.rpc("eth_getBlockByNumber", number, False)

    def pay(self, payee: str) -> str:
        """Send one wei from an account that needs no signature here; the transaction's hash."""
        self.rpc("anvil_setBalance", "0x" + "a1" * 20, hex(10**18))
        self.rpc("anvil_impersonateAccount", "0x" + "a1" * 20)
        return self.rpc("eth_sendTransaction", {"from": "0x" + "a1" * 20, "to": payee, "value": "0x1"})

    def anvil_pid(self) -> int:
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.child.pid)], capture_output=True, text=True, check=True
        )
        return int(found.stdout)


@contextmanager
def running(folder: Path, **options) -> Iterator[Running]:
    chain = Running(folder, **options)
    try:
        assert wait_for(lambda: answers(chain.port) or chain.child.has_ended())
        yield chain
    finally:
        chain.child.kill_group()
        assert wait_for(chain.child.has_ended)
        chain.child.collect()


def terminate(chain: Running) -> int:
    chain.child.signal(signal.SIGTERM)
    assert wait_for(chain.child.has_ended)
    return chain.child.popen.wait()


def test_under_the_supervisor_it_is_started_again(home: Path) -> None:
    command = (sys.executable, "-c", SCRIPT, str(home))
    process = subprocess.Popen(command, cwd=ROOT, env=plain_env(), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        url, accounts = json.loads(process.stdout.readline())
        port = int(url.rpartition(":")[2])
        assert url == f"http://127.0.0.1:{port}"
        assert list(accounts) == list(anvil.ROLES)
        for address in accounts.values():
            assert int(call(port, "eth_getBalance", address, "latest", timeout_s=120), 16) == 10_000 * 10**18
        genesis = call(port, "eth_getBlockByNumber", "0x0", False, timeout_s=120)
        os.kill(json.loads((home / "pids.json").read_text())["anvil"]["pid"], signal.SIGKILL)
        assert wait_for(lambda: not answers(port))
        assert wait_for(lambda: answers(port))
        assert call(port, "eth_getBlockByNumber", "0x0", False, timeout_s=120)["hash"] == genesis["hash"]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_its_secrets_are_its_own(tmp_path: Path) -> None:
    phrases = []
    for name in ("one", "two"):
        with running(tmp_path / name) as chain:
            text = (tmp_path / name / "accounts.json").read_text()
            phrases.append(json.loads(text)["wallet"]["mnemonic"])
            assert (tmp_path / name / "accounts.json").stat().st_mode & 0o777 == 0o600
            assert (tmp_path / name).stat().st_mode & 0o777 == 0o700
            line = Path(f"/proc/{chain.anvil_pid()}/cmdline").read_text()
            assert phrases[-1].split()[0] not in line.split("\0")
            assert chain.rpc("eth_accounts") == []
    assert phrases[0] != phrases[1]
    assert all(not phrase.startswith("test test test") for phrase in phrases)


def test_blocks_come_while_there_is_something_to_confirm(tmp_path: Path, monkeypatch) -> None:
    with running(tmp_path, block_time_s=0.05) as chain:
        assert wait_for(lambda: chain.height() == 12)
        time.sleep(0.5)
        assert chain.height() == 12, "an idle chain makes no blocks"
        paid = chain.pay("0x" + "b0" * 20)
        assert wait_for(lambda: chain.rpc("eth_getTransactionReceipt", paid) is not None)
        included = int(chain.rpc("eth_getTransactionReceipt", paid)["blockNumber"], 16)
        assert included == 13
        assert wait_for(lambda: chain.height() == included + 12)
        time.sleep(0.5)
        assert chain.height() == included + 12


def test_a_transaction_is_pending_first(tmp_path: Path) -> None:
    with running(tmp_path, block_time_s=30) as chain:
        paid = chain.pay("0x" + "b0" * 20)
        assert chain.rpc("eth_getTransactionReceipt", paid) is None
        assert chain.rpc("eth_getTransactionByHash", paid)["blockNumber"] is None


def test_stopped_it_keeps_everything_even_what_was_pending(tmp_path: Path) -> None:
    with running(tmp_path, block_time_s=30) as chain:
        paid = chain.pay("0x" + "b0" * 20)
        assert terminate(chain) == 0
    with running(tmp_path, block_time_s=30) as chain:
        assert chain.rpc("eth_getTransactionReceipt", paid)["status"] == "0x1"
        assert chain.rpc("eth_getBalance", "0x" + "b0" * 20, "latest") == "0x1"


def test_killed_at_any_moment_it_loses_one_block_at_most(tmp_path: Path) -> None:
    """Many small blocks, so that kills fall into saves."""
    seen: list[dict] = []
    rng = random.Random(4)
    for _ in range(8):
        with running(tmp_path, block_time_s=0.01) as chain:
            if seen and not has(chain, seen[-1]["hash"]):
                # By now the chain may have another block of that number, so it is known by its parent.
                lost = seen.pop()
                assert has(chain, lost["parentHash"])
            until = time.monotonic() + rng.uniform(0.3, 0.8)
            while time.monotonic() < until or not seen:
                chain.pay("0x" + "b0" * 20)
                if not seen or height_of(chain.block()) > height_of(seen[-1]):
                    seen.append(chain.block())
            chain.child.signal(signal.SIGKILL)


def has(chain: Running, block_hash: str) -> bool:
    return chain.rpc("eth_getBlockByHash", block_hash, False) is not None


def height_of(block: dict) -> int:
    return int(block["number"], 16)


def test_a_reorganisation_is_kept_too(tmp_path: Path) -> None:
    with running(tmp_path, block_time_s=0.05) as chain:
        assert wait_for(lambda: chain.height() == 12)
        old = chain.block("0xb")["hash"]
        chain.rpc("anvil_reorg", 3, [])
        new = chain.block("0xb")["hash"]
        assert new != old
        assert terminate(chain) == 0
    with running(tmp_path) as chain:
        assert chain.block("0xb")["hash"] == new


def test_without_anvil_the_keeper_ends(tmp_path: Path) -> None:
    with running(tmp_path, block_time_s=AT_ONCE) as chain:
        os.kill(chain.anvil_pid(), signal.SIGKILL)
        assert wait_for(chain.child.has_ended)
        assert "anvil ended by itself" in "".join(chain.child.read_lines())


@pytest.mark.parametrize("broken", ["chain", "accounts"])
def test_a_chain_it_cannot_continue_is_not_replaced_by_a_new_one(tmp_path: Path, broken: str) -> None:
    with running(tmp_path) as chain:
        assert wait_for((tmp_path / "chain.json.gz").exists)
        assert terminate(chain) == 0
    state = tmp_path / "chain.json.gz"
    if broken == "chain":
        state.write_bytes(state.read_bytes()[:-100])
    else:
        (tmp_path / "accounts.json").unlink()
    left = state.read_bytes()
    with running(tmp_path) as chain:
        assert chain.child.has_ended()
        assert "move it away to begin anew" in "".join(chain.child.read_lines())
    assert state.read_bytes() == left


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:8000"])
def test_pages_of_other_sites_cannot_read_it(tmp_path: Path, origin: str | None) -> None:
    with running(tmp_path, origin=origin) as chain:
        for site in ("http://127.0.0.1:8000", "http://evil.example"):
            request = urllib.request.Request(
                f"http://127.0.0.1:{chain.port}",
                json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}).encode(),
                {"Content-Type": "application/json", "Origin": site},
            )
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=120) as reply:
                assert json.load(reply)["result"] == hex(CHAIN_ID)
                assert reply.headers.get("Access-Control-Allow-Origin") == origin
