import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

NATIVE = Path(__file__).resolve().parents[2] / "workers" / "native"
# As it is when installed alone: a top-level package.
sys.path.insert(0, str(NATIVE))

from .fake_network import API_KEY, FakeNetwork  # noqa: E402
from .fake_upstream import FakeUpstream  # noqa: E402


class Program:
    """`ashao-worker`, as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.events: list[dict] = []
        self.lines: list[str] = []

    async def wait(self, timeout_s: float = 90.0) -> int:
        """Its exit code, once it has ended; all it printed is in `lines` (and `events`, with --json)."""
        async with asyncio.timeout(timeout_s):
            out, err = await self.process.communicate()
        self.lines = out.decode().splitlines()
        self.events = [json.loads(line) for line in self.lines if line.startswith("{")]
        self.error = err.decode()
        return self.process.returncode

    def named(self, name: str) -> list[dict]:
        return [event for event in self.events if event["event"] == name]


class Programs:
    """Starts programs and makes sure that none stays."""

    def __init__(self, network: FakeNetwork, upstream: FakeUpstream, state: Path) -> None:
        self._network, self._upstream = network, upstream
        self._started: list[asyncio.subprocess.Process] = []
        self.state = state
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(state),
            "XDG_STATE_HOME": str(state),
            "PYTHONPATH": str(NATIVE),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    async def start(
        self, *flags: str, command: tuple[str, ...] = ("-m", "ashao_worker"), **env: str
    ) -> Program:
        given = {"ASHAO_NETWORK": self._network.server.url, "ASHAO_UPSTREAM": self._upstream.url}
        given |= {"ASHAO_API_KEY": API_KEY, "ASHAO_MODEL": "tiny"}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            *flags,
            env={k: v for k, v in (self.env | given | env).items() if v},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._started.append(process)
        return Program(process)

    async def run(self, *flags: str, **env: str) -> Program:
        program = await self.start(*flags, **env)
        await program.wait()
        return program

    async def close(self) -> None:
        for process in self._started:
            if process.returncode is None:
                process.kill()
                await process.wait()


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    fake = FakeUpstream()
    await fake.server.start()
    yield fake
    await fake.server.stop()
    assert not fake.server.crashes


@pytest.fixture
async def network() -> AsyncIterator[FakeNetwork]:
    fake = FakeNetwork()
    await fake.server.start()
    yield fake
    await fake.server.stop()
    assert not fake.server.crashes
    assert not fake.violations


@pytest.fixture
async def programs(network: FakeNetwork, upstream: FakeUpstream, tmp_path: Path) -> AsyncIterator[Programs]:
    programs = Programs(network, upstream, tmp_path)
    yield programs
    await programs.close()
