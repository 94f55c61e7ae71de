"""A whole stack for tests: the real `run` in a process of its own, in a home of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from ashao_site.embedded import anvil, app, valkey
from ashao_site.embedded.config import ASGI_SERVERS, CHAIN_VARIABLES, ROOT
from ashao_site.embedded.home import Home
from ashao_site.embedded.pgplace import forget_outside, installed_binaries
from ashao_site.embedded.ports import LOOPBACK, accepts, free_port
from ashao_site.embedded.postgres import Login, query
from ashao_site.embedded.proctable import SUPERVISOR, read_table
from ashao_site.embedded.run import probe
from ashao_site.embedded.temporary import make_temporary_home, remove_temporary_home

START_TIMEOUT_S = 400.0
STOP_TIMEOUT_S = 120.0
RESTART_TIMEOUT_S = 240.0
POLL_S = 0.05
OURS = (
    *("DATABASE_URL", "REDIS_URL", "ASHAO_HOME", "SECRET_KEY", "ASHAO_ENV", "PORT", "ASGI_SERVER"),
    *CHAIN_VARIABLES,
)
WITHOUT_CHAIN = tuple(name for name in app.EVERYTHING if name != "anvil")
WEB = ("postgres", "valkey", "web")
"""What people and workers talk to, without the tasks behind it: half of the time that a stack needs to start."""
URLS = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL", "anvil": "CHAIN_RPC_URL"}


class StackError(AssertionError):
    """The stack did not do in time what a test waited for; the text carries its last output."""


class Stack:
    """`with Stack() as stack:` starts everything and waits until it is ready; the end stops everything.

    `env` is added to the environment of all processes; what names other servers or homes is taken out of
    it first. `only` starts a part (for example postgres and valkey), or with `app.EVERYTHING`
    the dev chain too, which few tests need. A given `home` is kept at the end, with
    the database if PostgreSQL could use that folder (as root: when another user may pass there); without
    one a temporary home is made and removed.
    """

    def __init__(
        self,
        *,
        home: Path | None = None,
        port: int | None = None,
        env: Mapping[str, str] | None = None,
        asgi_server: str = ASGI_SERVERS[0],
        only: Sequence[str] = WITHOUT_CHAIN,
        python: str = sys.executable,
        start_timeout_s: float = START_TIMEOUT_S,
    ) -> None:
        self.home = home or make_temporary_home()
        self.port = port or free_port()
        self.only = tuple(only)
        self._made_home = home is None
        self._python = python
        self._start_timeout_s = start_timeout_s
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        own = {"ASHAO_HOME": str(self.home), "PORT": str(self.port), "ASGI_SERVER": asgi_server}
        self.env = {**inherited, **own, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Stack":
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Its life

    def start(self) -> None:
        """Start the supervisor and wait until the stack is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        command = [self._python, "-m", "ashao_site.embedded", "run", "--temporary"]
        command += ["--parent", str(os.getpid()), "--only", ",".join(self.only)]
        with open(self.home / "supervisor.log", "wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait(self.is_ready, self._start_timeout_s, "the stack was not ready")

    def wait_ready(self, timeout_s: float = RESTART_TIMEOUT_S) -> None:
        """Wait until everything answers again, after something was broken."""
        self._wait(self.is_ready, timeout_s, "the stack was not ready again")

    def stop(self) -> int:
        """Stop everything with SIGTERM; the supervisor's exit code. The home stays."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise StackError(f"the stack did not stop in time\n{self.output()}") from None
        finally:
            self._end_supervisor()

    def close(self) -> None:
        """Stop, then remove a temporary home."""
        try:
            self.stop()
        finally:
            if self._made_home:
                remove_temporary_home(Home(self.home))
            else:
                forget_outside(self.home)

    def _end_supervisor(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()  # its children follow
            self._process.wait()

    # What tests ask

    @property
    def base_url(self) -> str:
        """Where the web server answers, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def database_url(self) -> str:
        return self._services()["database_url"]

    @property
    def redis_url(self) -> str:
        return self._services()["redis_url"]

    @property
    def chain(self) -> dict[str, str]:
        """The variables that name the stack's dev chain and its addresses; empty where there is none."""
        services = self._services()
        return {name: services[name.lower()] for name in CHAIN_VARIABLES if name.lower() in services}

    @property
    def supervisor_pid(self) -> int:
        """The process that is the parent of all others."""
        assert self._process is not None
        return self._process.pid

    def pids(self) -> dict[str, int]:
        """Every process of the stack that runs now, without the supervisor."""
        return {name: pid for name, pid in read_table(self.home / "pids.json").items() if name != SUPERVISOR}

    def pid_of(self, name: str) -> int:
        """The pid of web, fallback, settlement, beat, anvil, valkey or postgres."""
        pids = self.pids()
        if name not in pids:
            raise StackError(f"{name} does not run\n{self.output()}")
        return pids[name]

    def is_ready(self) -> bool:
        """Whether every process of the stack runs and the servers and the web answer now."""
        if self._process is None or self._process.poll() is not None:
            raise StackError(f"the stack has ended\n{self.output()}")
        # The servers are asked last: to ask PostgreSQL is a process, and this is asked many times a second.
        return all(self.answers(name) for name in reversed(self.only))

    def answers(self, name: str) -> bool:
        """Whether one process does its work now (for celery: whether it runs)."""
        if name not in self.pids():
            return name in app.SERVERS and self._is_external(name)
        if name == "web":
            return probe(self.port)[0] == 200
        if name not in app.SERVERS:
            return True
        return self._server_answers(name)

    def _server_answers(self, name: str) -> bool:
        url = urlsplit(self._services().get(URLS[name].lower(), ""))
        port, password = url.port or 0, url.password or ""
        if not port:
            return False
        if name == "anvil":
            return anvil.answers(port)
        if name == "valkey":
            return valkey.answers(port, password)
        return accepts(port) and query(Login(installed_binaries(), port, password), "select 1") == "1"

    def logs(self, name: str) -> str:
        """What a process has written so far (the recent part, where it was long)."""
        try:
            return (self.home / "log" / f"{name}.log").read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def output(self) -> str:
        """What the supervisor has printed: its own sentences and the lines of the application."""
        return (self.home / "supervisor.log").read_text(errors="replace")

    # What tests break

    def kill(self, name: str, sign: signal.Signals = signal.SIGKILL) -> int:
        """Signal one process; its pid, for `wait_restarted`."""
        pid = self.pid_of(name)
        os.kill(pid, sign)
        return pid

    def wait_restarted(self, name: str, old_pid: int, timeout_s: float = RESTART_TIMEOUT_S) -> int:
        """Wait until the supervisor has replaced `old_pid` and the new process answers; the new pid."""

        def replaced() -> bool:
            return self.pids().get(name, old_pid) != old_pid and self.answers(name)

        self._wait(replaced, timeout_s, f"{name} was not started again")
        return self.pid_of(name)

    def restart(self, name: str) -> int:
        """Kill -9, then wait for the next one: on the same port; Valkey comes back empty."""
        return self.wait_restarted(name, self.kill(name))

    def _services(self) -> dict[str, str]:
        try:
            return dict(json.loads((self.home / "services.json").read_text()))
        except (OSError, ValueError):
            return {}

    def _is_external(self, name: str) -> bool:
        return bool(self.env.get(URLS[name]))

    def _wait(self, check: Callable[[], bool], timeout_s: float, sentence: str) -> None:
        deadline = time.monotonic() + timeout_s
        while not check():
            if time.monotonic() > deadline:
                raise StackError(f"{sentence} within {timeout_s:.0f} s\n{self.output()}")
            if self._process is not None and self._process.poll() is not None:
                raise StackError(f"the stack has ended while a test waited\n{self.output()}")
            time.sleep(POLL_S)
