"""Runs the tests side by side, in lanes: most of them wait (for a lease, a restart, a page) more than they work.

`lanes.py` runs everything; `lanes.py ARGUMENTS` gives them to one pytest and runs nothing else. Each lane has servers
of its own. What a lane prints is shown whole at its end; the exit code is 1 if one of them failed.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
TELL_EVERY_S = 60.0
POLL_S = 0.2
BROWSER = ("tests/browser",)
PROCESSES = ("tests/stack", "tests/embedded", "tests/load", "tests/docs", "tests/native", "tests/tiny_model")


@dataclass
class Lane:
    """One command that runs beside the others, and what it has printed."""

    name: str
    argv: list[str]
    output: IO[bytes] = field(default_factory=TemporaryFile)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        """Start it in the background."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT
        )

    def has_ended(self) -> bool:
        """Whether it has ended."""
        return self.process is not None and self.process.poll() is not None

    def show(self) -> bool:
        """Print what it printed; whether it went well."""
        assert self.process is not None
        self.output.seek(0)
        say(f"\n── {self.name}: {time.monotonic() - self.started:.0f} s ──")
        sys.stdout.buffer.write(self.output.read())
        sys.stdout.flush()
        return self.process.returncode == 0


def pytest_argv(*arguments: str) -> list[str]:
    """A pytest with servers of its own, which end when make does."""
    services = [sys.executable, "-m", "ashao_site.embedded", "services", "--parent", str(os.getpid()), "--"]
    return [*services, sys.executable, "-m", "pytest", *arguments]


def lanes() -> list[Lane]:
    """Everything there is to test, in parts that take about as long as one another."""
    rest = [f"--ignore={path}" for path in (*BROWSER, *PROCESSES)]
    parts = {"browser": list(BROWSER), "processes": list(PROCESSES), "everything else": rest}
    python = [
        Lane(name, pytest_argv("-o", f"cache_dir=.pytest_cache/{name.replace(' ', '-')}", *arguments))
        for name, arguments in parts.items()
    ]
    return [*python, Lane("frontend", ["npm", "--prefix", "frontend", "test"])]


def run(waiting: list[Lane]) -> bool:
    """Run all lanes to their ends; whether all went well."""
    for lane in waiting:
        lane.start()
    good, tell_at = True, time.monotonic() + TELL_EVERY_S
    parent = os.getppid()
    while waiting and os.getppid() == parent:  # make may be killed
        time.sleep(POLL_S)
        for lane in [lane for lane in waiting if lane.has_ended()]:
            waiting.remove(lane)
            good = lane.show() and good
        if waiting and time.monotonic() > tell_at:
            tell_at += TELL_EVERY_S
            say(f"running: {', '.join(lane.name for lane in waiting)} …")
    return good and not waiting


def say(line: str) -> None:
    """Print a line now."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run what was asked for; the exit code."""
    if arguments:
        argv = pytest_argv(*arguments)
        os.execv(argv[0], argv)  # noqa: S606
    every = lanes()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(130))
    try:
        return 0 if run([*every]) else 1
    finally:
        for lane in every:
            if lane.process is not None and not lane.has_ended():
                lane.process.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
