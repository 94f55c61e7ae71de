"""The embedded dev chain: an anvil with accounts of its own, kept in ASHAO_HOME, reachable on 127.0.0.1 only.

`anvil_keeper.py` runs between us and anvil. It decides when a block is made and saves the chain after each
one, which anvil cannot do safely: it rewrites its state file in place once a second, so that a kill at the
wrong moment leaves half of one.
"""

import http.client
import json
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashao_site.embedded.config import DEV_CHAIN_ID, ROOT, StartError
from ashao_site.embedded.home import Home
from ashao_site.embedded.ports import LOOPBACK, free_port
from ashao_site.embedded.process import ProcessSpec
from ashao_site.embedded.supervisor import Supervisor

CHAIN_ID = DEV_CHAIN_ID
BLOCK_TIME_S = 1.0
AT_ONCE = 0.0  # a block for each transaction as it comes: for tests that count no confirmations
ROLES = ("deployer", "treasury", "faucet", "relayer", "blacklister")
READY_TIMEOUT_S = 60.0  # a long chain is read back first
STOP_TIMEOUT_S = 10.0  # the last block and the last save
PROBE_TIMEOUT_S = 5.0
ACCOUNTS_FILE = "accounts.json"

MODULES = ROOT / "staking" / "contracts" / "node_modules" / "@foundry-rs"
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class DevAccount:
    """An account of the dev chain that held 10,000 ETH in its first block."""

    address: str
    private_key: str


@dataclass(frozen=True)
class DevChain:
    """How to reach a started dev chain, its accounts by role (ROLES), and the folder of its state."""

    port: int
    accounts: Mapping[str, DevAccount]
    folder: Path

    @property
    def url(self) -> str:
        """The address of its JSON-RPC."""
        return url_of(self.port)


def start_anvil(
    supervisor: Supervisor,
    home: Home,
    *,
    port: int | None = None,
    block_time_s: float = BLOCK_TIME_S,
    origin: str | None = None,
) -> DevChain:
    """Start the chain of this home where it stopped, wait until it answers, say how to reach it.

    `origin` names the one site whose pages may call it from a browser (`*` for all); without one, none may.
    """
    port = launch_anvil(supervisor, home, port=port, block_time_s=block_time_s, origin=origin)
    return await_anvil(supervisor, home, port)


def launch_anvil(
    supervisor: Supervisor,
    home: Home,
    *,
    port: int | None = None,
    block_time_s: float = BLOCK_TIME_S,
    origin: str | None = None,
) -> int:
    """Start the chain without waiting for it; its port, for `await_anvil`."""
    port = port or free_port()
    supervisor.start(anvil_spec(folder_of(home), port, block_time_s=block_time_s, origin=origin))
    return port


def await_anvil(supervisor: Supervisor, home: Home, port: int) -> DevChain:
    """Wait until the launched chain answers; how to reach it."""
    supervisor.wait_until(
        lambda: answers(port),
        timeout_s=READY_TIMEOUT_S,
        otherwise=f"The dev chain did not answer in time; its log is {home.logs}/anvil.log.",
    )
    return DevChain(port=port, accounts=read_accounts(folder_of(home)), folder=folder_of(home))


def folder_of(home: Home) -> Path:
    """Where a home keeps its chain."""
    return home.path / "anvil"


def anvil_spec(
    folder: Path, port: int, *, block_time_s: float = BLOCK_TIME_S, origin: str | None = None
) -> ProcessSpec:
    """The keeper's process, for a chain in `folder` (made where it is missing)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeper = (sys.executable, "-m", "ashao_site.embedded.anvil_keeper")
    options = ("--port", str(port), "--chain-id", str(CHAIN_ID), "--block-time", str(block_time_s))
    allowed = ("--origin", origin) if origin else ()
    return ProcessSpec(
        name="anvil",
        argv=(*keeper, *options, *allowed, str(binary()), str(folder)),
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        stop_timeout_s=STOP_TIMEOUT_S,
        echo=False,
    )


def answers(port: int) -> bool:
    """Whether a chain with our id answers on the port."""
    try:
        return bool(call(port, "eth_chainId", timeout_s=PROBE_TIMEOUT_S) == hex(CHAIN_ID))
    except (OSError, ValueError):
        return False


def call(port: int, method: str, *params: object, timeout_s: float) -> Any:
    """The result of one JSON-RPC call. Raises OSError or ValueError when there is none."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout_s)
    try:
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.load(connection.getresponse())
    except http.client.HTTPException as error:
        raise OSError(f"{method}: {error!r}") from None
    finally:
        connection.close()
    if not isinstance(answer, dict) or "result" not in answer:
        raise ValueError(f"{method}: {answer}")
    return answer["result"]


def code_at(port: int, address: str) -> bool:
    """Whether there is a contract at the address. Raises OSError or ValueError."""
    return bool(call(port, "eth_getCode", address, "latest", timeout_s=PROBE_TIMEOUT_S) != "0x")


def read_accounts(folder: Path) -> dict[str, DevAccount]:
    """The accounts of the chain in `folder`, by role."""
    accounts = json.loads((folder / ACCOUNTS_FILE).read_text())
    pairs = zip(accounts["available_accounts"], accounts["private_keys"], strict=True)
    return {
        role: DevAccount(address, private_key)
        for role, (address, private_key) in zip(ROLES, pairs, strict=True)
    }


def url_of(port: int) -> str:
    """The address of the chain's JSON-RPC."""
    return f"http://{LOOPBACK}:{port}"


def binary() -> Path:
    """The program inside the npm package for this machine, or an anvil that is installed here."""
    system = sys.platform
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    path = MODULES / f"anvil-{system}-{machine}" / "bin" / "anvil"
    if path.is_file():
        return path
    if installed := shutil.which("anvil"):
        return Path(installed)
    raise StartError(
        f"There is no anvil for {system}-{machine} in staking/contracts/node_modules and none on the PATH; "
        "run `make setup`, install Foundry, or name another chain with CHAIN_RPC_URL."
    )
