"""Who a process is: pid and start time together, so that a reused pid is never taken for ours."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ashao_site.embedded.home import Home, write_private

LEFTOVER_STOP_S = 10.0
LEFTOVER_KILL_S = 5.0
STARTTIME_FIELD = 19  # of /proc/<pid>/stat, counted after the command's closing bracket
SUPERVISOR = "supervisor"


def started_at(pid: int) -> str | None:
    """A text that names this very process for ever, or None when it does not run (a zombie does not)."""
    if not sys.platform.startswith("linux"):
        return _started_at_by_ps(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot}:{fields[STARTTIME_FIELD]}"


def _started_at_by_ps(pid: int) -> str | None:
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or None


def write_table(home: Home, pids: dict[str, int]) -> None:
    """Keep who runs, for the next start and for tests: name → pid and start time."""
    everyone = {SUPERVISOR: os.getpid(), **pids}
    table = {name: {"pid": pid, "started": started_at(pid)} for name, pid in everyone.items()}
    write_private(home.pids, json.dumps(table, indent=2) + "\n")


def read_table(path: Path) -> dict[str, int]:
    """The processes of the table that still run: name → pid."""
    try:
        table = json.loads(path.read_text())
        rows = [(str(name), int(row["pid"]), row["started"]) for name, row in table.items()]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {name: pid for name, pid, started in rows if started and started_at(pid) == started}


def stop_leftovers(home: Home) -> list[str]:
    """End what an earlier run in this home left behind, and say which. Call with the home's lock held."""
    left = read_table(home.pids)
    left.pop(SUPERVISOR, None)
    for name, pid in left.items():
        stop_process(pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
    home.pids.unlink(missing_ok=True)
    home.remove_services()
    return sorted(left)


def stop_process(pid: int, gentle: signal.Signals) -> None:
    """Ask a process that is not our child to end, then make its whole group."""
    born = started_at(pid)
    for sign, timeout_s in ((gentle, LEFTOVER_STOP_S), (signal.SIGKILL, LEFTOVER_KILL_S)):
        if born is None or started_at(pid) != born:
            return
        _signal_group(pid, sign)
        deadline = time.monotonic() + timeout_s
        while started_at(pid) == born and time.monotonic() < deadline:
            time.sleep(0.05)


def _signal_group(pid: int, sign: signal.Signals) -> None:
    try:
        if os.getpgid(pid) == pid:
            os.killpg(pid, sign)
        else:
            os.kill(pid, sign)
    except ProcessLookupError:
        pass
