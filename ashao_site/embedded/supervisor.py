"""Starts processes, passes their lines on, restarts what dies and ends everything at the end.

One thread, one loop: nothing is forked beside a thread, and the kernel's parent-death signal (which follows
the forking thread) fires only when the whole supervisor is gone.
"""

import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from types import FrameType

from ashao_site.embedded.config import StackFailedError, StopRequestedError
from ashao_site.embedded.home import Home
from ashao_site.embedded.logs import Console
from ashao_site.embedded.process import Child, ProcessSpec, describe_exit, spawn
from ashao_site.embedded.proctable import write_table

TICK_S = 0.25
POLL_S = 0.03
RESTARTS_PER_MINUTE_MAX = 10
BACKOFF_FIRST_S = 0.1
BACKOFF_MAX_S = 5.0
HASTEN_AFTER_S = 0.5  # a group signal that make repeats to us is one wish, not two
KILL_WAIT_S = 5.0
STOP_ORDER = (("web",), ("beat", "fallback", "settlement"), ("anvil",), ("valkey",), ("postgres",))
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """The parent of all processes of one stack. Use as a context manager, from the main thread."""

    def __init__(self, home: Home, console: Console, *, watch_parent: int | None = None) -> None:
        self.home = home
        self.console = console
        self.settled = False  # before that, a process that dies ends the start
        self.on_signal: Callable[[signal.Signals], None] | None = None
        self._watch_parent = watch_parent
        self._terminal = next((fd for fd in (0, 1, 2) if _is_terminal(fd)), None)
        self._children: dict[str, Child] = {}
        self._ended: dict[str, tuple[int, str]] = {}
        self._deaths: dict[str, deque[float]] = {}
        self._due: dict[str, tuple[float, ProcessSpec]] = {}
        self._stop_asked_at: float | None = None
        self._hastened = False
        self._stopping = False
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> "Supervisor":
        self._wake_read, self._wake_write = socket.socketpair()
        for end in (self._wake_read, self._wake_write):
            end.setblocking(False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        for sign in STOP_SIGNALS:
            signal.signal(sign, self._on_stop_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake the loop
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop_all()
        finally:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            self._wake_read.close()
            self._wake_write.close()

    # Starting

    def start(self, spec: ProcessSpec) -> None:
        """Start a process and keep it running."""
        child = spawn(spec, None if spec.once else self.home.logs)
        self._children[spec.name] = child
        self._selector.register(child.output_fd, selectors.EVENT_READ, child)
        write_table(self.home, {name: running.pid for name, running in self._children.items()})

    def run_step(self, spec: ProcessSpec) -> tuple[int, str]:
        """Run a process to its end; its exit status and the last lines it wrote."""
        return self.run_steps(spec)[spec.name]

    def run_steps(self, *specs: ProcessSpec) -> dict[str, tuple[int, str]]:
        """Run processes side by side to their ends; what `run_step` says, of each by its name."""
        for spec in specs:
            self._ended.pop(spec.name, None)
            self.start(spec)
        while any(spec.name not in self._ended for spec in specs):
            self.pump(TICK_S)
            self.check_stop()
        return {spec.name: self._ended[spec.name] for spec in specs}

    def wait_until(self, check: Callable[[], bool], *, timeout_s: float, otherwise: str) -> None:
        """Pump until `check` holds. Raises StackFailedError with the sentence when the time is over."""
        deadline = time.monotonic() + timeout_s
        while not check():
            if time.monotonic() > deadline:
                raise StackFailedError(otherwise)
            self.pump(POLL_S)
            self.check_stop()

    def supervise(self) -> None:
        """Keep everything running until a signal (or the parent's end) asks to stop."""
        self.settled = True
        while not self.stop_asked:
            self.pump(TICK_S)

    # Signals

    @property
    def stop_asked(self) -> bool:
        """Whether the end was asked for: by a signal, or because whom we run for has gone."""
        if self._stop_asked_at is None and self._is_orphaned():
            self._stop_asked_at = time.monotonic()
        return self._stop_asked_at is not None

    def _is_orphaned(self) -> bool:
        if self._watch_parent not in (None, os.getppid()):
            return True
        # A terminal that closes tells the leader of its session only; make, as leader, keeps it to itself.
        return self._terminal is not None and not _is_terminal(self._terminal)

    def check_stop(self) -> None:
        """Raise StopRequestedError once the end was asked for."""
        if self.stop_asked and not self._stopping:
            raise StopRequestedError

    def _on_stop_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.on_signal is not None:
            self.on_signal(signal.Signals(number))
            return
        now = time.monotonic()
        if self._stop_asked_at is None:
            self._stop_asked_at = now
        elif now - self._stop_asked_at > HASTEN_AFTER_S:
            self._hastened = True

    # The loop

    def pump(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` for something to happen, then deal with all of it."""
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                self._drain_wakeups()
            else:
                self._pass_on(key.data, key.data.read_lines())
        for child in list(self._children.values()):
            if child.has_ended():
                self._bury(child)
        now = time.monotonic()
        for name, (due, spec) in list(self._due.items()):
            if now >= due and not self._stopping:
                del self._due[name]
                self.start(spec)

    def _drain_wakeups(self) -> None:
        try:
            while self._wake_read.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _pass_on(self, child: Child, lines: list[str]) -> None:
        if child.spec.echo:
            for line in lines:
                self.console.line(child.spec.name, line)

    def _bury(self, child: Child) -> None:
        child.kill_group()  # first, or a descendant could hold the pipe open
        self._pass_on(child, child.read_rest())
        self._selector.unregister(child.output_fd)
        status = child.collect()
        del self._children[child.spec.name]
        write_table(self.home, {name: running.pid for name, running in self._children.items()})
        if child.spec.once:
            self._ended[child.spec.name] = (status, "\n".join(child.tail))
        elif not self._stopping:
            self._plan_restart(child, status)

    def _plan_restart(self, child: Child, status: int) -> None:
        spec, how = child.spec, describe_exit(status)
        where = self.home.logs / f"{spec.name}.log"
        if not self.settled:
            raise StackFailedError(
                f"{spec.name} ended while starting ({how}); its log is {where}.", child.tail
            )
        now = time.monotonic()
        deaths = self._deaths.setdefault(spec.name, deque())
        deaths.append(now)
        while now - deaths[0] > 60:
            deaths.popleft()
        if len(deaths) > RESTARTS_PER_MINUTE_MAX:
            raise StackFailedError(
                f"{spec.name} keeps ending ({how}), so everything stops; its log is {where}."
            )
        self._due[spec.name] = (now + min(BACKOFF_FIRST_S * 2 ** (len(deaths) - 1), BACKOFF_MAX_S), spec)
        self.console.say(f"{spec.name} ended unexpectedly ({how}) and is started again.")

    # The end

    def stop_all(self) -> None:
        """End every process: the web first, the servers last. Bounded by the timeouts of each."""
        self._stopping = True
        self._due.clear()
        known = {name for stage in STOP_ORDER for name in stage}
        others = tuple(name for name in self._children if name not in known)
        for stage in (others, *STOP_ORDER):
            self._stop_stage([self._children[name] for name in stage if name in self._children])
        if self.home.pids.exists():
            self.home.pids.unlink()

    def _stop_stage(self, children: list[Child]) -> None:
        if not children:
            return
        for child in children:
            child.signal(child.spec.hasten_signal if self._hastened else child.spec.stop_signal)
        deadline = time.monotonic() + max(child.spec.stop_timeout_s for child in children)
        was_hastened = self._hastened
        while self._any_left(children) and time.monotonic() < deadline:
            self.pump(POLL_S)
            if self._hastened and not was_hastened:
                was_hastened = True
                deadline = time.monotonic() + KILL_WAIT_S
                for child in children:
                    child.signal(child.spec.hasten_signal)
        for child in self._left(children):
            child.kill_group()
        deadline = time.monotonic() + KILL_WAIT_S
        while self._any_left(children) and time.monotonic() < deadline:
            self.pump(POLL_S)

    def _left(self, children: Iterable[Child]) -> list[Child]:
        return [child for child in children if self._children.get(child.spec.name) is child]

    def _any_left(self, children: Iterable[Child]) -> bool:
        return bool(self._left(children))


def _is_terminal(fd: int) -> bool:
    try:
        return os.isatty(fd)
    except OSError:
        return False
