"""Ports on 127.0.0.1."""

import errno
import random
import socket
from pathlib import Path

from ashao_site.embedded.config import StartError

LOOPBACK = "127.0.0.1"
TRIES = 200
LOWEST = 20_000
DEFAULT_EPHEMERAL_FLOOR = 32_768


def check_port_free(port: int) -> None:
    """Raise StartError when the web port cannot be bound."""
    try:
        _bind(port)
    except OSError as error:
        if error.errno == errno.EACCES:
            raise StartError(f"PORT {port} needs a privileged user; choose one above 1023.") from None
        raise StartError(
            f"Port {port} is already in use; stop what uses it, or choose another with PORT=…."
        ) from None


def free_port() -> int:
    """A port that nothing listens on, below the ports the kernel hands to outgoing connections.

    Inside that range another connection could take the port while a server restarts, and a client that
    keeps trying a dead port there can end up connected to itself.
    """
    ceiling = _ephemeral_floor()
    for _ in range(TRIES):
        port = random.randrange(LOWEST, ceiling) if ceiling > LOWEST + TRIES else 0  # noqa: S311
        try:
            return _bind(port)
        except OSError:
            continue
    raise StartError("No free port was found on 127.0.0.1.")


def accepts(port: int, timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections on the port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=timeout_s).close()
    except OSError:
        return False
    return True


def _bind(port: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        # Two sockets with SO_REUSEADDR may share a port until one listens.
        probe.listen(1)
        return int(probe.getsockname()[1])


def _ephemeral_floor() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return DEFAULT_EPHEMERAL_FLOOR
