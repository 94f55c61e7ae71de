"""Runs beside anvil: makes its blocks and saves its chain. A program of its own, started by `anvil.py`.

- **When a block is made**: one a second while there is something to include or to confirm, else one a
  minute. Confirmations are counted as on any chain, a transaction is pending for a moment as on any chain,
  and a night without people adds 500 blocks instead of 30,000 (each costs 1.7 kB in memory and in every save, and
  makes the next ones slower).
- **When it is saved**: after each block, before the next, by writing a new file and renaming it. Killed at
  any moment, the chain comes back without its last block at worst: as a reorganisation one block deep, which
  is what confirmations are for. What was pending is lost then. Stopped by SIGTERM, it comes back whole.
"""

import argparse
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ashao_site.embedded.anvil import ACCOUNTS_FILE, AT_ONCE, ROLES, call
from ashao_site.embedded.home import write_private
from ashao_site.embedded.ports import LOOPBACK, free_port
from ashao_site.embedded.process import shim_argv

GENESIS_FILE = "genesis.json"
STATE_FILE = "chain.json.gz"
POLL_S = 0.1
CONFIRMING_BLOCKS = 12  # made one by one after the last transaction
HEARTBEAT_S = 60.0
FIRST_BLOCKS = 3  # come at once when something waits: nobody should wait for the contracts
SILENCE_MAX_S = 30.0
RPC_TIMEOUT_S = 10.0
DUMP_TIMEOUT_S = 60.0
MAKE_ACCOUNTS_TIMEOUT_S = 60.0
STATES_KEPT = 256  # how far back balances can be asked for, and how deep a reorganisation can go
RICH_WEI = 10_000 * 10**18
BLOCK_GAS = 30_000_000


class KeeperError(Exception):
    """Why the chain cannot be kept, in one sentence."""


class Keeper:
    """Makes blocks and saves them, one `beat` after another."""

    def __init__(self, port: int, state: Path, block_time_s: float) -> None:
        self._port = port
        self._state = state
        self._block_time_s = block_time_s
        self._saved = ""
        self._busy: int | None = None  # the last block seen with transactions in it
        self._mined_at = time.monotonic()

    def beat(self) -> None:
        """Make a block if one is due, then save what is new."""
        head = self._rpc("eth_getBlockByNumber", "latest", False)
        if self._busy is None or head["transactions"]:
            self._busy = int(head["number"], 16)
        if self._block_time_s != AT_ONCE and self._is_due(int(head["number"], 16)):
            self.mine()
            head = self._rpc("eth_getBlockByNumber", "latest", False)
        if head["hash"] != self._saved:
            self.save(head["hash"])

    def _is_due(self, number: int) -> bool:
        if number < FIRST_BLOCKS and self.has_pending():
            return True
        waited_s = time.monotonic() - self._mined_at
        if waited_s < self._block_time_s:
            return False
        confirming = self._busy is not None and number - self._busy < CONFIRMING_BLOCKS
        return confirming or waited_s >= HEARTBEAT_S or self.has_pending()

    def has_pending(self) -> bool:
        """Whether a transaction waits for a block."""
        return int(self._rpc("txpool_status")["pending"], 16) > 0

    def mine(self) -> None:
        """Make one block, now."""
        self._rpc("evm_mine")
        self._mined_at = time.monotonic()

    def save(self, head: str) -> None:
        """Write the chain to its file, whole or not at all. A full disk is told, and tried again."""
        dump = bytes.fromhex(self._rpc("anvil_dumpState", timeout_s=DUMP_TIMEOUT_S).removeprefix("0x"))
        part = self._state.with_name(self._state.name + ".part")
        try:
            with open(part, "wb") as file:
                file.write(dump)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._state)
        except OSError as error:
            say(f"The chain could not be saved: {error.strerror}.")
            return
        self._saved = head
        # From here on the chain has its first block in it; one that begins anew has another.
        self._state.with_name(GENESIS_FILE).unlink(missing_ok=True)

    def _rpc(self, method: str, *params: object, timeout_s: float = RPC_TIMEOUT_S) -> Any:
        return call(self._port, method, *params, timeout_s=timeout_s)

    def finish(self) -> None:
        """The end: include what still waits, save."""
        if self.has_pending():
            self.mine()
        self.save("")


def main() -> int:
    """Keep the chain until SIGTERM; the exit code."""
    options = _options()
    os.umask(0o077)
    stop: list[int] = []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda number, _frame: stop.append(number))
    try:
        anvil = start(options)
        try:
            keep(anvil, Keeper(options.port, options.folder / STATE_FILE, options.block_time), stop)
        finally:
            anvil.kill()  # anvil itself has nothing to save
            anvil.wait()
    except KeeperError as error:
        say(str(error))
        return 1
    return 0


def keep(anvil: "subprocess.Popen[bytes]", keeper: Keeper, stop: list[int]) -> None:
    """Beat until the end is asked for. Raises KeeperError when anvil ends or falls silent."""
    heard_at = time.monotonic()
    while not stop:
        if (status := anvil.poll()) is not None:
            raise KeeperError(f"anvil ended by itself (exit status {status}).")
        try:
            keeper.beat()
            heard_at = time.monotonic()
        except (OSError, ValueError) as error:
            if time.monotonic() - heard_at > SILENCE_MAX_S:
                raise KeeperError(f"anvil has not answered for {SILENCE_MAX_S:.0f} s: {error}.") from None
        time.sleep(POLL_S)
    try:
        keeper.finish()
    except (OSError, ValueError) as error:
        say(f"The chain could not be saved at the end: {error}.")


def start(options: argparse.Namespace) -> "subprocess.Popen[bytes]":
    """Start anvil where the chain was left, or at a first block in which our accounts are rich."""
    folder: Path = options.folder
    saved = folder / STATE_FILE
    if not (folder / ACCOUNTS_FILE).exists():
        if saved.exists():
            raise KeeperError(f"{folder} has a chain but no {ACCOUNTS_FILE}; move it away to begin anew.")
        make_accounts(options.binary, folder)
    if saved.exists():
        source = ("--load-state", str(unpack(saved)))
    else:
        source = ("--init", str(make_genesis(folder, options.chain_id)))
    argv = (
        *(str(options.binary), "--quiet", "--host", LOOPBACK, "--port", str(options.port)),
        *("--chain-id", str(options.chain_id), "--accounts", "0", *source),
        # No states on disk, and nothing under the person's own home.
        *("--prune-history", str(STATES_KEPT), "--cache-path", str(folder / "cache")),
        *(("--allow-origin", options.origin) if options.origin else ("--no-cors",)),
        *(() if options.block_time == AT_ONCE else ("--no-mining",)),
    )
    return _spawn(argv)


def make_accounts(binary: Path, folder: Path) -> None:
    """Let anvil choose a mnemonic, and keep what it says: the phrase, addresses and private keys."""
    part = folder / f"{ACCOUNTS_FILE}.new"
    part.unlink(missing_ok=True)
    options = (
        "--quiet",
        "--host",
        LOOPBACK,
        "--port",
        str(free_port()),
        "--cache-path",
        str(folder / "cache"),
    )
    accounts = ("--mnemonic-random", "12", "--accounts", str(len(ROLES)), "--config-out", str(part))
    anvil = _spawn((str(binary), *options, *accounts))
    deadline = time.monotonic() + MAKE_ACCOUNTS_TIMEOUT_S
    try:
        while not (text := _whole_json(part)):
            if time.monotonic() > deadline or anvil.poll() is not None:
                raise KeeperError("anvil did not make its accounts.")
            time.sleep(0.02)
    finally:
        anvil.kill()
        anvil.wait()
    write_private(folder / ACCOUNTS_FILE, text)
    part.unlink()


def make_genesis(folder: Path, chain_id: int) -> Path:
    """The first block: now, with ether for every account. The same one until it has been saved."""
    path = folder / GENESIS_FILE
    if path.exists():
        return path
    addresses = json.loads((folder / ACCOUNTS_FILE).read_text())["available_accounts"]
    genesis = {
        "config": {"chainId": chain_id},
        "alloc": {address: {"balance": hex(RICH_WEI)} for address in addresses},
        "difficulty": "0x0",
        "gasLimit": hex(BLOCK_GAS),
        "timestamp": hex(int(time.time())),
    }
    write_private(path, json.dumps(genesis))
    return path


def unpack(saved: Path) -> Path:
    """The saved chain as anvil reads it. Raises KeeperError rather than begin a new chain unasked."""
    try:
        text = gzip.decompress(saved.read_bytes()).decode()
    except (OSError, EOFError, ValueError) as error:
        raise KeeperError(
            f"The saved chain {saved} is damaged ({error}); move it away to begin anew."
        ) from None
    write_private(saved.with_name("chain.json"), text)
    return saved.with_name("chain.json")


def say(text: str) -> None:
    """One line for the log."""
    sys.stderr.write(text + "\n")


def _whole_json(path: Path) -> str:
    try:
        text = path.read_text()
        json.loads(text)
    except (OSError, ValueError):
        return ""
    return text


def _spawn(argv: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(shim_argv(argv, account=None, death_signal=signal.SIGKILL))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="anvil_keeper")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--chain-id", type=int, required=True)
    parser.add_argument("--block-time", type=float, required=True)
    parser.add_argument("--origin")
    parser.add_argument("binary", type=Path)
    parser.add_argument("folder", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
