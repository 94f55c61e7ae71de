"""ASHAO_HOME: the one folder that holds the state of a stack."""

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from ashao_site.embedded.config import StartError

PRIVATE = 0o600


class Home:
    """The files of one stack. Nothing here is touched before `lock` has been taken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "log"
        self.services = path / "services.json"
        self.pids = path / "pids.json"
        self._lock_fd: int | None = None

    def prepare(self) -> None:
        """Make the folder where it is missing, take its lock, and see that it can be written."""
        try:
            if not self.path.is_dir():
                self.path.mkdir(parents=True)
                # As root the database runs as another user, who has to pass through here.
                self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self._lock()
            self.logs.mkdir(mode=0o700, exist_ok=True)
            write_private(self.path / ".writable", "")
            (self.path / ".writable").unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise StartError(f"ASHAO_HOME {self.path} cannot be written: {reason}.") from None

    def _lock(self) -> None:
        fd = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(fd, 32).decode(errors="replace").strip() or "unknown"
            os.close(fd)
            raise StartError(f"ashao is already running in {self.path} (pid {holder}).") from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        self._lock_fd = fd

    def release(self) -> None:
        """Give the lock back."""
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def secret(self, name: str) -> str:
        """A random secret of this home, made at its first use."""
        path = self.path / name
        try:
            value = path.read_text().strip()
        except FileNotFoundError:
            value = ""
        if not value:
            value = secrets.token_urlsafe(48)
            write_private(path, value + "\n")
        return value

    def write_services(
        self, *, database_url: str, redis_url: str, port: int, chain: Mapping[str, str] | None = None
    ) -> None:
        """Tell a `manage.py` in a second terminal where the servers are; `chain` are the settings of ours."""
        servers = {"database_url": database_url, "redis_url": redis_url, "port": port, "pid": os.getpid()}
        services = {**servers, **{name.lower(): value for name, value in (chain or {}).items()}}
        write_private(self.services, json.dumps(services, indent=2) + "\n")

    def remove_services(self) -> None:
        """Take back what `write_services` told."""
        self.services.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(fd, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
