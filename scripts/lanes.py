"""Runs the tests side by side, in lanes: most of them wait (for a lease, a restart, a page) more than they work.

`lanes.py` runs everything; `lanes.py --quick` what needs neither a stack nor a browser nor long; `lanes.py ARGUMENTS`
gives them to one pytest and runs nothing else. Each lane has servers of its own. What a lane prints is shown whole at
its end; the exit code is 1 if one of them failed.

Real browsers and a hundred processes on a few busy cores can hold a test up for longer than it waits. So a lane that
failed in at most `AGAIN_MAX` tests has just those run once more, with the machine to themselves: what fails again has
failed, and what passes is named at the end as unsteady, to be mended. Tests of the ledger, and of the races for a
job, get no second try.
"""

import json
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
PYTEST_FAILED = 1
"""The exit code of a pytest that ran to its end and has failed tests."""
ENGINE = (
    "tests/browser/test_earn.py",
    "tests/browser/test_earn_states.py",
    "tests/browser/test_earn_cost.py",
    "tests/browser/test_crowd.py",
    "tests/tiny_model",
)
"""What runs the language model in a browser, on a GPU that is the processor: as long as all other pages together."""
BROWSER = ("tests/browser",)
SLOW = (
    "tests/contracts",
    "tests/indexer/test_kill.py",
    "tests/indexer/test_nodes.py",
    "tests/ledger/test_ledger_machine.py",
    "tests/limits/test_calls.py",
    "tests/patterns",
    "tests/payouts/test_killed.py",
    "tests/payouts/test_relayer.py",
    "tests/payouts/test_reorgs.py",
    "tests/payouts/test_trouble.py",
    "tests/settings",
    "tests/trust/test_sybil_walk.py",
    "tests/workers/test_many_live.py",
    "tests/workers/test_races.py",
)
"""Half of the work that the quick lanes would have with them, in a tenth of the tests."""
ON_STACKS = ("tests/api", "tests/embedded", "tests/load", "tests/docs/test_minimal_worker.py")
"""What starts whole stacks, outside of `STACK` and `BROWSER`."""
QUICK = "--quick"
SLOWEST = 12
"""How many tests each lane names with the time that they took."""
AGAIN_MAX = 3
"""How many failed tests of a lane are run again: with more, something is wrong."""
ONE_TRY = ("tests/ledger/", "tests/workers/test_races.py")
CRASHES = ("tests/stack/test_crashes.py",)
OUTAGES = ("tests/stack/test_money.py", "tests/stack/test_outages.py")
STACK = ("tests/stack",)
MONEY = tuple(
    f"tests/{name}"
    for name in (
        "ledger",
        "payouts",
        "staking",
        "indexer",
        "chain",
        "contracts",
        "grants",
        "trust",
        "account",
    )
)
DOORS = ("tests/accounts", "tests/admin", "tests/api")
"""Who may come in, and what staff and callers meet there."""
PROGRAMS = ("tests/embedded", "tests/load", "tests/docs", "tests/native")
"""What starts processes, and waits for them more than it works."""


@dataclass
class Lane:
    """One command that runs beside the others, and what it has printed."""

    name: str
    argv: list[str]
    cache: str | None = None
    """Where its pytest notes what failed."""
    after: "Lane | None" = None
    """The lane that must have ended before it starts."""
    output: IO[bytes] = field(default_factory=TemporaryFile)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        """Start it in the background."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT
        )

    def may_start(self) -> bool:
        """Whether it has not started and nothing that it needs is still on its way."""
        return self.process is None and (self.after is None or self.after.has_ended())

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

    def failed(self) -> list[str]:
        """The tests that failed; none where that is not known."""
        try:
            noted = json.loads((ROOT / self.cache / "v/cache/lastfailed").read_text()) if self.cache else {}
        except (OSError, ValueError):
            return []
        return sorted(noted)

    def again(self) -> "Lane | None":
        """A lane that runs what failed in this one; None where that must not be."""
        failed = self.failed()
        once = [test for test in failed if "::" not in test or test.startswith(ONE_TRY)]
        ended = self.process.returncode if self.process else None
        if ended != PYTEST_FAILED or once or not 0 < len(failed) <= AGAIN_MAX:
            return None
        return Lane(f"{self.name}, once more", pytest_argv(*failed))


def pytest_argv(*arguments: str) -> list[str]:
    """A pytest with servers of its own, which end when make does."""
    services = [sys.executable, "-m", "ashao_site.embedded", "services", "--parent", str(os.getpid()), "--"]
    return [*services, sys.executable, "-m", "pytest", *arguments]


def lanes() -> list[Lane]:
    """Everything there is to test, in parts that take about as long as one another."""
    model = Lane("the browser's model", [sys.executable, "-m", "tests.tiny_model", "make"])
    pages = [*BROWSER, *(f"--ignore={path}" for path in ENGINE)]
    rest = [f"--ignore={path}" for path in (*BROWSER, *STACK, *PROGRAMS, *MONEY, *DOORS, *ENGINE)]
    return [
        model,
        python_lane("crashes", *CRASHES),
        python_lane("outages", *OUTAGES),
        python_lane("stack", *STACK, *(f"--ignore={path}" for path in (*CRASHES, *OUTAGES))),
        python_lane("money", *MONEY),
        python_lane("programs", *PROGRAMS),
        python_lane("doors", *DOORS),
        python_lane("everything else", *rest),
        Lane("frontend", ["npm", "--prefix", "frontend", "test"]),
        python_lane("engine", *ENGINE, after=model),
        python_lane("pages", *pages),
    ]


def quick_lanes() -> list[Lane]:
    """What covers the most in two minutes, for the time between two changes."""
    without = [f"--ignore={path}" for path in (*ON_STACKS, *SLOW)]
    waiting = ("tests/workers", "tests/native")
    others = [f"--ignore={path}" for path in (*BROWSER, *STACK, *MONEY, *waiting, "tests/tiny_model")]
    return [
        *(python_lane(f"quick {path}", path, *without) for path in waiting),
        python_lane("quick money", *(path for path in MONEY if path not in SLOW), *without),
        python_lane("quick others", *others, *without),
        Lane("frontend", ["npm", "--prefix", "frontend", "test", "--", "--exclude", "**/patterns.test.ts"]),
    ]


def python_lane(name: str, *arguments: str, after: Lane | None = None) -> Lane:
    """A pytest with a cache of its own."""
    cache = f".pytest_cache/{name.replace(' ', '-')}"
    argv = pytest_argv("-o", f"cache_dir={cache}", f"--durations={SLOWEST}", *arguments)
    return Lane(name, argv, cache, after)


def run(every: list[Lane]) -> list[Lane]:
    """Run lanes side by side to their ends; those that failed, and, if make is gone, those that still run."""
    waiting, failed, tell_at = [*every], [], time.monotonic() + TELL_EVERY_S
    parent = os.getppid()
    while waiting and os.getppid() == parent:  # make may be killed
        for lane in [lane for lane in waiting if lane.may_start()]:
            lane.start()
        time.sleep(POLL_S)
        for lane in [lane for lane in waiting if lane.has_ended()]:
            waiting.remove(lane)
            if not lane.show():
                failed.append(lane)
        if waiting and time.monotonic() > tell_at:
            tell_at += TELL_EVERY_S
            say(f"running: {', '.join(lane.name for lane in waiting if lane.process)} …")
    return failed + waiting


def run_again(failed: list[Lane], started: list[Lane]) -> bool:
    """Run what failed once more, one lane after another; whether it went well now. Notes in `started` what it runs."""
    seconds = [lane.again() for lane in failed]
    if None in seconds:
        return False
    unsteady = [test for lane in failed for test in lane.failed()]
    for lane in filter(None, seconds):
        started.append(lane)
        if run([lane]):
            return False
    say("\nUNSTEADY: failed beside the others, passed alone. Please mend:")
    for test in unsteady:
        say(f"  {test}")
    return True


def say(line: str) -> None:
    """Print a line now."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run what was asked for; the exit code."""
    if arguments and arguments != [QUICK]:
        argv = pytest_argv(*arguments)
        os.execv(argv[0], argv)  # noqa: S606
    every = quick_lanes() if arguments else lanes()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(130))
    try:
        failed = run(every)
        return 0 if not failed or run_again(failed, every) else 1
    finally:
        for lane in every:
            if lane.process is not None and not lane.has_ended():
                lane.process.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
