"""One child process: started in a session of its own, read line by line, ended with all its descendants."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ashao_site.embedded.logs import LINE_MAX_BYTES, LogFile

SHIM = Path(__file__).with_name("shim.py")
READ_BYTES = 64 * 1024
TAIL_LINES = 400


@dataclass(frozen=True)
class Account:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class ProcessSpec:
    """How one process is started and stopped."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    hasten_signal: signal.Signals = signal.SIGKILL
    stop_timeout_s: float = 10.0
    death_signal: signal.Signals = signal.SIGKILL  # sent by the kernel when we die
    echo: bool = True  # its lines are for the terminal too
    once: bool = False  # a step that is expected to end


@dataclass
class Child:
    spec: ProcessSpec
    popen: subprocess.Popen[bytes]
    log: LogFile | None
    born: float = field(default_factory=time.monotonic)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))
    _partial: bytes = b""

    @property
    def pid(self) -> int:
        """Its process id, which is also its group and its session."""
        return self.popen.pid

    @property
    def output_fd(self) -> int:
        """The end of the pipe that we read."""
        assert self.popen.stdout is not None
        return self.popen.stdout.fileno()

    def read_lines(self) -> list[str]:
        """What it wrote since the last call, as whole lines; never waits."""
        try:
            data = os.read(self.output_fd, READ_BYTES)
        except BlockingIOError:
            return []
        lines = (self._partial + data).split(b"\n")
        self._partial = lines.pop()
        if self._partial and (not data or len(self._partial) > LINE_MAX_BYTES):
            lines.append(self._partial)
            self._partial = b""
        return [self._keep(line[:LINE_MAX_BYTES]) for line in lines]

    def read_rest(self) -> list[str]:
        """After its end: everything that it wrote and nobody has read, a last line without its newline too."""
        lines: list[str] = []
        while True:
            before = len(lines), self._partial
            lines += self.read_lines()
            if (len(lines), self._partial) == before:  # the pipe's end, or a descendant that left holds it
                return lines

    def _keep(self, line: bytes) -> str:
        if self.log is not None:
            self.log.write(line)
        text = line.decode(errors="replace").rstrip("\r")
        self.tail.append(text)
        return text

    def has_ended(self) -> bool:
        """Whether it ended, without taking its exit status yet: until then its pid stays its own."""
        if self.popen.returncode is not None:
            return True
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self.popen.poll() is not None
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, flags) is not None
        except ChildProcessError:
            return True

    def signal(self, sign: signal.Signals) -> None:
        """Signal the process itself, which passes it on as it sees fit."""
        if not self.has_ended():
            os.kill(self.pid, sign)

    def kill_group(self) -> None:
        """End it and everything it started."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def collect(self) -> int:
        """After `has_ended`: end its descendants, close the pipe, return the exit status."""
        self.kill_group()
        status = self.popen.wait()
        assert self.popen.stdout is not None
        self.popen.stdout.close()
        if self.log is not None:
            self.log.close()
        return status


def spawn(spec: ProcessSpec, logs: Path | None) -> Child:
    """Start a process that dies when we do."""
    popen = subprocess.Popen(
        shim_argv(spec.argv, account=spec.account, death_signal=spec.death_signal),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=spec.cwd,
        env=dict(spec.env),
        start_new_session=True,
        bufsize=0,
    )
    child = Child(spec, popen, LogFile(logs, spec.name) if logs else None)
    os.set_blocking(child.output_fd, False)
    return child


def shim_argv(
    argv: tuple[str, ...], *, account: Account | None, death_signal: signal.Signals
) -> tuple[str, ...]:
    """The command that ties a program's life to ours, then becomes it. Start it from the main thread."""
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    numbers = (os.getpid(), int(death_signal), uid, gid)
    return (sys.executable, "-I", "-S", str(SHIM), *map(str, numbers), *argv)


def describe_exit(status: int) -> str:
    """An exit status in words."""
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"
